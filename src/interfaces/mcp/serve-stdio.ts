/** Serves the MCP server over stdin and stdout, for a program that started `denidin mcp`. */
import type { Readable, Writable } from 'node:stream'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import type { OperationsClient } from '../../operations/client.ts'
import { createMcpServer } from './mcp-server.ts'

export interface StdioDeps {
  readonly version: string
  readonly stdin: NodeJS.ReadableStream
  /** Carries the protocol and nothing else. */
  readonly stdout: NodeJS.WritableStream
  /** Connects for one call, so that the bot can start and stop meanwhile. @throws DenidinError */
  readonly connect: (signal: AbortSignal) => Promise<OperationsClient>
  readonly signal: AbortSignal | undefined
}

/** Serves until the program closes stdin, or the signal is aborted. */
export const serveStdio = async ({ version, stdin, stdout, connect, signal }: StdioDeps): Promise<void> => {
  const server = createMcpServer({
    version,
    // Whoever may start the command owns the data folder.
    allows: () => true,
    call: async (name, input, options) => {
      await using client = await connect(options.signal)
      return await client.call(name, input, options)
    },
  })
  const { promise: ended, resolve } = Promise.withResolvers<undefined>()
  const end = (): void => {
    resolve(undefined)
  }
  for (const event of ['end', 'close', 'error']) stdin.once(event, end)
  stdout.once('error', end)
  signal?.addEventListener('abort', end, { once: true })
  // The transport only listens for data and writes it.
  await server.connect(new StdioServerTransport(stdin as Readable, stdout as Writable))
  await ended
  await server.close()
}
