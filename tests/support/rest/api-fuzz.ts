// Requests made at random from the OpenAPI document of the REST API, and what no answer may be.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import type { Json, JsonObject } from '../../../src/interfaces/rest/openapi.ts'
import { OPERATOR } from '../../../src/operations/client.ts'
import { GODFATHER } from '../denidin.ts'
import type { RestAnswer, RestRig } from './rest-rig.ts'

/** Two people; what one of them said is in no answer to a token of the other. */
const DANA = '15550001111'
const ELI = '15550002222'
const SECRETS = { dana: 'DANAQXZWORD', eli: 'ELIQXZWORD' } as const

const TOKENS = ['none', 'wrong', 'read', 'write', 'admin', 'metrics', 'everything', 'dana', 'eli'] as const
type Holder = (typeof TOKENS)[number]

/** One request. */
export interface FuzzRequest {
  readonly method: string
  /** As in the document. */
  readonly route: string
  readonly path: string
  readonly body: string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly holder: Holder
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Texts that break what is not careful: paths, quotes, markup, control characters, other scripts, names of properties. */
const NASTY = [
  '',
  ' ',
  '../../../../etc/passwd',
  '..%2f..%2fetc%2fpasswd',
  '/etc/passwd',
  'file:///etc/passwd',
  '%00',
  '\u0000',
  "' or 1=1 --",
  '"; drop table messages; --',
  '<script>alert(1)</script>',
  '__proto__',
  'constructor',
  'toString',
  '${7*7}',
  '\r\nX-Injected: 1',
  'שלום',
  '💥'.repeat(50),
  '-1',
  '1e309',
  'NaN',
  'null',
  'true',
  '2026-02-30',
  '9'.repeat(400),
  '(((((((((',
  'AND OR NOT',
  '*'.repeat(100),
  'all',
  'last',
  '1',
  DANA,
  ELI,
  'person:x',
  '123@g.us',
]

const anyText = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...NASTY) },
  { weight: 2, arbitrary: fc.string({ maxLength: 60, unit: 'binary' }) },
  { weight: 1, arbitrary: fc.string({ maxLength: 3000 }) },
)

const anyValue = fc.oneof(
  anyText,
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.string({ maxLength: 5 }), { maxLength: 3 }),
  fc.dictionary(fc.string({ maxLength: 8 }), fc.integer(), { maxKeys: 3 }),
)

/** Values that a schema describes. */
const valueOf = (schema: Json | undefined): fc.Arbitrary<unknown> => {
  if (!isObject(schema)) return anyValue
  const { type, enum: values, anyOf, minimum, maximum, maxLength = 200 } = schema
  if (Array.isArray(values)) return fc.constantFrom(...(values as readonly unknown[]))
  if (Array.isArray(anyOf)) return fc.oneof(...(anyOf as readonly Json[]).map(valueOf))
  const bounds = {
    min: typeof minimum === 'number' ? Math.max(minimum, -1_000_000) : -1000,
    max: typeof maximum === 'number' ? Math.min(maximum, 1_000_000) : 1000,
  }
  if (type === 'integer') return fc.integer(bounds)
  if (type === 'number') return fc.double({ ...bounds, noNaN: true })
  if (type === 'boolean') return fc.boolean()
  const most = typeof maxLength === 'number' ? Math.min(maxLength, 200) : 200
  return fc.oneof(fc.string({ minLength: 1, maxLength: most }), fc.constantFrom(...NASTY, DANA, '2026-11-20', 'x'))
}

/** Mostly what is described, sometimes anything. */
const looseValueOf = (schema: Json | undefined): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 5, arbitrary: valueOf(schema) }, { weight: 1, arbitrary: anyValue })

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** Some of the described fields, and sometimes one that is not. */
const fieldsOf = (properties: JsonObject, required: readonly string[]): fc.Arbitrary<Record<string, unknown>> => {
  const known = Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => {
      const value = looseValueOf(schema)
      return [
        name,
        required.includes(name)
          ? fc.option(value, { freq: 9, nil: undefined })
          : fc.option(value, { freq: 1, nil: undefined }),
      ]
    }),
  )
  return fc
    .tuple(
      fc.record(known),
      fc.option(fc.tuple(fc.string({ maxLength: 10 }), anyValue), { freq: 1, nil: undefined }),
      fc.nat(9),
    )
    .map(([fields, more, chance]) => ({
      ...fields,
      ...(more !== undefined && chance === 0 ? { [more[0]]: more[1] } : {}),
    }))
}

const listOf = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : []

