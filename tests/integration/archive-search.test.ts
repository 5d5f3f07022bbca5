/** Searching the archive through the whole app: the operations over the thread, and who may see what. */
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { Caller } from '../../src/operations/operation.ts'
import { linesOfJson } from '../support/archive/read-source.ts'
import { TestDenidin } from '../support/denidin.ts'

const operator: Caller = { transport: 'cli', level: 'operator' }
const AT = Date.parse('2025-11-22T10:00:00.000Z')

let denidin: TestDenidin
beforeEach(async () => {
  denidin = await TestDenidin.start({ feature_flags: { enable_memory_system: false } })
  const typed = ['fix the failing tests', 'brew <b>tea</b> for Dana', 'the tests pass'].map((display, at) => ({
    display,
    timestamp: AT + at * 86_400_000,
    project: at === 1 ? '/code/kitchen' : '/code/shop',
    sessionId: '0340f328-33c2-42fb-b9fa-ae58a9d8a799',
  }))
  const path = join(denidin.folder, 'history.jsonl')
  await writeFile(path, linesOfJson(...typed))
  await run('ingest.load', { file: path })
})
afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const run = async (name: string, input: object, caller = operator): Promise<Record<string, unknown>> =>
  await denidin.app.runner.run(name, input, { caller })
const found = async (name: string, input: object): Promise<readonly unknown[]> =>
  ((await run(name, input))['messages'] as readonly { snippet: string }[]).map(({ snippet }) => snippet)

const no = (filter: string): string => `No message matches ${filter}.`

test('what was loaded is found at once, with marks that are safe in a page', async () => {
  expect(existsSync(denidin.data('archive-index.db'))).toBe(true)
  expect(await run('archive.search', { query: 'tea' })).toMatchObject({
    notes: [],
    next: null,
    messages: [
      {
        role: 'user',
        project: '/code/kitchen',
        snippet: 'brew <b>tea</b> for Dana',
        snippet_html: 'brew &#60;b&#62;<mark>tea</mark>&#60;/b&#62; for Dana',
      },
    ],
  })
  expect(await found('archive.search', { query: 'test', sort: 'newest' })).toEqual([
    'the tests pass',
    'fix the failing tests',
  ])
})

test.each([
  [{ since: '2025-11-24' }, ['the tests pass']],
  [{ until: '2025-11-22' }, ['fix the failing tests']],
  [{ project: 'shop' }, ['the tests pass', 'fix the failing tests']],
  [{ role: 'tool' }, []],
  [{ limit: 1 }, ['the tests pass']],
])('messages are listed by %j', async (input, expected) => {
  expect(await found('archive.messages', input)).toEqual(expected)
})

test.each([
  [{ since: 'yesterday' }, 'since "yesterday" is neither a day (YYYY-MM-DD) nor a time in ISO 8601'],
  [{ until: '2025-02-31' }, 'until "2025-02-31" is neither a day (YYYY-MM-DD) nor a time in ISO 8601'],
  [{ level: 'LOUD' }, 'there is no level "LOUD"; allowed are TRACE, DEBUG, INFO, WARN, ERROR, FATAL'],
  [{ cursor: 'xyz' }, 'the cursor is damaged or belongs to another search; begin again without it'],
])('bad input is named: %j', async (input, message) => {
  await expect(run('archive.messages', input)).rejects.toMatchObject({ message })
})

test.each([
  [{ project: 'shop', session: 'nope' }, ['No message matches session "nope".']],
  [{ project: 'nope', person: 'nobody', since: '2025-11-24' }, ['project "nope"', 'person "nobody"'].map(no)],
  [{ chat: 'x', component: 'y' }, ['chat "x"', 'component "y"'].map(no)],
  [{ project: 'shop', role: 'tool' }, []],
])('a filter that no message passes is named: %j', async (input, notes) => {
  expect(await run('archive.messages', input)).toMatchObject({ messages: [], notes })
  expect(await run('archive.search', { query: 'tests', ...input })).toMatchObject({ messages: [], notes })
})

test('pages follow each other', async () => {
  const first = await run('archive.messages', { limit: 2 })
  expect(await found('archive.messages', { limit: 2, cursor: first['next'] })).toEqual(['fix the failing tests'])
})

test('the godfather does not see loaded files in a chat, and a client may not search', async () => {
  const godfather: Caller = { transport: 'chat', level: 'godfather' }
  expect(await run('archive.search', { query: 'tea' }, godfather)).toMatchObject({ messages: [] })
  await expect(run('archive.search', { query: 'tea' }, { transport: 'chat', level: 'anyone' })).rejects.toMatchObject({
    code: 'forbidden',
  })
})

test('a rebuilt index finds the same', async () => {
  await run('archive.reindex', { backup: false })
  expect(await found('archive.search', { query: 'tea' })).toEqual(['brew <b>tea</b> for Dana'])
})
