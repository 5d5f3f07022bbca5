/** Answers methods that a path does not serve with 405 and the methods that it serves. */
import type { FastifyInstance } from 'fastify'
import { MCP_PATH } from './mcp-route.ts'
import { Problem } from './problem.ts'
import { fastifyPath } from './request-head.ts'
import { restMenu, type RestMethod } from './rest-menu.ts'
import { systemRoutes } from './system-routes.ts'

/** The methods that any route serves. */
export const METHODS: readonly RestMethod[] = ['GET', 'POST', 'PUT', 'DELETE']

export const addOtherMethods = (app: FastifyInstance): void => {
  const mcp = { method: 'POST', path: MCP_PATH } as const
  const served = Map.groupBy([...systemRoutes, ...restMenu, mcp], route => fastifyPath(route.path))
  for (const [url, routes] of served) {
    const methods = routes.map(({ method }) => method)
    const allow = (methods.includes('GET') ? [...methods, 'HEAD'] : methods).join(', ')
    app.route({
      method: [...METHODS, 'PATCH', 'OPTIONS'].filter(method => !methods.some(each => each === method)),
      url,
      handler: async (_request, _reply) => {
        throw new Problem('method_not_allowed', `this address takes ${allow} alone`, { headers: { Allow: allow } })
      },
    })
  }
}
