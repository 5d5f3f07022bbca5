/** A process that loads a file is killed (kill -9) at random statements: nothing is lost, nothing is doubled. The same for conversations. */
import { spawn } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import type { ExtractionRun } from '../../src/archive/extraction-run.ts'
import { archiveMigrations } from '../../src/archive/sqlite/archive-migrations.ts'
import { openArchive } from '../../src/archive/sqlite/open-archive.ts'
import { SqliteArchiveMaintenance } from '../../src/archive/sqlite/sqlite-archive-maintenance.ts'
import { SqliteArchiveStore } from '../../src/archive/sqlite/sqlite-archive-store.ts'
import { Database } from '../../src/database/sqlite/database.ts'
import { messageMigrations } from '../../src/messages/sqlite/message-migrations.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { systemIds } from '../../src/platform/ids.ts'
import { random } from '../support/random-text.ts'
import { PROJECT } from '../support/script-run.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** How often the process is killed: `INGEST_KILLS`, 6 by default. */
const KILLS = Number(process.env['INGEST_KILLS'] ?? 6)
const SEED = Number(process.env['CRASH_SEED'] ?? Math.floor(systemIds.fraction() * 1e9))
const TIMEOUT_MS = 60_000 + KILLS * 20_000
const LINES = 6000
const SESSIONS = 7

/** Every tenth line is a copy of an earlier one, every fiftieth is broken. */
const source = (): string =>
  Array.from({ length: LINES }, (_, at) => {
    if (at % 50 === 49) return `{"display": broken ${String(at)}`
    const number = at % 10 === 9 ? at - 9 : at
    return JSON.stringify({
      display: `message ${String(number)} ${'word '.repeat(20)}`,
      timestamp: 1_760_000_000_000 + number,
      project: `/code/project-${String(number % 3)}`,
      sessionId: `session-${String(number % SESSIONS)}`,
    })
  }).join('\n')

interface Life {
  readonly killed: boolean
  readonly statements: number
}

const live = async (
  script: 'ingest-child.ts' | 'bound-child.ts',
  archive: string,
  file: string,
  die_at: number | undefined,
): Promise<Life> =>
  await new Promise((resolve, reject) => {
    const support = join(PROJECT, 'tests/support/archive')
    const { DIE_AT: _none, ...env } = process.env
    const child = spawn(
      process.execPath,
      ['--import', join(support, 'die-at-statement.mjs'), join(support, script), archive, file],
      { env: die_at === undefined ? env : { ...env, DIE_AT: String(die_at) }, stdio: ['ignore', 'pipe', 'inherit'] },
    )
    let out = ''
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code !== 0 && signal !== 'SIGKILL') reject(new Error(`the process ended with ${String(code)}`))
      else resolve({ killed: signal === 'SIGKILL', statements: Number(/statements (\d+)/.exec(out)?.[1] ?? 0) })
    })
  })

/** All that an archive holds, but for times. */
const contentOf = async (archive: string): Promise<readonly unknown[]> => {
  using database = new Database(archive, archiveMigrations)
  const options = { signal: new AbortController().signal, progress: () => undefined }
  const maintenance = new SqliteArchiveMaintenance(database, systemClock)
  return [
    (await maintenance.verify(true, options)).findings,
    database.all('select hex(hash) hash, content, at, project_id, session_no from archive_messages order by at, seq'),
    database.all('select source_line, run_id from places order by source_line'),
    database.all('select session_id, path from archive_sessions join projects using (project_id) order by session_id'),
    database.all('select * from rejected_lines'),
    database.all(
      `select run_id, status, position, lines, messages_extracted, new_unique_messages, duplicate_messages, errors_count,
         source_checksum = destination_checksum whole from extraction_runs`,
    ),
  ]
}

test(
  'whenever a load is killed, the next one goes on, and the archive is as if nothing had happened',
  async () => {
    await using folder = await temporaryFolder()
    const file = join(folder.path, 'history.jsonl')
    await writeFile(file, source())
    const whole = join(folder.path, 'whole.db')
    const { statements } = await live('ingest-child.ts', whole, file, undefined)
    const expected = await contentOf(whole)
    expect(expected[0]).toEqual([])
    expect((expected[1] as readonly unknown[]).length).toBe(5400)

    const chance = random(SEED)
    let killed = 0
    let loads = 0
    while (killed < KILLS) {
      const archive = join(folder.path, `archive-${String(++loads)}.db`)
      for (let life: Life = { killed: true, statements: 0 }; life.killed; killed += Number(life.killed)) {
        life = await live('ingest-child.ts', archive, file, killed < KILLS ? 1 + chance.below(statements) : undefined)
      }
      expect([SEED, await contentOf(archive)]).toEqual([SEED, expected])
      for (const suffix of ['', '-wal', '-shm']) await rm(`${archive}${suffix}`, { force: true })
    }
    expect(killed).toBe(KILLS)
  },
  TIMEOUT_MS,
)

/** Minutes with equal words, media, and messages of several lines. */
const chat = (): string =>
  Array.from({ length: LINES }, (_, at) => {
    const time = new Date(Date.UTC(2021, 0, 13) + Math.floor(at / 3) * 60_000).toISOString()
    const [date = '', clock = ''] = time.split('T')
    const sender = at % 2 === 0 ? 'Ana' : 'DeniDin'
    const text = at % 7 === 0 ? 'ok' : at % 50 === 49 ? '<Media omitted>' : `message ${String(at)}\nand more of it`
    return `${date.split('-').reverse().join('/')}, ${clock.slice(0, 5)} - ${sender}: ${text}`
  }).join('\n')

/** The conversation, in its order. */
const saidIn = (folder: string): readonly unknown[] => {
  using database = new Database(join(folder, 'messages.db'), messageMigrations)
  return database.all('select message_id, role, person_id, text, sent_at from messages order by sent_at, message_id')
}

const runsIn = async (folder: string): Promise<readonly ExtractionRun[]> => {
  using database = openArchive(join(folder, 'archive.db'))
  return await new SqliteArchiveStore(database, systemClock).runs({ limit: 1000 })
}

test(
  'whenever a load into a conversation is killed, the next one completes it, nothing is doubled, and each has its record',
  async () => {
    await using folder = await temporaryFolder()
    const file = join(folder.path, 'WhatsApp Chat with Ana.txt')
    await writeFile(file, chat())
    const whole = join(folder.path, 'whole')
    await mkdir(whole)
    const { statements } = await live('bound-child.ts', whole, file, undefined)
    const expected = saidIn(whole)
    expect(expected).toHaveLength(LINES - 102)

    const chance = random(SEED)
    let killed = 0
    for (let loads = 0; killed < KILLS; loads++) {
      const data = join(folder.path, `load-${String(loads)}`)
      await mkdir(data)
      for (let life: Life = { killed: true, statements: 0 }; life.killed; killed += Number(life.killed)) {
        life = await live('bound-child.ts', data, file, killed < KILLS ? 1 + chance.below(statements) : undefined)
      }
      expect([SEED, saidIn(data)]).toEqual([SEED, expected])
      const [last, ...before] = await runsIn(data)
      expect(last).toMatchObject({ status: 'completed', conversation: 'person:ana' })
      expect((last?.new_unique_messages ?? 0) + (last?.duplicate_messages ?? 0)).toBe(expected.length)
      // One that was killed behind its last statement has ended.
      for (const { status } of before) expect(['interrupted', 'completed']).toContain(status)
      await rm(data, { recursive: true })
    }
    expect(killed).toBe(KILLS)
  },
  TIMEOUT_MS,
)
