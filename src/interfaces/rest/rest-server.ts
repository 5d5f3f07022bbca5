/** The HTTP server of the REST API: parses, authorises, limits, logs and answers requests for the routes of the menu. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ApiTokens, TokenScope } from '../../access/api-token.ts'
import type { IdempotencyStore } from '../../access/idempotency-store.ts'
import type { LiveEvents } from '../../messages/live-events.ts'
import { operations } from '../../operations/list.ts'
import type { Operation } from '../../operations/operation.ts'
import type { Runner } from '../../operations/runner.ts'
import type { People } from '../../people/people.ts'
import { SECOND_MS, type Clock } from '../../platform/clock.ts'
import { asDenidinError, DenidinError } from '../../platform/errors.ts'
import type { Ids } from '../../platform/ids.ts'
import type { Logger } from '../../platform/logger.ts'
import { METRICS } from '../../platform/metric-list.ts'
import type { Metrics } from '../../platform/metrics.ts'
import { withTrace } from '../../platform/trace.ts'
import { authorize, Authorization, type Authenticated, type Guarded } from './authorization.ts'
import { requestProblem } from './client-errors.ts'
import { closeServer } from './close-server.ts'
import { addMcpRoute, type McpRequest } from './mcp-route.ts'
import { addOtherMethods, METHODS } from './other-methods.ts'
import { EventStream } from './event-stream.ts'
import { createHttpApp } from './http-app.ts'
import { IdempotentRequests, type Answer } from './idempotent-requests.ts'
import { followLive } from './live-stream.ts'
import { answerCall, inTime, problemAnswer, type RestCall } from './operation-request.ts'
import { Problem, problemOf } from './problem.ts'
import { acceptsEvents, fastifyPath, keyOf, routeOf } from './request-head.ts'
import { RequestLimit } from './request-limit.ts'
import { inputOf, type RequestParts } from './rest-input.ts'
import { restMenu, type RestRoute } from './rest-menu.ts'
import { sendAnswer } from './send-answer.ts'
import { systemAnswers, type SystemAnswers } from './system-answers.ts'
import { systemRoutes, type SystemRoute } from './system-routes.ts'

/** The settings `api`. */
export interface RestSettings {
  readonly host: string
  readonly port: number
  readonly behind_tls_proxy: boolean
  readonly cors_origins: readonly string[]
  readonly requests_per_minute: number
  readonly body_kilobytes: number
  readonly timeout_seconds: number
}

export interface RestServerDeps {
  readonly settings: RestSettings
  readonly version: string
  readonly runner: Runner
  readonly access: {
    readonly tokens: ApiTokens
    readonly idempotency: IdempotencyStore
    readonly events: Pick<LiveEvents, 'watch'>
  }
  readonly people: Pick<People, 'find'>
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
  readonly metrics: Pick<Metrics, 'add' | 'observe'>
}

/** The server at work; disposing of it lets requests finish and closes the connections. */
export interface RestServer extends AsyncDisposable {
  /** Where it listens: `http://127.0.0.1:8787`. */
  readonly address: string
}

const METHODS_COUNTED = METRICS.http_requests_total.labels.method

/** What is known of a request while it is handled. */
interface RequestState {
  readonly began: number
  /** Present once the token was found valid. */
  authenticated?: Authenticated
  /** Seconds are not enough: an event stream is logged when it ends. */
  readonly gone: AbortController
}

declare module 'fastify' {
  interface FastifyContextConfig {
    guard?: Guarded & { readonly open?: boolean; readonly basic?: boolean }
  }
}

/** Starts to serve. @throws DenidinError `unavailable` when the address cannot be listened on */
export const serveRest = async (deps: RestServerDeps): Promise<RestServer> => {
  const server = new RestApi(deps)
  await server.listen()
  return server
}

class RestApi implements RestServer {
  readonly #deps: RestServerDeps
  readonly #app: FastifyInstance
  readonly #authorization: Authorization
  readonly #idempotent: IdempotentRequests
  readonly #system: SystemAnswers
  readonly #states = new WeakMap<FastifyRequest, RequestState>()
  readonly #stopping = new AbortController()
  readonly #streams = new Set<AbortController>()
  readonly #log: Logger
  #closing = false
  #address = ''

