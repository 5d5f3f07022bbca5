/** Calls operations of the process that owns a data folder, over its socket. */
import { connect, type Socket } from 'node:net'
import { DenidinError } from '../../platform/errors.ts'
import type { ClientOptions, OperationsClient } from '../client.ts'
import { parseLine, readLines, writeLine } from './json-lines.ts'
import { ANSWER_MAX_BYTES, answerSchema, errorFromRecord } from './protocol.ts'
import { socketAddress } from './short-path.ts'

interface Pending {
  readonly options: ClientOptions
  resolve(output: Record<string, unknown>): void
  reject(error: Error): void
}

/** Errors when no process serves the socket: it does not exist, or is left over from a crash. */
const NOT_SERVED = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTDIR', 'ENOTSOCK'])

/**
 * Reaches the owner of a data folder over its socket; `undefined` when there is none.
 * @throws DenidinError `forbidden` when the socket belongs to another user.
 */
export const connectToOwner = async (path: string): Promise<OperationsClient | undefined> => {
  const socket = await open(path)
  if (socket === undefined) return undefined
  const pending = new Map<number, Pending>()
  let lastId = 0

  const failAll = (error: DenidinError): void => {
    for (const call of pending.values()) call.reject(error)
    pending.clear()
  }
  socket.on('error', () => undefined)
  socket.on('close', () => {
    failAll(new DenidinError('unavailable', 'DeniDin went away before it answered', { retryable: true }))
  })
  readLines(socket, ANSWER_MAX_BYTES, {
    line: line => {
      const answer = answerSchema.safeParse(parseLine(line))
      if (!answer.success) {
        failAll(new DenidinError('bad_answer', 'DeniDin gave an answer that cannot be read'))
        socket.destroy()
        return
      }
      settle(pending, answer.data, failAll)
    },
    tooLong: () => {
      failAll(new DenidinError('bad_answer', `the answer is longer than ${String(ANSWER_MAX_BYTES)} bytes`))
      socket.destroy()
    },
  })

  return {
    call: async (operation, input, options = {}) => {
      options.signal?.throwIfAborted()
      if (!socket.writable) {
        throw new DenidinError('unavailable', 'DeniDin has gone away', { retryable: true })
      }
      const id = ++lastId
      const { promise, resolve, reject } = Promise.withResolvers<Record<string, unknown>>()
      pending.set(id, { options, resolve, reject })
      // Going away is how the protocol calls off what is under way.
      const callOff = (): void => {
        reject(options.signal?.reason as Error)
        socket.destroy()
      }
      options.signal?.addEventListener('abort', callOff, { once: true })
      writeLine(socket, { id, operation, input, confirm: options.confirmed === true })
      try {
        return await promise
      } finally {
        pending.delete(id)
        options.signal?.removeEventListener('abort', callOff)
      }
    },
    [Symbol.asyncDispose]: () =>
      new Promise(resolve => {
        if (socket.closed) {
          resolve()
          return
        }
        socket.once('close', () => {
          resolve()
        })
        socket.destroy()
      }),
  }
}

const settle = (
  pending: ReadonlyMap<number, Pending>,
  answer: ReturnType<typeof answerSchema.parse>,
  failAll: (error: DenidinError) => void,
): void => {
  const { id, progress, ok, error } = answer
  // An answer to nobody in particular: the request could not even be read.
  if (id === null) {
    if (error !== undefined) failAll(errorFromRecord(error))
    return
  }
  const call = pending.get(Number(id))
  if (call === undefined) return
  if (progress !== undefined) {
    const { total, ...step } = progress
    call.options.progress?.(total === undefined ? step : { ...step, total })
  } else if (ok !== undefined) call.resolve(ok)
  else if (error !== undefined) call.reject(errorFromRecord(error))
}

const open = async (path: string): Promise<Socket | undefined> => {
  await using address = await socketAddress(path)
  return await new Promise((resolve, reject) => {
    const socket = connect(address.path)
    socket.once('connect', () => {
      resolve(socket)
    })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (NOT_SERVED.has(error.code ?? '')) resolve(undefined)
      else {
        const denied = error.code === 'EACCES' || error.code === 'EPERM'
        reject(
          new DenidinError(
            denied ? 'forbidden' : 'unavailable',
            denied ? `${path} belongs to another user` : `the running DeniDin cannot be reached: ${error.message}`,
            { cause: error },
          ),
        )
      }
    })
  })
}
