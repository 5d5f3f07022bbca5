/** Makes the HTTP server: what it reads, how long it waits, and how it refuses what is no request. */
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { SECOND_MS } from '../../platform/clock.ts'
import { requestProblem, writeClientError } from './client-errors.ts'
import type { Problem } from './problem.ts'

/** Longest path parameter: ids, numbers and addresses are shorter. */
const MOST_PARAMETER_CHARACTERS = 1000
const HEADERS_TIMEOUT_MS = 30 * SECOND_MS
const KEEP_ALIVE_MS = 60 * SECOND_MS
const MOST_CONNECTIONS = 512
const KILOBYTE = 1024

interface HttpSettings {
  readonly behind_tls_proxy: boolean
  readonly body_kilobytes: number
  readonly timeout_seconds: number
}

/** @param newId makes the id of a request. @param refuse answers a request that the router cannot handle */
export const createHttpApp = (
  settings: HttpSettings,
  newId: () => string,
  refuse: (request: FastifyRequest, reply: FastifyReply, problem: Problem) => void,
): FastifyInstance => {
  const app = fastify({
    logger: false,
    bodyLimit: settings.body_kilobytes * KILOBYTE,
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: settings.timeout_seconds * SECOND_MS,
    http: { headersTimeout: HEADERS_TIMEOUT_MS },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    trustProxy: settings.behind_tls_proxy ? ['loopback', 'linklocal', 'uniquelocal'] : false,
    routerOptions: { maxParamLength: MOST_PARAMETER_CHARACTERS },
    requestIdHeader: false,
    genReqId: newId,
    clientErrorHandler: (error, socket) => {
      writeClientError(error, socket, newId())
    },
    frameworkErrors: (error, request, reply) => {
      refuse(request, reply, requestProblem(error, settings.body_kilobytes))
    },
  })
  app.server.maxConnections = MOST_CONNECTIONS
  app.removeAllContentTypeParsers()
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (String(body).trim() === '') done(null, undefined)
    else void parse(request, String(body), done)
  })
  return app
}