const wellFormed = (text: string): string => text.replace(/[\uD800-\uDFFF]/g, '?')
const encoded = (text: string): string => encodeURIComponent(wellFormed(text))

/** Requests for one operation of the document. */
const requestsFor = (route: string, method: string, operation: JsonObject): fc.Arbitrary<FuzzRequest> => {
  const parameters = listOf(operation['parameters'])
  const inPlace = (place: string): JsonObject =>
    Object.fromEntries(
      parameters
        .filter(each => each['in'] === place)
        .map(each => [JSON.stringify(each['name']).slice(1, -1), each['schema']]),
    )
  const requestBody = operation['requestBody']
  const content =
    isObject(requestBody) && isObject(requestBody['content']) ? requestBody['content']['application/json'] : undefined
  const schema = isObject(content) && isObject(content['schema']) ? content['schema'] : undefined
  const properties = schema !== undefined && isObject(schema['properties']) ? schema['properties'] : {}
  const required = (schema?.['required'] ?? []) as readonly string[]
  const body =
    schema === undefined
      ? fc.option(fc.constant('{}'), { nil: undefined })
      : fc.oneof(
          { weight: 12, arbitrary: fieldsOf(properties, required).map(fields => JSON.stringify(fields)) },
          { weight: 1, arbitrary: fc.json() },
          { weight: 1, arbitrary: fc.string({ maxLength: 50 }) },
        )
  return fc
    .record({
      params: fc.record(
        Object.fromEntries(Object.entries(inPlace('path')).map(([name, each]) => [name, looseValueOf(each)])),
      ),
      query: fieldsOf(inPlace('query'), []),
      body: method === 'get' ? fc.constant(undefined) : body,
      key: fc.option(fc.constantFrom('a', 'b', 'c', 'd e', 'x'.repeat(300)), { freq: 1, nil: undefined }),
      accept: fc.constantFrom('*/*', '*/*', '*/*', 'text/event-stream'),
      type: fc.constantFrom(
        'application/json',
        'application/json',
        'application/json',
        'application/json',
        'text/plain',
      ),
      // Those that are let in oftener than those that are not.
      holder: fc.constantFrom(...TOKENS, 'everything', 'everything', 'everything', 'everything', 'dana', 'eli'),
    })
    .map(({ params, query, body: text, key, accept, type, holder }) => {
      const filled = Object.entries(params).reduce(
        (path, [name, value]) => path.replace(`{${name}}`, encoded(textOf(value))),
        route,
      )
      const pairs = Object.entries(query).filter(([, value]) => value !== undefined)
      const search = pairs.map(([name, value]) => `${encoded(name)}=${encoded(textOf(value))}`).join('&')
      return {
        method: method.toUpperCase(),
        route,
        path: search === '' ? filled : `${filled}?${search}`,
        body: text,
        headers: {
          accept,
          ...(text === undefined ? {} : { 'content-type': type }),
          ...(key === undefined || method === 'get' ? {} : { 'idempotency-key': key }),
        },
        holder,
      }
    })
}

/** Requests for everything in the document, and for what is not. */
export const requests = (document: JsonObject): fc.Arbitrary<FuzzRequest> => {
  const paths = isObject(document['paths']) ? document['paths'] : {}
  const known = Object.entries(paths).flatMap(([route, methods]) =>
    Object.entries(isObject(methods) ? methods : {}).flatMap(([method, operation]) =>
      // A stream of live events never ends.
      isObject(operation) && operation['operationId'] !== 'watchEvents' ? [requestsFor(route, method, operation)] : [],
    ),
  )
  const unknown = fc
    .record({
      path: fc.oneof(anyText, fc.webPath()),
      method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH'),
      holder: fc.constantFrom(...TOKENS),
    })
    .map(({ path, method, holder }) => ({
      method,
      route: 'unknown',
      path: `/${encoded(path).replaceAll('%2F', '/')}`,
      body: undefined,
      headers: {},
      holder,
    }))
  return fc.oneof({ weight: 15, arbitrary: fc.oneof(...known) }, { weight: 1, arbitrary: unknown })
}

/** A DeniDin with two people, and a token of each kind. */
export class ApiFuzz {
  readonly #rig: RestRig
  readonly #tokens: Readonly<Record<Holder, string | undefined>>
  readonly #outside: string
  readonly statuses = new Map<number, number>()

  private constructor(rig: RestRig, tokens: Readonly<Record<Holder, string | undefined>>, outside: string) {
    this.#rig = rig
    this.#tokens = tokens
    this.#outside = outside
  }

