/** Guards over the routes of the REST API: nothing is out of reach without a reason, and the documents say what is so. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test } from '@jest/globals'
import { openApiDocument, type JsonObject } from '../../src/interfaces/rest/openapi.ts'
import { referencePage } from '../../src/interfaces/rest/reference-page.ts'
import { inputOf, pathParameters, takesBody } from '../../src/interfaces/rest/rest-input.ts'
import { notOverRest, restMenu } from '../../src/interfaces/rest/rest-menu.ts'
import { systemRoutes } from '../../src/interfaces/rest/system-routes.ts'
import { operations, type OperationName } from '../../src/operations/list.ts'

const names = Object.keys(operations) as OperationName[]
const page = readFileSync(join(import.meta.dirname, '../../docs/api.md'), 'utf8')
const all = [...systemRoutes, ...restMenu]

test('every operation has a route, or a reason why it has none', () => {
  const routed = new Set<string>(restMenu.map(({ run }) => run))
  expect(names.filter(name => routed.has(name) === Object.hasOwn(notOverRest, name))).toEqual([])
})

test('docs/api.md gives the same reasons, and names every route', () => {
  const rows = [...page.slice(page.indexOf('## What has no route')).matchAll(/^\| `([a-z_.]+)` +\| (.+?) +\|$/gm)].map(
    ([, name, reason]) => [name, reason],
  )
  const reasons = Object.entries(notOverRest)
  expect(rows.filter(([name]) => Object.hasOwn(operations, name ?? '')).sort()).toEqual(reasons.sort())
  const table = page.replace(/ +/g, ' ')
  expect(all.map(({ method, path }) => `\`${method} ${path}\``).filter(route => !table.includes(route))).toEqual([])
})

test('no two routes are the same, nor have the same name', () => {
  const calls = all.map(({ method, path }) => `${method} ${path}`)
  expect(new Set(calls).size).toBe(calls.length)
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
})

test.each(restMenu.map(route => [`${route.method} ${route.path}`, route] as const))(
  '%s names fields that exist',
  (_call, route) => {
    const fields = Object.keys(operations[route.run].input.shape)
    const { renamed = {}, fixed = {} } = route
    const used = [
      ...pathParameters(route.path).map(name => renamed[name] ?? name),
      ...Object.values(renamed),
      ...Object.keys(fixed),
    ]
    expect(used.filter(name => !fields.includes(name))).toEqual([])
  },
)

test.each(restMenu.filter(route => route.example !== undefined).map(route => [route.id, route] as const))(
  'the example of %s is valid',
  (_id, route) => {
    const inPath = pathParameters(route.path)
    const entries = Object.entries(route.example ?? {})
    const texts = Object.fromEntries(entries.map(([name, value]) => [name, String(value)]))
    const rest = Object.fromEntries(entries.filter(([name]) => !inPath.includes(name)))
    const params = Object.fromEntries(inPath.map(name => [name, texts[name] ?? 'p1']))
    const query = Object.fromEntries(Object.keys(rest).map(name => [name, texts[name] ?? '']))
    const parts = takesBody(route) ? { params, query: {}, body: rest } : { params, query, body: undefined }
    const { input } = inputOf(route, operations[route.run].input, parts)
    expect(operations[route.run].input.safeParse(input).error?.message).toBeUndefined()
  },
)

test('the OpenAPI document is valid, and leads nowhere that does not exist', async () => {
  const document = openApiDocument('1.2.3')
  const validator = new Validator()
  // The validator changes what it is given.
  const result = await validator.validate(JSON.parse(JSON.stringify(document)) as Record<string, unknown>)
  expect(result.errors ?? []).toEqual([])
  expect(result.valid).toBe(true)
  const schemas = (document['components'] as JsonObject)['schemas'] as JsonObject
  const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(
    ([, name]) => name ?? '',
  )
  expect(refs.length).toBeGreaterThan(50)
  expect(refs.filter(name => !Object.hasOwn(schemas, name))).toEqual([])
})

test('names of the generated client stay as they are', () => {
  expect(all.map(({ id }) => id)).toMatchSnapshot()
})

test('the reference page shows every route, runs no script and loads nothing', () => {
  const html = referencePage(openApiDocument('1.2.3'))
  expect(all.filter(({ id }) => !html.includes(`id="${id}"`))).toEqual([])
  expect(html).not.toMatch(/<script|<link|<img|src=|https?:\/\//)
})
