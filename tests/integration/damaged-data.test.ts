// Databases that are missing, old, damaged, or not files at all: what the start does with them, and what it says.
import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { cp, mkdir, readdir, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { HOUR_MS } from '../../src/platform/clock.ts'
import type { Caller } from '../../src/operations/operation.ts'
import { filesWith } from '../support/data-files.ts'
import { TestDenidin } from '../support/denidin.ts'

const OPERATOR: Caller = { transport: 'cli', level: 'operator' }
const BEN = '15550007777'
const MARK = 'Pelargonium'

let denidin: TestDenidin

beforeEach(async () => {
  denidin = await TestDenidin.start()
  await denidin.say(`my ${MARK} needs water`, { phone: BEN })
})

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const run = async (operation: string, input: object): Promise<Record<string, unknown>> =>
  await denidin.app.runner.run(operation, input, { caller: OPERATOR, confirmed: true })

/** Why the start is refused; `started` if it is not. */
const refusal = async (): Promise<{ readonly code: string; readonly message: string } | 'started'> => {
  try {
    await denidin.open()
    return 'started'
  } catch (error) {
    const { code, message } = error as { code: string; message: string }
    return { code, message }
  }
}

const removeDatabase = async (name: string): Promise<void> => {
  for (const suffix of ['', '-wal', '-shm']) await rm(denidin.data(name + suffix), { force: true, recursive: true })
}

/** Overwrites the page in the middle of a database. */
const spoilPage = (name: string): void => {
  const path = denidin.data(name)
  const bytes = readFileSync(path)
  const page = bytes.readUInt16BE(16)
  const at = Math.floor(bytes.length / page / 2) * page
  bytes.fill(0xa5, at, at + page)
  writeFileSync(path, bytes)
}

const newest = async (text: string): Promise<boolean> => (await denidin.say(text, { phone: BEN })).length > 0

/** Ways in which a database is not a usable file. */
const SPOILERS: readonly (readonly [string, (name: string) => Promise<void> | void])[] = [
  ['garbage', name => writeFile(denidin.data(name), Buffer.alloc(20_000, 'garbage'))],
  ['a line of text', name => writeFile(denidin.data(name), 'restored by hand\n')],
  ['one bad page', spoilPage],
  [
    'cut in the middle',
    name => truncate(denidin.data(name), Math.floor(statSync(denidin.data(name)).size / 8192) * 4096),
  ],
  [
    'a bad header',
    name =>
      writeFileSync(
        denidin.data(name),
        Buffer.concat([Buffer.alloc(100), readFileSync(denidin.data(name)).subarray(100)]),
      ),
  ],
]
const NO_FILES: readonly (readonly [string, (name: string) => Promise<void>])[] = [
  ['a folder', name => mkdir(denidin.data(name))],
  [
    'a folder with a file',
    async name => {
      await mkdir(denidin.data(name))
      await writeFile(denidin.data(name, 'notes.txt'), 'notes')
    },
  ],
  ['a link in a circle', name => symlink(name, denidin.data(name))],
  ['a link that leads nowhere', name => symlink('/nowhere/at/all.db', denidin.data(name))],
]

describe('a main database that is gone or old', () => {
  /** A copy of the running bot's database without its write-ahead log, as `cp` makes it. */
  let copied: string
  beforeEach(async () => {
    copied = denidin.data('copied.db')
    copyFileSync(denidin.data('denidin.db'), copied)
    await denidin.close()
  })

  test.each<[string, () => Promise<void> | void]>([
    ['deleted', () => undefined],
    ['of zero bytes', () => writeFile(denidin.data('denidin.db'), '')],
    ['a copy of the running bot', () => rename(copied, denidin.data('denidin.db'))],
    [
      'a fresh one of a first start',
      async () => {
        const other = await TestDenidin.start()
        await other.close()
        copyFileSync(other.data('denidin.db'), denidin.data('denidin.db'))
        await other[Symbol.asyncDispose]()
      },
    ],
    [
      'with tables of something else',
      () => {
        using database = new DatabaseSync(denidin.data('denidin.db'))
        database.exec('create table notes (text text)')
      },
    ],
  ])('%s is refused beside session files and indexes, and taken back', async (_what, replace) => {
    const kept = denidin.data('kept.db')
    await rename(denidin.data('denidin.db'), kept)
    await removeDatabase('denidin.db')
    await replace()
    for (const start of ['the first start', 'another one']) {
      expect([start, await refusal()]).toEqual([
        start,
        {
          code: 'damaged',
          message: expect.stringMatching(
            /denidin\.db is missing or empty, but .*sessions\/.*index\.db.* hold what people said.*Put back denidin\.db.*[Tt]o start over/s,
          ),
        },
      ])
    }
    await removeDatabase('denidin.db')
    await rename(kept, denidin.data('denidin.db'))
    expect(await refusal()).toBe('started')
    await denidin.say('what needs water?', { phone: BEN })
    expect(denidin.lastRequest()).toContain(MARK)
  })

  test('nothing is refused once what is left of the earlier one was moved away', async () => {
    await removeDatabase('denidin.db')
    for (const name of ['sessions', 'index.db', 'vectors.db'])
      await rm(denidin.data(name), { recursive: true, force: true })
    expect(await refusal()).toBe('started')
    expect(await newest('good morning')).toBe(true)
  })

  test('an older copy is taken with a notice, and the indexes follow it', async () => {
    const older = denidin.data('older.db')
    copyFileSync(denidin.data('denidin.db'), older)
    await denidin.open()
    await denidin.say('and some Quasar light', { phone: BEN })
    await denidin.app.messageIndex.whenIdle()
    await denidin.close()
    await removeDatabase('denidin.db')
    await rename(older, denidin.data('denidin.db'))
    expect(await refusal()).toBe('started')
    expect(await run('status', {})).toMatchObject({
      state: 'degraded',
      parts: expect.arrayContaining([
        {
          name: 'full-text index',
          state: 'degraded',
          detail: expect.stringMatching(/older than index\.db.*stop DeniDin and put back the newest/s),
        },
      ]),
    })
    await denidin.app.messageIndex.whenIdle()
    expect(await filesWith(denidin.data(), ['quasar'])).toEqual([])
    await denidin.say('my cactus wants nothing', { phone: BEN })
    await denidin.app.messageIndex.whenIdle()
    expect(await run('memory.verify', {})).toMatchObject({ in_order: true })
    await denidin.restart()
    expect(await run('status', {})).toMatchObject({ state: 'ok' })
  })

  test('a database of a newer version is refused with what to do', async () => {
    {
      using database = new DatabaseSync(denidin.data('denidin.db'))
      database.exec("insert into migrations (id, ran_at) values ('messages-999', 1)")
    }
    expect(await refusal()).toEqual({
      code: 'damaged',
      message: expect.stringMatching(
        /denidin\.db was written by a newer DeniDin .*start that version, or restore a backup/,
      ),
    })
  })

  test.each([...SPOILERS])('%s is refused with what to do', async (_what, spoil) => {
    await spoil('denidin.db')
    expect(await refusal()).toEqual({
      code: 'damaged',
      message: expect.stringMatching(/denidin\.db is damaged \(.*\)\. Stop DeniDin and put back a backup/),
    })
  })

  test.each([...NO_FILES])('%s in its place is named', async (_what, put) => {
    await removeDatabase('denidin.db')
    await put('denidin.db')
    expect(await refusal()).toEqual({
      code: 'unavailable',
      message: expect.stringMatching(/denidin\.db is a (folder; a file is expected there|link .*)$/),
    })
  })
})

describe.each(['index.db', 'vectors.db'])('a derived database, %s', name => {
  /** What was told long ago is found, so that indexes work. */
  const works = async (): Promise<void> => {
    await denidin.app.messageIndex.whenIdle()
    await denidin.app.memory.whenIdle()
    await denidin.say('which plant needs water?', { phone: BEN })
    expect(denidin.lastRequest()).toContain(MARK)
  }
  const parts = async (): Promise<string> => {
    const { parts } = (await run('status', {})) as { parts: { name: string; detail: string }[] }
    return parts.map(part => `${part.name}: ${part.detail}`).join('\n')
  }

  beforeEach(async () => {
    // The session has ended: its words are found by search alone.
    denidin.clock.forward(48 * HOUR_MS)
    await run('session.sweep', { purge: false })
    await denidin.app.memory.whenIdle()
    await denidin.close()
  })

  test.each<[string, (name: string) => Promise<void> | void]>([
    ['deleted', removeDatabase],
    [
      'of zero bytes',
      async () => {
        await removeDatabase(name)
        await writeFile(denidin.data(name), '')
      },
    ],
  ])('%s is rebuilt', async (_what, spoil) => {
    await spoil(name)
    expect(await refusal()).toBe('started')
    await works()
  })

  test.each([
    ...SPOILERS,
    ...NO_FILES.map(
      ([what, put]) =>
        [
          what,
          async (file: string) => {
            await removeDatabase(file)
            await put(file)
          },
        ] as const,
    ),
  ])('%s is set aside and rebuilt, status says so, and forgetting takes the copy', async (_what, spoil) => {
    await spoil(name)
    expect(await refusal()).toBe('started')
    await works()
    expect(await parts()).toMatch(new RegExp(`${name}.*was set aside as .*${name}\\.damaged-.*is rebuilt`))
    expect(denidin.log.lines.some(line => line.level === 'error' && line.message.includes('set aside'))).toBe(true)
    expect((await readdir(denidin.data())).some(file => file.startsWith(`${name}.damaged-`))).toBe(true)
    expect(await run('memory.forget', { what: 'all', person: BEN })).toMatchObject({ residue: 0 })
    expect((await readdir(denidin.data())).filter(file => file.includes('.damaged-'))).toEqual([])
    expect(await filesWith(denidin.data(), [MARK])).toEqual([])
  })
})

test('copies of a damaged index from an earlier start are forgotten while memory is off', async () => {
  await cp(denidin.data('index.db'), denidin.data('index.db.damaged-2026-11-01T00-00-00-000Z'))
  await mkdir(denidin.data('memory.damaged-2026-11-01T00-00-00-000Z'))
  await writeFile(denidin.data('memory.damaged-2026-11-01T00-00-00-000Z', 'segment'), MARK)
  await denidin.restart({ feature_flags: { enable_memory_system: false } })
  await run('memory.forget', { what: 'all', person: BEN })
  expect(existsSync(denidin.data('index.db.damaged-2026-11-01T00-00-00-000Z'))).toBe(false)
  expect(existsSync(denidin.data('memory.damaged-2026-11-01T00-00-00-000Z'))).toBe(false)
})
