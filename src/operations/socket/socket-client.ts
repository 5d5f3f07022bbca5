/** Calls operations of the process that owns a data folder, over its socket. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { errorFromRecord } from '../../platform/error-record.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { ClientOptions, OperationsClient } from '../client.ts'
import { parseLine, readLines, writeLine } from './json-lines.ts'
import { ANSWER_MAX_BYTES, answerSchema } from './protocol.ts'
import { socketAddress } from './short-path.ts'

interface Pending {
  readonly options: ClientOptions
  resolve(output: Record<string, unknown>): void
  reject(error: Error): void
}

/** Errors when no process serves the socket: it does not exist, or is left over from a crash. */
const NOT_SERVED = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTDIR', 'ENOTSOCK', 'ELOOP', 'EISDIR'])

/**
 * Connects to the owner of a data folder over its socket; `undefined` if there is none.
 * @throws DenidinError `forbidden` if the socket belongs to another user.
 */
export const connectToOwner = async (path: string): Promise<OperationsClient | undefined> => {
  const socket = await open(path)
  return socket === undefined ? undefined : new SocketClient(socket)
}

class SocketClient implements OperationsClient {
  readonly #socket: Socket
  readonly #pending = new Map<number, Pending>()
  #lastId = 0

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.#failAll(new DenidinError('unavailable', 'DeniDin went away before it answered', { retryable: true }))
    })
    readLines(socket, ANSWER_MAX_BYTES, {
      line: line => {
        this.#receive(line)
      },
      tooLong: () => {
        this.#failAll(new DenidinError('bad_answer', `the answer is longer than ${String(ANSWER_MAX_BYTES)} bytes`))
        socket.destroy()
      },
    })
  }

  async call(operation: string, input: unknown, options: ClientOptions = {}): Promise<Record<string, unknown>> {
    options.signal?.throwIfAborted()
    if (!this.#socket.writable) {
      throw new DenidinError('unavailable', 'DeniDin has gone away', { retryable: true })
    }
    const id = ++this.#lastId
    const { promise, resolve, reject } = Promise.withResolvers<Record<string, unknown>>()
    this.#pending.set(id, { options, resolve, reject })
    // In this protocol, a client cancels its calls by closing the connection.
    const cancel = (): void => {
      reject(options.signal?.reason as Error)
      this.#socket.destroy()
    }
    options.signal?.addEventListener('abort', cancel, { once: true })
    writeLine(this.#socket, { id, operation, input, confirm: options.confirmed === true })
    try {
      return await promise
    } finally {
      this.#pending.delete(id)
      options.signal?.removeEventListener('abort', cancel)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#socket.closed) return
    const closed = once(this.#socket, 'close')
    this.#socket.destroy()
    await closed
  }

  #receive(line: string): void {
    const answer = answerSchema.safeParse(parseLine(line))
    if (!answer.success) {
      this.#failAll(new DenidinError('bad_answer', 'DeniDin gave an answer that cannot be read'))
      this.#socket.destroy()
      return
    }
    const { id, progress, ok, error } = answer.data
    // An answer without an id: the server could not even read the request.
    if (id === null) {
      if (error !== undefined) this.#failAll(errorFromRecord(error))
      return
    }
    const call = this.#pending.get(Number(id))
    if (call === undefined) return
    if (progress !== undefined) {
      const { total, ...step } = progress
      call.options.progress?.(total === undefined ? step : { ...step, total })
    } else if (ok !== undefined) call.resolve(ok)
    else if (error !== undefined) call.reject(errorFromRecord(error))
  }

  #failAll(error: DenidinError): void {
    for (const call of this.#pending.values()) call.reject(error)
    this.#pending.clear()
  }
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
