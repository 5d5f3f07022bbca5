/** Answers one request to the MCP server over HTTP. No session is kept: every request brings its token. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { createMcpServer, type McpServerDeps } from './mcp-server.ts'

export interface McpRequest extends McpServerDeps {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** The parsed body. */
  readonly body: unknown
}

/** Resolves when the answer is complete, or the client went away. */
export const serveMcpRequest = async ({ request, response, body, ...deps }: McpRequest): Promise<void> => {
  const server = createMcpServer(deps)
  const transport = new StreamableHTTPServerTransport({})
  const ended = new Promise<void>(resolve => {
    response.once('close', resolve)
  })
  await server.connect(transport)
  await transport.handleRequest(request, response, body)
  await ended
  await server.close()
}
