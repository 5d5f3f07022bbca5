/** Writes the OpenAPI 3.1 document of the REST API from the schemas of the operations. */
import { z } from 'zod'
import { PERSONAL_SCOPES } from '../../access/api-token.ts'
import { operations } from '../../operations/list.ts'
import { EVENT_STREAM_TYPE } from './event-stream.ts'
import { problemSchema, PROBLEM_TYPE } from './problem.ts'
import { CONFIRM, pathParameters, requestName, takesBody } from './rest-input.ts'
import { restMenu, type RestRoute } from './rest-menu.ts'
import { systemRoutes, type SystemRoute } from './system-routes.ts'

/** JSON, as far as this document builds it. */
export type Json = { readonly [key: string]: Json | undefined } | readonly Json[] | string | number | boolean | null

export type JsonObject = { readonly [key: string]: Json | undefined }

const DESCRIPTION = `Everything that DeniDin can be asked over HTTP. Each request carries a token:
\`Authorization: Bearer …\`; \`denidin api token create\` makes one. A token has scopes, and may be confined to one person:
then only that person's data exists for it. Errors are problem documents (RFC 9457).`

const jsonSchema = (schema: z.ZodType, io: 'input' | 'output'): JsonObject => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest as JsonObject
}

/** A field, with its description, as it is written in a request. */
const fieldSchema = (schema: z.ZodObject, field: string): JsonObject =>
  jsonSchema(schema.shape[field] as z.ZodType, 'input')

const isRequired = (schema: z.ZodObject, field: string): boolean =>
  !(schema.shape[field] as z.ZodType).safeParse(undefined).success

/** Fields that a request of the route may give. */
const fieldsOfRoute = ({ run, fixed = {} }: RestRoute): readonly string[] =>
  Object.keys(operations[run].input.shape).filter(field => !Object.hasOwn(fixed, field))

/** Other names of a field that is in the query or the body. */
const aliasesOf = ({ renamed = {}, path }: RestRoute, field: string): readonly string[] =>
  Object.entries(renamed)
    .filter(([name, renames]) => renames === field && !pathParameters(path).includes(name))
    .map(([name]) => name)

const parameter = (
  place: 'path' | 'query' | 'header',
  name: string,
  schema: JsonObject,
  required: boolean,
  example: Json | undefined,
): JsonObject => {
  const { description, ...rest } = schema
  return {
    name,
    in: place,
    required,
    ...(description === undefined ? {} : { description }),
    schema: rest,
    ...(example === undefined ? {} : { example }),
  }
}

const parametersOf = (route: RestRoute): readonly JsonObject[] => {
  const { path, method, run, example = {} } = route
  const { input } = operations[run]
  const inPath = pathParameters(path)
  const parameters = fieldsOfRoute(route).flatMap(field => {
    const name = requestName(route, field)
    const shown = example[name] as Json | undefined
    if (inPath.includes(name)) return [parameter('path', name, fieldSchema(input, field), true, shown)]
    return takesBody(route)
      ? []
      : [parameter('query', name, fieldSchema(input, field), isRequired(input, field), shown)]
  })
  return [
    ...parameters,
    ...(operations[run].effect === 'destroy' && method !== 'DELETE' ? [CONFIRM_PARAMETER] : []),
    ...(operations[run].confirm !== undefined && method !== 'DELETE' && operations[run].effect !== 'destroy'
      ? [CONFIRM_PARAMETER]
      : []),
    ...(method === 'GET' ? [] : [KEY_PARAMETER]),
  ]
}

const CONFIRM_PARAMETER = parameter(
  'query',
  CONFIRM,
  { type: 'boolean', description: 'true confirms what cannot be undone' },
  false,
  undefined,
)

const KEY_PARAMETER = parameter(
  'header',
  'Idempotency-Key',
  {
    type: 'string',
    minLength: 1,
    maxLength: 200,
    pattern: '^[\\x21-\\x7e]+$',
    description:
      'A request that is sent again with the same key within 24 hours is answered, and not carried out again',
  },
  false,
  undefined,
)