  constructor(deps: RestServerDeps) {
    const { access, people, clock, settings, ids, logger } = deps
    const { tokens, idempotency } = access
    this.#deps = deps
    this.#log = logger.for('api')
    const limit = new RequestLimit(clock, settings.requests_per_minute)
    this.#authorization = new Authorization({ tokens, people, limit, clock })
    this.#idempotent = new IdempotentRequests(idempotency, clock)
    this.#system = systemAnswers(deps)
    this.#app = createHttpApp(
      settings,
      () => ids.uuid(),
      (request, reply, problem) => {
        void this.#refuse(request, reply, problem)
      },
    )
  }

  get address(): string {
    return this.#address
  }

  async listen(): Promise<void> {
    const { host, port, cors_origins } = this.#deps.settings
    if (cors_origins.length > 0) await this.#allowOrigins(cors_origins)
    this.#addHooks()
    this.#addRoutes()
    try {
      this.#address = await this.#app.listen({ host, port })
    } catch (error) {
      await this.#app.close()
      const { code = '' } = error as NodeJS.ErrnoException
      const reason = code === 'EADDRINUSE' ? 'another program uses it' : code
      throw new DenidinError(
        'unavailable',
        `the REST API cannot listen on ${host}:${String(port)}: ${reason}; set api.port or api.host`,
        { cause: error },
      )
    }
    this.#log.info('The REST API listens', { address: this.#address })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true
    const stopping = new DenidinError('stopping', 'DeniDin is stopping', { retryable: true })
    for (const stream of this.#streams) stream.abort(stopping)
    await closeServer(this.#app, this.#deps.clock, () => {
      this.#stopping.abort(stopping)
    })
    this.#log.info('The REST API has stopped')
  }

  async #allowOrigins(origins: readonly string[]): Promise<void> {
    const { default: cors } = await import('@fastify/cors')
    await this.#app.register(cors, {
      origin: [...origins],
      methods: [...METHODS],
      allowedHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'If-None-Match', 'Accept'],
      exposedHeaders: ['ETag', 'Retry-After', 'X-Request-Id', 'Idempotent-Replayed'],
      maxAge: 600,
    })
  }

  #addHooks(): void {
    const app = this.#app
    app.addHook('onRequest', async (request, reply) => {
      const state: RequestState = { began: this.#deps.clock.monotonic(), gone: new AbortController() }
      this.#states.set(request, state)
      this.#begin(request, reply)
      reply.raw.once('close', () => {
        if (!reply.raw.writableFinished) state.gone.abort(new DenidinError('stopping', 'the caller went away'))
      })
      if (this.#closing) throw new Problem('stopping', 'DeniDin is stopping; try again after its next start')
      await this.#admit(request, state)
    })
    app.addHook('onSend', async (_request, reply) => {
      if (this.#closing) void reply.header('Connection', 'close')
    })
    app.addHook('onResponse', async (request, reply) => {
      this.#reportRequest(request, reply.statusCode)
    })
    app.setErrorHandler(async (error, request, reply) => {
      const problem = requestProblem(error, this.#deps.settings.body_kilobytes)
      if (problem.code === 'internal') this.#logFault(request, error)
      await this.#refuse(request, reply, problem)
    })
    app.setNotFoundHandler(async (request, reply) => {
      await this.#refuse(
        request,
        reply,
        new Problem('route_not_found', 'there is nothing at this address; /openapi.json lists what there is'),
      )
    })
  }

  /** The head that every answer has. */
  #begin(request: FastifyRequest, reply: FastifyReply): void {
    void reply.headers({
      'X-Request-Id': request.id,
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-store',
    })
  }

  /** Authenticates and authorises a request, before its body is read. What no route serves needs a token too. */
  async #admit(request: FastifyRequest, state: RequestState): Promise<void> {
    const guard = request.routeOptions.config.guard ?? { scope: undefined, operation: undefined }
    if (guard.open === true) return
    const { authorization: header } = request.headers
    const basic = guard.basic ?? false
    state.authenticated = await this.#authorization.authenticate({ header, address: request.ip, basic })
    authorize(state.authenticated, guard)
  }

  #addRoutes(): void {
    for (const route of systemRoutes) this.#addSystemRoute(route)
    for (const route of restMenu) {
      const operation: Operation = operations[route.run]
      this.#app.route({
        method: route.method,
        url: fastifyPath(route.path),
        config: { guard: { scope: route.scope, operation } },
        handler: async (request, reply) => {
          await this.#serve(route, operation, request, reply)
          return reply
        },
      })
    }
    const { version, runner } = this.#deps
    const requestOf = (request: FastifyRequest): McpRequest => this.#required(request)
    addMcpRoute(this.#app, { version, runner, requestOf, stopping: this.#stopping.signal })
    addOtherMethods(this.#app)
  }

  #addSystemRoute(route: SystemRoute & { readonly id: keyof SystemAnswers | 'watchEvents' }): void {
    const { id, scope: needed, basic = false } = route
    const scope: TokenScope | undefined = needed === 'any' || needed === 'none' ? undefined : needed
    // Figures are about everyone, and so need a token for everyone's data; events are told apart by whose they are.
    const operation = scope === undefined || id === 'watchEvents' ? undefined : operations.status
    this.#app.route({
      method: route.method,
      url: route.path,
      config: { guard: { scope, operation, open: needed === 'none', basic } },
      handler: async (request, reply) => {
        if (id === 'watchEvents') await this.#follow(request, reply)
        else {
          const answer = await withTrace(request.id, () => this.#system[id]())
          sendAnswer(request, reply, { ...answer, outcome: 'done' })
        }
        return reply
      },
    })
  }

  /** What is known of an authenticated request. @throws Problem `unauthorized` */
  #required(request: FastifyRequest): McpRequest {
    const { authenticated, gone } = this.#states.get(request) ?? {}
    if (authenticated === undefined || gone === undefined) throw new Problem('unauthorized', 'send a token')
    return { authenticated, gone }
  }

  async #follow(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { authenticated, gone } = this.#required(request)
    await this.#withStream(reply, (stream, ended) =>
      followLive(this.#deps.access.events, stream, authenticated, AbortSignal.any([gone.signal, ended])),
    )
  }

  /** Answers a request for an operation. */
  async #serve(route: RestRoute, operation: Operation, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { authenticated, gone } = this.#required(request)
    const { params, query, body } = request as {
      readonly params: unknown
      readonly query: unknown
      readonly body: unknown
    }
    const parts = { params, query, body } as RequestParts
    const key = request.method === 'GET' || request.method === 'HEAD' ? undefined : keyOf(request)
    const call: RestCall = {
      route,
      ...inputOf(route, operation.input, parts),
      caller: authenticated.caller,
      request_id: request.id,
      // Work with a key goes on when its caller goes away: the answer is kept for the next try.
      signal: key === undefined ? AbortSignal.any([gone.signal, this.#stopping.signal]) : this.#stopping.signal,
      timeout_seconds: this.#deps.settings.timeout_seconds,
    }
    await withTrace(request.id, async () => {
      if (acceptsEvents(request)) await this.#stream(call, authenticated, key, reply)
      else sendAnswer(request, reply, await this.#answer(call, authenticated, key))
    })
  }

  async #answer(call: RestCall, authenticated: Authenticated, key: string | undefined): Promise<Answer> {
    if (key === undefined) return await answerCall(this.#deps, call)
    const { route, input, confirmed, request_id } = call
    const asked = JSON.stringify([route.id, confirmed, Object.entries(input).sort(([a], [b]) => (a < b ? -1 : 1))])
    // When time is up, the caller is told so, and the work goes on: its answer is kept for the next try.
    const work = { ...call, timeout_seconds: undefined }
    try {
      const running = this.#idempotent.run(authenticated, key, asked, () => answerCall(this.#deps, work))
      const { repeated, ...answer } = await inTime(this.#deps.clock, call.timeout_seconds, running)
      return repeated ? { ...answer, headers: { ...answer.headers, 'Idempotent-Replayed': 'true' } } : answer
    } catch (thrown) {
      if (thrown instanceof Problem) return problemAnswer(thrown, request_id)
      if (thrown instanceof DenidinError)
        return problemAnswer(
          problemOf(thrown, () => ({})),
          request_id,
        )
      throw thrown
    }
  }

  /** Answers with events: `progress`, then `result` or `problem`. */
  async #stream(
    call: RestCall,
    authenticated: Authenticated,
    key: string | undefined,
    reply: FastifyReply,
  ): Promise<void> {
    await this.#withStream(reply, async (stream, ended) => {
      const progress: RestCall['progress'] = step => {
        stream.send({ event: 'progress', data: step })
      }
      const signal = AbortSignal.any([call.signal, ended])
      const answer = await this.#answer({ ...call, signal, progress, timeout_seconds: undefined }, authenticated, key)
      const isText = !answer.type.includes('json')
      stream.sendText(answer.status < 400 ? 'result' : 'problem', isText ? JSON.stringify(answer.body) : answer.body)
    })
  }

  /** @param act gets a signal that is aborted when DeniDin stops */
  async #withStream(
    reply: FastifyReply,
    act: (stream: EventStream, ended: AbortSignal) => Promise<void>,
  ): Promise<void> {
    reply.hijack()
    const stopping = new AbortController()
    this.#streams.add(stopping)
    using stream = new EventStream(reply.raw, { ...reply.getHeaders() }, this.#deps.clock)
    try {
      await act(stream, stopping.signal)
    } finally {
      this.#streams.delete(stopping)
    }
  }

  async #refuse(request: FastifyRequest, reply: FastifyReply, problem: Problem): Promise<void> {
    this.#begin(request, reply)
    sendAnswer(request, reply, problemAnswer(problem, request.id))
    await reply
  }

  #logFault(request: FastifyRequest, error: unknown): void {
    const { name, message } = asDenidinError(error)
    withTrace(request.id, () => {
      const cause = error instanceof Error ? error.name : name
      this.#log.error('A request failed', { route: routeOf(request), error: cause })
      // The message may hold a person's words.
      this.#log.debug('A request failed', { route: routeOf(request), reason: message })
    })
  }

  /** The path as the menu has it: the path of the request may hold a person's number, and the query their words. */
  #reportRequest(request: FastifyRequest, status: number): void {
    const { began, authenticated } = this.#states.get(request) ?? {}
    const { clock, metrics } = this.#deps
    const duration_ms = began === undefined ? undefined : clock.monotonic() - began
    const route = routeOf(request)
    const method = METHODS_COUNTED.find(each => each === request.method)
    if (method !== undefined) metrics.add('http_requests_total', { method, route, status: String(status) })
    if (duration_ms !== undefined) metrics.observe('http_request_seconds', { route }, duration_ms / SECOND_MS)
    withTrace(request.id, () => {
      this.#log.info('Request', {
        method: request.method,
        route,
        status,
        duration_ms,
        token: authenticated?.token.name,
      })
    })
  }
}
