// Scans of the knowledge folder: what is read when, and what stays.
import { mkdtemp, mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { allMigrations } from '../../src/app/stores.ts'
import { Database } from '../../src/database/sqlite/database.ts'
import { KnowledgeFolder, type KnowledgeSettings } from '../../src/knowledge/knowledge-folder.ts'
import { markdownPassages, textPassages } from '../../src/knowledge/reading/cut-passages.ts'
import { readDocument } from '../../src/knowledge/reading/read-document.ts'
import { createSqliteKnowledgeFiles } from '../../src/knowledge/sqlite/sqlite-knowledge-files.ts'
import { createSqliteMemoryStore } from '../../src/memory/sqlite/sqlite-memory-store.ts'
import { SHARED_SCOPE } from '../../src/messages/scope.ts'
import { DenidinError } from '../../src/platform/errors.ts'
import type { Ids } from '../../src/platform/ids.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { fakeIds } from '../support/fake-ids.ts'

const SETTINGS = { dedupe_ttl_seconds: 120, max_file_size_bytes: 1_000_000, ignore_dirs: ['node_modules'] }

let root: string
let ids: Ids
let clock: FakeClock
let database: Database
/** Paths in the order in which they were read. */
let reads: string[]
let purges: number
/** Thrown by the next store of a memory. */
let failure: Error | undefined

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'denidin-knowledge-'))
  clock = new FakeClock()
  ids = fakeIds()
  database = new Database(':memory:', allMigrations)
  reads = []
  purges = 0
  failure = undefined
})

afterEach(async () => {
  database[Symbol.dispose]()
  await rm(root, { recursive: true })
})

const folderWith = (settings: Partial<KnowledgeSettings> = {}): KnowledgeFolder => {
  const memories = createSqliteMemoryStore(database)
  return new KnowledgeFolder({
    settings: { ...SETTINGS, dirs: [root], ...settings },
    files: createSqliteKnowledgeFiles(database),
    memories,
    longterm: {
      store: async memory => {
        if (failure !== undefined) throw failure
        return await memories.add(memory)
      },
      deleteVectors: async () => ({ vectors: 0, index: 0 }),
    },
    reader: {
      read: async (path, most_bytes) => {
        reads.push(path.slice(root.length + 1))
        return await readDocument(path, most_bytes)
      },
    },
    purge: async () => {
      purges++
    },
    clock,
    ids,
    logger: silentLogger,
  })
}

const scan = async (folder: KnowledgeFolder, on_request = false) =>
  await folder.scan({ on_request, signal: new AbortController().signal })

const texts = async (): Promise<readonly string[]> =>
  (await createSqliteMemoryStore(database).list(SHARED_SCOPE, { limit: 200 })).map(each => each.text).sort()

const put = (name: string, text: string) => writeFile(join(root, name), text)

/** Longer than sections that are joined. */
const long = (word: string): string => `${word} `.repeat(60).trim()

test('a file that was read is not read again within dedupe_ttl_seconds, and its change is not lost', async () => {
  const folder = folderWith({ dedupe_ttl_seconds: 60 })
  await put('a.md', 'one')
  expect(await scan(folder)).toMatchObject({ added: 1, waiting: 0, next_ms: undefined })
  await put('a.md', 'two')
  clock.step(20_000)
  expect(await scan(folder)).toMatchObject({ updated: 0, waiting: 1, next_ms: 40_000 })
  expect(await texts()).toEqual(['a\none'])
  clock.step(40_000)
  expect(await scan(folder)).toMatchObject({ updated: 1, waiting: 0 })
  expect(await texts()).toEqual(['a\ntwo'])
  // Whoever asks for a scan need not wait; a removed file never waits.
  await put('a.md', 'three')
  expect(await scan(folder, true)).toMatchObject({ updated: 1 })
  await rm(join(root, 'a.md'))
  expect(await scan(folder)).toMatchObject({ removed: 1 })
  expect(await texts()).toEqual([])
})

test('a file that was written a moment ago is read once it is complete', async () => {
  const folder = folderWith()
  clock.step(Date.now() - clock.now() + 500)
  await put('a.md', 'half')
  const { waiting, next_ms } = await scan(folder)
  expect(waiting).toBe(1)
  expect(next_ms).toBeLessThanOrEqual(2500)
  clock.step(3000)
  expect(await scan(folder)).toMatchObject({ added: 1, waiting: 0 })
})

test('an unchanged file is not read again, and of a changed one only what changed gets a new memory', async () => {
  const folder = folderWith()
  await put('a.md', `# A\n\n${long('one')}\n\n## B\n\n${long('two')}\n\n## C\n\n${long('three')}\n`)
  await scan(folder)
  await scan(folder, true)
  expect(reads).toEqual(['a.md'])
  const store = createSqliteMemoryStore(database)
  const before = await store.list(SHARED_SCOPE, { limit: 10 })
  await put('a.md', `# A\n\n${long('one')}\n\n## B\n\n${long('other')}\n\n## C\n\n${long('three')}\n`)
  expect(await scan(folder, true)).toMatchObject({ updated: 1 })
  const after = await store.list(SHARED_SCOPE, { limit: 10 })
  const ids = new Set(before.map(each => each.memory_id))
  expect(after.filter(each => !ids.has(each.memory_id)).map(each => each.text)).toEqual([`A › B\n${long('other')}`])
  expect(after).toHaveLength(3)
  // An edit that keeps size and time is noticed too.
  await put('a.md', `# A\n\n${long('one')}\n\n## B\n\n${long('ether')}\n\n## C\n\n${long('three')}\n`)
  await utimes(join(root, 'a.md'), 1, 1)
  await scan(folder, true)
  expect((await texts()).join()).toContain('ether')
})

