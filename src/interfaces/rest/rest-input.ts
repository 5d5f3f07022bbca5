/** Puts the input of an operation together from the path, the query and the body of a request. */
import type { z } from 'zod'
import { fromText } from '../../operations/fields.ts'
import { Problem } from './problem.ts'
import type { RestRoute } from './rest-menu.ts'

/** A request as far as an input comes from it. */
export interface RequestParts {
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string | readonly string[] | undefined>>
  /** `undefined`: there is none. */
  readonly body: unknown
}

/** Names of the parameters in a path. */
export const pathParameters = (path: string): readonly string[] =>
  [...path.matchAll(/\{([a-z_]+)\}/g)].map(([, name]) => name ?? '')

/** Whether the input that is not in the path is in the body. */
export const takesBody = ({ method }: Pick<RestRoute, 'method'>): boolean => method === 'POST' || method === 'PUT'

/** Confirms what cannot be undone; part of the query in every route of such an operation. */
export const CONFIRM = 'confirm'

/** The name of an input field in requests of a route. */
export const requestName = ({ renamed = {}, path }: Pick<RestRoute, 'renamed' | 'path'>, field: string): string => {
  const inPath = pathParameters(path)
  const other = Object.entries(renamed).find(([name, renames]) => renames === field && inPath.includes(name))
  return other?.[0] ?? field
}

/** What an operation is asked. */
export interface RestInput {
  readonly input: Readonly<Record<string, unknown>>
  readonly confirmed: boolean
}

/** @throws Problem when a parameter is given twice, or where it does not belong */
export const inputOf = (route: RestRoute, schema: z.ZodObject, { params, query, body }: RequestParts): RestInput => {
  const { [CONFIRM]: confirm, ...texts } = single(query)
  const inBody = takesBody(route)
  if (inBody) refuseQuery(Object.keys(texts))
  if (body !== undefined && (!isRecord(body) || !inBody)) {
    throw new Problem('invalid_input', inBody ? 'the body must be a JSON object' : 'this request takes no body')
  }
  const asked = { ...fromText(schema, named(route, texts)), ...named(route, body ?? {}) }
  const own = { ...fromText(schema, named(route, params)), ...route.fixed }
  for (const field of Object.keys(own)) {
    if (!Object.hasOwn(asked, field)) continue
    const reason = `this request takes no "${field}": its path says it already`
    throw new Problem('invalid_input', reason, { errors: [{ detail: reason, ...placeOf(route, field) }] })
  }
  return { input: { ...asked, ...own }, confirmed: confirm === 'true' }
}

/** Where a field of the input came from, for a problem document. */
export const placeOf = (
  route: RestRoute,
  field: string,
): { readonly pointer?: string; readonly parameter?: string } => {
  const name = requestName(route, field)
  return takesBody(route) && !pathParameters(route.path).includes(name)
    ? { pointer: `#/${name.replaceAll('~', '~0').replaceAll('/', '~1')}` }
    : { parameter: name }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Names as the operation has them. */
const named = <T>({ renamed = {} }: RestRoute, values: Readonly<Record<string, T>>): Record<string, T> => {
  const names = new Map(Object.entries(renamed))
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [names.get(name) ?? name, value]))
}

const single = (query: RequestParts['query']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(query).map(([name, value]) => {
      if (typeof value === 'string') return [name, value]
      const detail = `the parameter "${name}" may be given only once`
      throw new Problem('invalid_input', detail, { errors: [{ detail, parameter: name }] })
    }),
  )

const refuseQuery = ([name]: readonly string[]): void => {
  if (name === undefined) return
  const detail = `this request takes its input from the body; the query may hold ${CONFIRM} alone, not "${name}"`
  throw new Problem('invalid_input', detail, { errors: [{ detail, parameter: name }] })
}
