/** Serves the Model Context Protocol over HTTP. It is not part of the OpenAPI document: the protocol describes itself. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { operations } from '../../operations/list.ts'
import type { Runner } from '../../operations/runner.ts'
import { withTrace } from '../../platform/trace.ts'
import { isAllowed, type Authenticated } from './authorization.ts'

/** Where the MCP server answers. */
export const MCP_PATH = '/mcp'

/** A request whose token was found valid. */
export interface McpRequest {
  readonly authenticated: Authenticated
  /** Aborted when the caller goes away. */
  readonly gone: AbortController
}

export interface McpRouteDeps {
  readonly version: string
  readonly runner: Runner
  readonly requestOf: (request: FastifyRequest) => McpRequest
  readonly stopping: AbortSignal
}

/** The library of the protocol is loaded with the first request. */
export const addMcpRoute = (app: FastifyInstance, { version, runner, requestOf, stopping }: McpRouteDeps): void => {
  app.route({
    method: 'POST',
    url: MCP_PATH,
    config: { guard: { scope: undefined, operation: undefined } },
    handler: async (request, reply) => {
      const { authenticated, gone } = requestOf(request)
      const { serveMcpRequest } = await import('../mcp/serve-http.ts')
      reply.hijack()
      for (const [name, value] of Object.entries(reply.getHeaders()))
        if (value !== undefined) reply.raw.setHeader(name, value)
      const ended = AbortSignal.any([gone.signal, stopping])
      await withTrace(request.id, () =>
        serveMcpRequest({
          version,
          request: request.raw,
          response: reply.raw,
          body: request.body,
          allows: (scope, operation) => isAllowed(authenticated, { scope, operation: operations[operation] }),
          call: async (name, input, { signal, ...options }) =>
            await runner.run(name, input, {
              ...options,
              caller: authenticated.caller,
              signal: AbortSignal.any([signal, ended]),
            }),
        }),
      )
      return reply
    },
  })
}
