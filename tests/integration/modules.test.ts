/** The app's modules: what a backup has to copy, and whose personal data is known. */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { readdir } from 'node:fs/promises'
import { relative } from 'node:path'
import { TestDenidin } from '../support/denidin.ts'

let denidin: TestDenidin

beforeEach(async () => {
  denidin = await TestDenidin.start()
})
afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

/**
 * Files that a running process needs for itself: the lock, the socket, the process id; and the record of when it ran, which
 * a restore must not replace.
 */
const OF_THE_PROCESS = /^(run(\/|$)|uptime\.json$)/

test('every file that a conversation leaves in the data folder belongs to a source that a backup knows', async () => {
  await denidin.say('My dog is called Rex')
  await denidin.say('/reset')
  await denidin.app.memory.whenIdle()
  const sources = denidin.app.modules.backupSources.map(({ path }) => relative(denidin.data(), path))
  await denidin.close()
  const entries = await readdir(denidin.data(), { recursive: true, withFileTypes: true })
  const files = entries
    .filter(entry => entry.isFile())
    .map(entry => relative(denidin.data(), `${entry.parentPath}/${entry.name}`))
    .filter(file => !OF_THE_PROCESS.test(file))
  expect(files.length).toBeGreaterThan(3)
  const covered = (file: string): boolean =>
    sources.some(source => file === source || file.startsWith(`${source}/`) || file.startsWith(`${source}-`))
  expect(files.filter(file => !covered(file))).toEqual([])
  expect(sources).toEqual(expect.arrayContaining(['denidin.db', 'erasures.db', 'sessions', 'vectors.db', 'index.db']))
})

test('the erasure log is marked so that no backup contains it, and names are unique', async () => {
  const sources = denidin.app.modules.backupSources
  expect(sources.filter(({ content }) => content === 'erasures').map(({ name }) => name)).toEqual(['erasures'])
  expect(new Set(sources.map(({ name }) => name)).size).toBe(sources.length)
})

test('forgetting everything covers the personal data of every feature once', async () => {
  await denidin.say('hello')
  const { stores } = await denidin.app.runner.run(
    'memory.forget',
    { what: 'all', person: '15550001111' },
    { caller: { transport: 'cli', level: 'operator' }, confirmed: true },
  )
  const names = (stores as readonly { readonly store: string }[]).map(({ store }) => store)
  expect(new Set(names).size).toBe(names.length)
  expect(names).toEqual(expect.arrayContaining(['messages', 'memories', 'exports', 'usage']))
})
