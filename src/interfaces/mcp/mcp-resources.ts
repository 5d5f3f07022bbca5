/** The resources of the MCP server: sessions, people and reports, as JSON. */
import { ResourceTemplate, type McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import type { OperationName } from '../../operations/list.ts'
import { fieldsOf } from '../../operations/fields.ts'
import { operations } from '../../operations/list.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { RunOperation } from './mcp-tool.ts'

const JSON_TYPE = 'application/json'
/** Most rows of a list; a client that needs more asks over REST. */
const MOST_ROWS = 100

export interface ResourceDeps {
  readonly run: RunOperation
  /** Whether the caller may read with this operation. */
  readonly mayRead: (operation: OperationName) => boolean
}

const asJson = (uri: URL, content: object) => ({
  contents: [{ uri: uri.href, mimeType: JSON_TYPE, text: JSON.stringify(content) }],
})

/** The one value of a template's variable. */
const valueOf = (value: string | readonly string[] | undefined): string => {
  const text = typeof value === 'string' ? value : value?.[0]
  if (text === undefined) throw new DenidinError('invalid_input', 'the address of the resource is not complete')
  return decodeURIComponent(text)
}

/** Adds what the caller may read. */
export const addResources = (server: McpServer, deps: ResourceDeps): void => {
  addSessions(server, deps)
  addPeople(server, deps)
  addReports(server, deps)
}

const addSessions = (server: McpServer, { run, mayRead }: ResourceDeps): void => {
  if (mayRead('session.list')) {
    const about = { description: 'The newest sessions: conversations and their states', mimeType: JSON_TYPE }
    server.registerResource('sessions', 'denidin://sessions', about, async uri =>
      asJson(uri, await run('session.list', { limit: MOST_ROWS })),
    )
  }
  if (!mayRead('session.show')) return
  const template = new ResourceTemplate('denidin://sessions/{session_id}', { list: undefined })
  const about = { description: 'One session with its messages', mimeType: JSON_TYPE }
  server.registerResource('session', template, about, async (uri, { session_id }) =>
    asJson(uri, await run('session.show', { session_id: valueOf(session_id) })),
  )
}

const addPeople = (server: McpServer, { run, mayRead }: ResourceDeps): void => {
  if (mayRead('people.list')) {
    const about = { description: 'The people who wrote to DeniDin', mimeType: JSON_TYPE }
    server.registerResource('people', 'denidin://people', about, async uri =>
      asJson(uri, await run('people.list', { limit: MOST_ROWS })),
    )
  }
  if (!mayRead('people.show')) return
  const template = new ResourceTemplate('denidin://people/{person}', { list: undefined })
  const about = { description: 'One person: names, numbers, role and settings', mimeType: JSON_TYPE }
  server.registerResource('person', template, about, async (uri, { person }) =>
    asJson(uri, await run('people.show', { person: valueOf(person) })),
  )
}

const addReports = (server: McpServer, { run, mayRead }: ResourceDeps): void => {
  if (!mayRead('report.make')) return
  const { input } = operations['report.make']
  const names = fieldsOf(input).find(field => field.name === 'report')?.values ?? []
  const template = new ResourceTemplate('denidin://reports/{report}', {
    list: () => ({
      resources: names.map(name => ({ name: `report ${name}`, uri: `denidin://reports/${name}`, mimeType: JSON_TYPE })),
    }),
  })
  const about = { description: 'A report on the archive or on the conversations', mimeType: JSON_TYPE }
  server.registerResource('report', template, about, async (uri, { report }) => {
    const asked = input.shape.report.safeParse(valueOf(report))
    if (!asked.success) {
      throw new DenidinError('not_found', `there is no report "${valueOf(report)}"; there are ${names.join(', ')}`)
    }
    const { text } = await run('report.make', { report: asked.data, format: 'json' })
    return { contents: [{ uri: uri.href, mimeType: JSON_TYPE, text }] }
  })
}
