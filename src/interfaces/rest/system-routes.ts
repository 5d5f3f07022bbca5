/** Routes that run no operation of their own, or answer in a form of their own: probes, figures, and the documentation. */
import { z } from 'zod'
import type { TokenScope } from '../../access/api-token.ts'
import { HEALTH_STATES } from '../../platform/health.ts'
import { EVENT_STREAM_TYPE } from './event-stream.ts'
import { liveEventSchema } from './live-stream.ts'
import { JSON_TYPE } from './operation-request.ts'

export interface SystemRoute {
  readonly method: 'GET'
  readonly path: string
  readonly id: string
  readonly summary: string
  /** What a token needs; `any`: any token will do; `none`: no token. */
  readonly scope: TokenScope | 'any' | 'none'
  /** Whether a browser may send the token as a password. */
  readonly basic?: boolean
  readonly type: string
  /** `undefined`: it is no JSON. */
  readonly schema?: z.ZodType
  /** What each status means. */
  readonly statuses: Readonly<Record<number, string>>
}

export const HTML_TYPE = 'text/html; charset=utf-8'
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

const componentState = { name: z.string(), state: z.enum(HEALTH_STATES) }
/** Without the reasons: anyone may ask, and a reason may name hosts and models. */
const healthSchema = z.object({
  status: z.enum(['ok', 'degraded', 'down']),
  components: z.array(z.object(componentState)),
})
const readySchema = z.object({
  ready: z.boolean(),
  down: z.array(z.string()).describe('components that do not work'),
  components: z.array(z.object({ ...componentState, reason: z.string() })),
})

export const systemRoutes = [
  {
    method: 'GET',
    path: '/health',
    id: 'getHealth',
    summary: 'Whether DeniDin works, and the state of each component, for monitors and containers',
    scope: 'none',
    type: JSON_TYPE,
    schema: healthSchema,
    statuses: { 200: 'It works; degraded: something does not', 503: 'It does not work' },
  },
  {
    method: 'GET',
    path: '/ready',
    id: 'getReadiness',
    summary: 'Whether every component works, each with its state and the reason',
    scope: 'any',
    type: JSON_TYPE,
    schema: readySchema,
    statuses: { 200: 'Ready', 503: 'Not ready' },
  },
  {
    method: 'GET',
    path: '/metrics',
    id: 'getMetrics',
    summary: 'Metrics in the text format of Prometheus',
    scope: 'metrics',
    type: METRICS_TYPE,
    statuses: { 200: 'The metrics' },
  },
  {
    method: 'GET',
    path: '/api/v1/events',
    id: 'watchEvents',
    summary: 'Live events: states of messages and replies, of the connection, and the code that links a phone (admin)',
    scope: 'read',
    type: EVENT_STREAM_TYPE,
    schema: liveEventSchema,
    statuses: { 200: 'Events message, reply, connection and link_code, until the connection ends' },
  },
  {
    method: 'GET',
    path: '/openapi.json',
    id: 'getOpenApi',
    summary: 'This document',
    scope: 'any',
    basic: true,
    type: JSON_TYPE,
    schema: z.looseObject({ openapi: z.string() }),
    statuses: { 200: 'The document' },
  },
  {
    method: 'GET',
    path: '/reference',
    id: 'getReference',
    summary: 'This document as a page to read; a browser sends the token as the password',
    scope: 'any',
    basic: true,
    type: HTML_TYPE,
    statuses: { 200: 'The page' },
  },
] as const satisfies readonly SystemRoute[]

export type SystemRouteId = Exclude<(typeof systemRoutes)[number]['id'], 'watchEvents'>
