/** Serves the operations to other processes of the same user, over a socket. */
import { chmod, lstat } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { dirname } from 'node:path'
import { errorToRecord } from '../../platform/error-record.ts'
import { DenidinError, asDenidinError } from '../../platform/errors.ts'
import { PRIVATE_FILE_MODE, PRIVATE_FOLDER_MODE, makePrivateFolder, remove } from '../../platform/files.ts'
import type { Logger } from '../../platform/logger.ts'
import { orAborted } from '../../platform/or-aborted.ts'
import { OPERATOR } from '../client.ts'
import type { Runner } from '../runner.ts'
import { parseLine, readLines, writeLine } from './json-lines.ts'
import { REQUEST_MAX_BYTES, requestSchema } from './protocol.ts'
import { socketAddress } from './short-path.ts'

export interface SocketServerDeps {
  /** Path of the socket: `<data_root>/run/denidin.sock`. */
  readonly path: string
  readonly runner: Runner
  readonly logger: Logger
}

/**
 * Serves the operations to programs of the same user until disposed of. Then the calls in progress are cancelled and
 * answered with `stopping`, and the socket is removed. Only the owner of the data folder may call this: an existing
 * socket is assumed to be left over from a crash.
 */
export const serveSocket = async ({ path, runner, logger }: SocketServerDeps): Promise<AsyncDisposable> => {
  const stopping = new AbortController()
  const connections = new Set<Socket>()
  const calls = new Set<Promise<void>>()

  const server = createServer(socket => {
    connections.add(socket)
    const gone = new AbortController()
    const signal = AbortSignal.any([gone.signal, stopping.signal])
    socket.on('error', () => undefined)
    socket.on('close', () => {
      connections.delete(socket)
      gone.abort(new DenidinError('stopping', 'the caller went away'))
    })
    readLines(socket, REQUEST_MAX_BYTES, {
      line: line => {
        const call = answer(runner, socket, line, signal).finally(() => calls.delete(call))
        calls.add(call)
      },
      tooLong: () => {
        refuse(socket, `a request may be at most ${String(REQUEST_MAX_BYTES)} bytes long`)
        socket.end()
      },
    })
  })

  await makePrivateFolder(dirname(path))
  await chmod(dirname(path), PRIVATE_FOLDER_MODE)
  await removeLeftover(path)
  {
    await using address = await socketAddress(path)
    await listen(server, address.path)
  }
  await chmod(path, PRIVATE_FILE_MODE)
  // A listener that fails later (no more file handles) must not stop the bot.
  server.on('error', error => {
    logger.for('socket').error('The socket failed', { error: error.name })
  })

  return {
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>(resolve => {
        server.close(() => {
          resolve()
        })
      })
      stopping.abort(new DenidinError('stopping', 'DeniDin is stopping', { retryable: true }))
      await Promise.all(calls)
      for (const socket of connections) socket.end()
      await closed
      await remove(path)
    },
  }
}

/**
 * Removes a leftover of a crash, or any other file at the path of the socket. A folder is not removed, because it may
 * contain someone's files.
 */
const removeLeftover = async (path: string): Promise<void> => {
  const found = await lstat(path).catch(() => undefined)
  if (found?.isDirectory() === true) {
    throw new DenidinError('damaged', `${path} is a folder; a socket is expected there. Move it away and start again.`)
  }
  await remove(path)
}

const refuse = (socket: Socket, message: string): void => {
  writeLine(socket, { id: null, error: errorToRecord(new DenidinError('invalid_input', message)) })
}

const answer = async (runner: Runner, socket: Socket, line: string, signal: AbortSignal): Promise<void> => {
  const request = requestSchema.safeParse(parseLine(line))
  if (!request.success) {
    refuse(socket, 'a request must be one line of JSON: {"id", "operation", "input", "confirm"}')
    return
  }
  const { id, operation, input, confirm } = request.data
  try {
    // An operation that ignores its signal must not delay the stop.
    const ok = await orAborted(
      runner.run(operation, input ?? {}, {
        caller: OPERATOR,
        confirmed: confirm === true,
        signal,
        progress: step => {
          writeLine(socket, { id, progress: step })
        },
      }),
      signal,
    )
    writeLine(socket, { id, ok })
  } catch (thrown) {
    writeLine(socket, { id, error: errorToRecord(asDenidinError(thrown)) })
  }
}

const listen = (server: Server, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', error => {
      reject(new DenidinError('internal', `the socket cannot be opened: ${error.message}`, { cause: error }))
    })
    server.listen(path, resolve)
  })
