/** The OpenAPI document as a page to read: plain HTML without scripts, and nothing loaded from elsewhere. */
import type { Json, JsonObject } from './openapi.ts'

/** Only the style in the page itself may be used. */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #8886; }
details { margin: .4rem 0; border: 1px solid #8886; border-radius: .4rem; padding: .4rem .8rem; }
summary { cursor: pointer; } summary b { font-family: ui-monospace, monospace; }
.GET { color: #0a6cba; } .POST { color: #2c7a1f; } .PUT { color: #9a5b00; } .DELETE { color: #b3261e; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; vertical-align: top; padding: .2rem .6rem .2rem 0; }
pre { overflow: auto; background: #8882; padding: .6rem; border-radius: .4rem; } code { font-family: ui-monospace, monospace; }
@media (prefers-color-scheme: dark) { .GET { color: #7cc4ff; } .POST { color: #8fdc83; } .PUT { color: #ffc873; } .DELETE { color: #ff9d96; } }
`

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, sign => `&#${String(sign.charCodeAt(0))};`).replace(/`([^`]+)`/g, '<code>$1</code>')

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const at = (value: Json | undefined, ...path: readonly string[]): Json | undefined =>
  path.reduce<Json | undefined>((inside, key) => (isObject(inside) ? inside[key] : undefined), value)

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '')

const listOf = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : []

/** What a value may be, in a few words. */
const typeText = (schema: Json | undefined): string => {
  if (!isObject(schema)) return ''
  const { $ref, type, enum: values, anyOf, items, default: preset, minimum, maximum, maxLength } = schema
  if (typeof $ref === 'string') return $ref.split('/').at(-1) ?? ''
  if (Array.isArray(values)) return (values as readonly Json[]).map(value => JSON.stringify(value)).join(' | ')
  if (Array.isArray(anyOf)) return (anyOf as readonly Json[]).map(typeText).join(' | ')
  const bounds = [
    typeof minimum === 'number' && minimum > Number.MIN_SAFE_INTEGER ? `from ${String(minimum)}` : '',
    typeof maximum === 'number' && maximum < Number.MAX_SAFE_INTEGER ? `to ${String(maximum)}` : '',
    typeof maxLength === 'number' ? `at most ${String(maxLength)} characters` : '',
    preset === undefined ? '' : `default ${JSON.stringify(preset)}`,
  ].filter(each => each !== '')
  const name = type === 'array' ? `list of ${typeText(items)}` : text(type)
  return [name, ...bounds].join(', ')
}

const rows = (
  entries: readonly (readonly [name: string, schema: Json | undefined, note: string, detail: string])[],
): string =>
  entries
    .map(
      ([name, schema, note, detail]) =>
        `<tr><td><code>${escaped(name)}</code></td><td>${escaped(typeText(schema))}</td><td>${escaped(note)}</td><td>${escaped(detail)}</td></tr>`,
    )
    .join('\n')

const table = (body: string): string =>
  body === '' ? '' : `<table><tr><th>name</th><th>value</th><th></th><th>meaning</th></tr>\n${body}</table>`

const propertyRows = (schema: Json | undefined): string => {
  const required = at(schema, 'required')
  const names = Array.isArray(required) ? (required as readonly Json[]) : []
  return rows(
    Object.entries(isObject(at(schema, 'properties')) ? (at(schema, 'properties') as JsonObject) : {}).map(
      ([name, property]) => [name, property, names.includes(name) ? 'required' : '', text(at(property, 'description'))],
    ),
  )
}

const answerOf = (operation: JsonObject): string => {
  const content = at(operation, 'responses', '200', 'content')
  const types = Object.entries(isObject(content) ? content : {}).map(([type, media]) => {
    const shape = typeText(at(media, 'schema'))
    return shape === '' || shape === 'string' || shape === 'object' ? type : `${type}: ${shape}`
  })
  return types.length === 0 ? '' : `<p>Answer: ${escaped(types.join('; '))}</p>`
}

const operationHtml = (method: string, path: string, operation: JsonObject): string => {
  const parameters = rows(
    listOf(operation['parameters']).map(({ name, in: place, required, schema, description }) => [
      text(name),
      schema,
      `${text(place)}${required === true ? ', required' : ''}`,
      text(description),
    ]),
  )
  const media = at(operation, 'requestBody', 'content', 'application/json')
  const example = at(media, 'example')
  return `<details id="${escaped(text(operation['operationId']))}"><summary><b class="${method}">${method}</b> <b>${escaped(path)}</b> ${escaped(text(operation['summary']))}</summary>
<p>${escaped(text(operation['description']))}</p>
${table(parameters)}
${media === undefined ? '' : `<h4>Body</h4>${table(propertyRows(at(media, 'schema')))}`}
${example === undefined ? '' : `<pre>${escaped(JSON.stringify(example, null, 2))}</pre>`}
${answerOf(operation)}</details>`
}

const tagHtml = (tag: string, document: JsonObject): string => {
  const paths = isObject(document['paths']) ? document['paths'] : {}
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(isObject(methods) ? methods : {})
      .filter((entry): entry is [string, JsonObject] => isObject(entry[1]))
      .filter(([, operation]) => (operation['tags'] as readonly Json[] | undefined)?.includes(tag))
      .map(([method, operation]) => operationHtml(method.toUpperCase(), path, operation)),
  )
  return `<h2 id="${escaped(tag)}">${escaped(tag)}</h2>\n${operations.join('\n')}`
}

const schemaHtml = ([name, schema]: [string, Json | undefined]): string =>
  `<details id="schema-${escaped(name)}"><summary><b>${escaped(name)}</b></summary>${table(propertyRows(schema))}<pre>${escaped(JSON.stringify(schema, null, 2))}</pre></details>`

/** The page. */
export const referencePage = (document: JsonObject): string => {
  const tags = listOf(document['tags']).map(tag => text(tag['name']))
  const schemas = at(document, 'components', 'schemas')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>DeniDin REST API</title>
<style>${STYLE}</style>
</head>
<body>
<h1>DeniDin REST API</h1>
<p>Version ${escaped(text(at(document, 'info', 'version')))}. ${escaped(text(at(document, 'info', 'description')))}</p>
<p>${tags.map(tag => `<a href="#${escaped(tag)}">${escaped(tag)}</a>`).join(' · ')} · <a href="#schemas">schemas</a> · <a href="openapi.json">openapi.json</a></p>
${tags.map(tag => tagHtml(tag, document)).join('\n')}
<h2 id="schemas">schemas</h2>
${Object.entries(isObject(schemas) ? schemas : {})
  .map(schemaHtml)
  .join('\n')}
</body>
</html>
`
}
