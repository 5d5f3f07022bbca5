/** What the head of a request says: its route, whether it wants events, and the key by which it is carried out once. */
import type { FastifyRequest } from 'fastify'
import { EVENT_STREAM_TYPE } from './event-stream.ts'
import { checkKey } from './idempotent-requests.ts'

/** The route as the menu has it, for the log; `unknown` where none serves the address. */
export const routeOf = (request: FastifyRequest): string =>
  request.is404 ? 'unknown' : (request.routeOptions.url ?? 'unknown')

/** `{name}` in the menu and in OpenAPI is `:name` for the router. */
export const fastifyPath = (path: string): string => path.replace(/\{([a-z_]+)\}/g, ':$1')

/** Whether the caller wants events instead of one answer. */
export const acceptsEvents = ({ headers }: FastifyRequest): boolean =>
  headers.accept?.split(',').some(type => type.split(';')[0]?.trim() === EVENT_STREAM_TYPE.split(';')[0]) ?? false

/** The key of a request that is to be carried out once. @throws Problem `malformed` */
export const keyOf = ({ headers }: FastifyRequest): string | undefined => {
  const key = headers['idempotency-key']
  if (key === undefined) return undefined
  const text = String(key)
  checkKey(text)
  return text
}