  /** @param outside a file beside the data folder, which no request may read or change */
  static async of(rig: RestRig, outside: string): Promise<ApiFuzz> {
    await rig.denidin.say('Hello.', { phone: GODFATHER, name: 'Gil' })
    await plant(rig)
    const read = await rig.token('read', 'read')
    const tokens: Record<Holder, string | undefined> = {
      none: undefined,
      wrong: `${read.slice(0, -4)}AAAA`,
      read,
      write: await rig.token('write', 'write'),
      admin: await rig.token('admin', 'admin'),
      metrics: await rig.token('metrics', 'metrics'),
      everything: await rig.token('everything'),
      dana: await rig.token('dana', 'read,write', DANA),
      eli: await rig.token('eli', 'read,write', ELI),
    }
    return new ApiFuzz(rig, tokens, outside)
  }

  get document(): Promise<JsonObject> {
    return this.#rig
      .request('GET', '/openapi.json', { token: this.#tokens.read })
      .then(({ json }) => json as JsonObject)
  }

  /** Says again what may have been forgotten. */
  async plant(): Promise<void> {
    await plant(this.#rig)
  }

  /** Sends a request; an empty list says that the answer is as it should be. */
  async faults(request: FuzzRequest): Promise<readonly string[]> {
    const { method, path, body, headers, holder } = request
    const token = this.#tokens[holder]
    const answer = await this.#rig.request(method, path, { token, headers, ...(body === undefined ? {} : { body }) })
    this.statuses.set(answer.status, (this.statuses.get(answer.status) ?? 0) + 1)
    return [...faultsOf(request, answer, token), ...this.#outsideFaults(answer)]
  }

  #outsideFaults({ text }: RestAnswer): readonly string[] {
    const words = 'the file outside'
    const kept = existsSync(this.#outside) ? readFileSync(this.#outside, 'utf8') : ''
    return [
      ...(kept === words ? [] : ['a file outside of the data folder was changed']),
      ...(text.includes(words) || /root:[x*]:0:0/.test(text) ? ['a file outside of the data folder was read'] : []),
    ]
  }
}

/** The file beside the data folder. */
export const outsideFile = (rig: RestRig): string => join(rig.denidin.folder, 'outside.txt')

const plant = async (rig: RestRig): Promise<void> => {
  const { runner } = rig.denidin.app
  for (const [phone, name, secret] of [
    [DANA, 'Dana', SECRETS.dana],
    [ELI, 'Eli', SECRETS.eli],
  ] as const) {
    await rig.denidin.say(`My password is ${secret}.`, { phone, name })
    await runner.run('people.unblock', { person: phone }, { caller: OPERATOR })
    await runner.run('memory.remember', { text: `The password is ${secret}`, person: phone }, { caller: OPERATOR })
  }
}

const isEventStream = ({ headers }: RestAnswer): boolean =>
  headers.get('content-type')?.startsWith('text/event-stream') ?? false

const faultsOf = ({ route, holder }: FuzzRequest, answer: RestAnswer, token: string | undefined): readonly string[] => {
  const { status, text, json, headers } = answer
  const faults: string[] = []
  if (status >= 500) faults.push(`status ${String(status)}`)
  if (isEventStream(answer) && /"code":"(internal|damaged)"/.test(text)) faults.push('a fault in a stream')
  if (/node_modules|\n\s+at .+:\d+:\d+|\.ts:\d+|SQLITE_|SqliteError/.test(text))
    faults.push('a stack trace, or words of a library')
  if (token !== undefined && text.includes(token.slice(-30))) faults.push('the token itself')
  if (
    status >= 400 &&
    (headers.get('content-type') !== 'application/problem+json' ||
      json?.status !== status ||
      typeof json.detail !== 'string')
  ) {
    faults.push('no problem document')
  }
  const isOpen = route === '/health'
  if ((holder === 'none' || holder === 'wrong') && !isOpen && ![400, 401, 404, 405, 429].includes(status))
    faults.push(`let in without a token: ${String(status)}`)
  if ((holder === 'none' || holder === 'wrong') && (text.includes(SECRETS.dana) || text.includes(SECRETS.eli)))
    faults.push('words without a token')
  if (holder === 'dana' && text.includes(SECRETS.eli)) faults.push("another person's words")
  if (holder === 'eli' && text.includes(SECRETS.dana)) faults.push("another person's words")
  if (['write', 'admin', 'metrics'].includes(holder) && status === 200 && READS.test(route))
    faults.push('a read without the scope')
  return faults
}

const READS = /^\/api\/(v1\/)?(memories\/search|search|messages|reports\/\{name\}|people|status)$/