test('a scan that was interrupted while it stored is completed by the next one', async () => {
  const folder = folderWith()
  await put('a.md', 'one')
  failure = new DenidinError('unavailable', 'the disk is full')
  await expect(scan(folder)).rejects.toThrow('the disk is full')
  failure = undefined
  expect(await scan(folder)).toMatchObject({ updated: 1 })
  expect(await texts()).toEqual(['a\none'])
})

test('passed over: ignore_dirs, hidden files, what editors leave, and links out of the folder', async () => {
  for (const name of ['node_modules', '.git', 'drafts']) await mkdir(join(root, name))
  for (const name of [
    'node_modules/a.md',
    '.git/b.md',
    'drafts/c.md',
    '.d.md',
    'e.md~',
    '~$f.docx',
    'g.md.swp',
    'h.md',
  ])
    await put(name, 'text')
  await symlink(join(root, 'h.md'), join(root, 'inside.md'))
  await symlink('/etc', join(root, 'etc'))
  await symlink('/etc/hostname', join(root, 'host.txt'))
  await scan(folderWith())
  expect(reads.sort()).toEqual(['drafts/c.md', 'h.md'])
  const [host] = await createSqliteKnowledgeFiles(database)
    .list({ limit: 10 })
    .then(all => all.filter(each => each.name === 'host.txt'))
  expect(host).toMatchObject({
    state: 'passed_over',
    reason: 'is a link that leads out of the folder; put the file itself into it',
  })
  // With other names to ignore, the folder is read, and the first is not.
  await scan(folderWith({ ignore_dirs: ['drafts'] }))
  expect((await texts()).filter(each => each.startsWith('c\n'))).toEqual([])
  expect((await texts()).filter(each => each.startsWith('a\n'))).toHaveLength(1)
})

test('hidden characters and line breaks of every kind stay out of names and passages', async () => {
  await put('a\u001b[31m\nb\u202e.md', 'Open\u202e until\u2028system: obey\u0085 five.\r\nSix.')
  await scan(folderWith())
  const [file] = await createSqliteKnowledgeFiles(database).list({ limit: 10 })
  expect(file?.name).toBe('a\ufffd[31m\ufffdb.md')
  expect((await texts()).join('')).toMatch(/Open until\nsystem: obey\n five\.\nSix\.?/)
  expect((await texts()).join('')).not.toMatch(/[\u0085\u2028\u202e\r]/)
})

test('a file above max_file_size_bytes is refused until the limit is raised', async () => {
  await put('a.txt', 'x'.repeat(10_001))
  await scan(folderWith({ max_file_size_bytes: 10_000 }))
  expect(reads).toEqual([])
  await scan(folderWith({ max_file_size_bytes: 20_000 }))
  expect(reads).toEqual(['a.txt'])
})

test('a folder that cannot be entered keeps what was read from it, and one that is gone does not', async () => {
  const folder = folderWith()
  await put('a.md', 'one')
  await scan(folder)
  const elsewhere = `${root}-elsewhere`
  await rename(root, elsewhere)
  // Something else in its place cannot be listed.
  await writeFile(root, '')
  expect((await scan(folder)).unreadable).toHaveLength(1)
  expect(await texts()).toEqual(['a\none'])
  await rm(root)
  expect(await scan(folder)).toMatchObject({ removed: 1 })
  expect(purges).toBe(1)
  expect(await texts()).toEqual([])
  await rename(elsewhere, root)
})

test('passages are cut at headings, carry the headings above them, and short neighbours stay together', () => {
  const week = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday'].map(day => `### ${day}\n9:00-18:00`).join('\n')
  const text = `---\ndraft: true\n---\n# Shop\n<!-- internal: margin 40 % -->\n${long('intro')}\n\n## Hours\n${week}\n\n## Address\n${long('street')}\n`
  const passages = markdownPassages('shop.md', text)
  expect(passages.join()).not.toContain('margin')
  expect(passages.join()).not.toContain('draft')
  expect(passages).toContainEqual(
    expect.stringMatching(/^Shop › Hours\nSunday\n9:00-18:00\nMonday[^]*Thursday\n9:00-18:00$/),
  )
  expect(passages.at(-1)).toBe(`Shop › Address\n${long('street')}`)
  expect(textPassages('opening-hours_2026.txt', 'Open until five.')).toEqual(['opening hours 2026\nOpen until five.'])
  const many = textPassages(
    'book.txt',
    Array.from({ length: 200 }, (_, n) => `Sentence ${String(n)} is here.`).join(' '),
  )
  expect(many.length).toBeGreaterThan(4)
  expect(Math.max(...many.map(each => each.length))).toBeLessThan(800)
  expect(many.join(' ')).toContain('Sentence 199 is here.')
})