const bodyOf = (route: RestRoute): JsonObject | undefined => {
  if (!takesBody(route)) return undefined
  const { input } = operations[route.run]
  const inPath = pathParameters(route.path)
  const fields = fieldsOfRoute(route).filter(field => !inPath.includes(requestName(route, field)))
  if (fields.length === 0) return undefined
  const required = fields.filter(field => isRequired(input, field))
  const properties = Object.fromEntries(
    fields.flatMap(field => [
      [field, fieldSchema(input, field)],
      ...aliasesOf(route, field).map(alias => [
        alias,
        { ...fieldSchema(input, field), description: `another name of ${field}` },
      ]),
    ]),
  ) as JsonObject
  const schema = {
    type: 'object',
    properties,
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  }
  const example = route.example as JsonObject | undefined
  return {
    required: required.length > 0,
    content: { 'application/json': { schema, ...(example === undefined ? {} : { example }) } },
  }
}

const PROBLEM_RESPONSE: JsonObject = {
  description: 'A problem, in one sentence',
  content: { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
}

const LIVE: JsonObject = {
  type: 'string',
  description: 'Events progress, then result or problem, when the request accepts text/event-stream',
} as const

const mediaType = (type: string): string => type.split(';')[0] ?? type

const contentOf = (route: RestRoute): JsonObject => {
  const stream = { [mediaType(EVENT_STREAM_TYPE)]: { schema: LIVE } }
  if (route.document === undefined) {
    const schema = { $ref: `#/components/schemas/${schemaName(route)}` }
    return { 'application/json': { schema }, ...stream }
  }
  return {
    'application/json': { schema: { type: 'object' } },
    'text/csv': { schema: { type: 'string' } },
    'text/html': { schema: { type: 'string' } },
    ...stream,
  }
}

const schemaName = ({ run }: Pick<RestRoute, 'run'>): string =>
  run
    .split(/[._]/)
    .map(word => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('')

const tagOf = ({ run }: RestRoute): string => (run.includes('.') ? (run.split('.')[0] ?? run) : 'system')

const accessOf = ({ run, scope }: RestRoute): string => {
  const { access, own } = operations[run]
  const isPersonal = (access === 'anyone' || own === true) && PERSONAL_SCOPES.includes(scope)
  return `Needs the scope \`${scope}\`${isPersonal ? '' : ', and a token that is not confined to one person'}.`
}

const routeDocument = (route: RestRoute): JsonObject => {
  const { summary } = operations[route.run]
  const parameters = parametersOf(route)
  const requestBody = bodyOf(route)
  return {
    operationId: route.id,
    summary,
    description: accessOf(route),
    tags: [tagOf(route)],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(requestBody === undefined ? {} : { requestBody }),
    responses: { 200: { description: 'Done', content: contentOf(route) }, default: PROBLEM_RESPONSE },
  }
}

const systemDocument = ({ id, summary, scope, type, schema, statuses }: SystemRoute): JsonObject => ({
  operationId: id,
  summary,
  description:
    scope === 'none' ? 'Needs no token.' : scope === 'any' ? 'Any token will do.' : `Needs the scope \`${scope}\`.`,
  tags: ['system'],
  ...(scope === 'none' ? { security: [] } : {}),
  responses: {
    ...Object.fromEntries(
      Object.entries(statuses).map(([status, description]) => [
        status,
        {
          description,
          content: {
            [mediaType(type)]: { schema: schema === undefined ? { type: 'string' } : jsonSchema(schema, 'output') },
          },
        },
      ]),
    ),
    default: PROBLEM_RESPONSE,
  },
})

/** The document. @param version of DeniDin */
export const openApiDocument = (version: string): JsonObject => {
  const paths: Record<string, Record<string, JsonObject>> = {}
  for (const route of systemRoutes) paths[route.path] = { [route.method.toLowerCase()]: systemDocument(route) }
  for (const route of restMenu) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: routeDocument(route) }
  }
  const schemas = Object.fromEntries(
    restMenu
      .filter(route => route.document === undefined)
      .map(route => [schemaName(route), jsonSchema(operations[route.run].output, 'output')]),
  )
  return {
    openapi: '3.1.0',
    info: { title: 'DeniDin', version, description: DESCRIPTION, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/' }],
    security: [{ token: [] }],
    tags: [...new Set([...restMenu.map(tagOf), 'system'])].sort().map(name => ({ name })),
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { ...schemas, Problem: jsonSchema(problemSchema, 'output') },
    },
  }
}
