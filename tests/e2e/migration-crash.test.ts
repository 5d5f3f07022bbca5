/** `denidin migrate run`, `ingest denidin` and `migrate rollback`, killed (kill -9) at random steps: nothing is lost or doubled. */
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { finishRestore } from '../../src/backup/swap.ts'
import { surroundings } from '../../src/app/runtime.ts'
import { loadSettings } from '../../src/config/load-settings.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { systemIds } from '../../src/platform/ids.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { createManagedChromaServer } from '../../src/vectors/chroma/managed-chroma-server.ts'
import { liveCommand, type CommandLife } from '../support/crash/killed-command.ts'
import { fillOldMemory } from '../support/crash/old-memory.ts'
import { fillPast } from '../support/large-person.ts'
import { writeSession } from '../support/python-denidin/python-folder.ts'
import { random } from '../support/random-text.ts'
import { ScriptHome } from '../support/script-run.ts'
import { openStores } from '../support/stores.ts'

/** How often each command is killed: `MIGRATION_KILLS`, 5 by default. */
const KILLS = Number(process.env['MIGRATION_KILLS'] ?? 5)
const SEED = Number(process.env['CRASH_SEED'] ?? Math.floor(systemIds.fraction() * 1e9))
const TIMEOUT_MS = 60_000 + KILLS * 20_000

/** Rules extract the facts, and no vectors are made: no model and no Chroma are needed. */
const SETTINGS = {
  feature_flags: { enable_memory_system: true, enable_llm_entity_extraction: false },
  time_zone: 'UTC',
  memory: { longterm: { enabled: true } },
}

let home: ScriptHome
beforeEach(() => {
  home = new ScriptHome(SETTINGS)
})
afterEach(async () => {
  await home[Symbol.asyncDispose]()
})

const fill = async (act: (stores: ReturnType<typeof openStores>) => Promise<void>): Promise<void> => {
  const { settings } = loadSettings({ environment: {}, file: home.config, cwd: home.folder })
  mkdirSync(home.data, { recursive: true })
  using stores = openStores(settings, surroundings(settings, silentLogger))
  await act(stores)
}

const rows = (file: string, sql: string): readonly unknown[] => {
  using database = new DatabaseSync(join(home.data, file), { readOnly: true, timeout: 5000 })
  return database.prepare(sql).all()
}

/** All messages and memories, but for ids and times of what was made by the command itself. */
const contents = (): Readonly<Record<string, readonly unknown[]>> => ({
  messages: rows(
    'denidin.db',
    'select chat_id, role, text, sent_at, session_id from messages order by sent_at, chat_id, text',
  ),
  memories: rows(
    'denidin.db',
    `select m.kind, m.text, m.quote, m.category, m.tier, m.said_from, m.said_to, m.valid_to is null holds,
       (select group_concat(message_id order by message_id) from memory_sources s where s.memory_id = m.memory_id) sources
     from memories m order by m.text, m.said_from, m.kind`,
  ),
  learnt: rows('denidin.db', 'select message_id, session_id, digest from learnt_messages order by message_id'),
  reflections: rows('denidin.db', 'select session_id, text from reflections order by session_id'),
  people: rows('denidin.db', 'select count(*) n from persons'),
})

/** What v1 has: it must be the same before and after, until the operator confirms. */
const oldMemories = (): readonly unknown[] =>
  rows(
    'denidin.db',
    `select memory_id, kind, text, valid_to, created_at from memories where kind <> 'fact' order by memory_id`,
  )

/** Brings the home back to how it was when this was called. */
const checkpoint = (): (() => void) => {
  const saved = join(home.folder, 'saved')
  const folders = ['data', 'data-backups']
  for (const name of folders) {
    if (existsSync(home.path(name))) cpSync(home.path(name), join(saved, name), { recursive: true })
  }
  return () => {
    for (const name of folders) {
      rmSync(home.path(name), { recursive: true, force: true })
      if (existsSync(join(saved, name))) cpSync(join(saved, name), home.path(name), { recursive: true })
    }
  }
}

interface Killing {
  /** Brings the data back to how they were before. */
  readonly restore: () => void
  /** Between which of its steps the command is killed. */
  readonly between: readonly [number, number]
  /** Looks at what a life left behind; `died`: the steps at which the lives before it and itself were killed. */
  judge(life: CommandLife, died: readonly number[]): Promise<void> | void
}

/** Kills a command `KILLS` times; after each row of kills the same command runs to its end. */
const killOften = async (args: readonly string[], { restore, between: [from, to], judge }: Killing): Promise<void> => {
  const chance = random(SEED)
  for (let killed = 0; killed < KILLS;) {
    restore()
    const died: number[] = []
    for (let is_over = false; !is_over;) {
      // A step that the rest of the work does not reach lets it end.
      const die_at = killed < KILLS ? from + chance.below(to - from) : undefined
      const life = await liveCommand(home, args, die_at)
      is_over = !life.killed
      if (life.killed) {
        killed += 1
        died.push(die_at ?? 0)
      }
      await judge(life, died)
    }
  }
}

/** Steps of a command that only opens the data: kills among them would only test a start. */
const stepsOfOpening = async (): Promise<number> => (await liveCommand(home, ['migrate', 'memory'])).steps

test(
  'whenever a migration of memory is killed, the next one completes it: v1 stays as it was, and v2 is as if nothing had happened',
  async () => {
    await fill(stores => fillOldMemory(stores, Date.now()))
    const opening = await stepsOfOpening()
    const restore = checkpoint()
    const before = oldMemories()
    const { steps, output } = await liveCommand(home, ['migrate', 'run'])
    const whole = contents()
    const state = migrated()
    expect(output).toMatchObject({ success: true, stats: { learned: 9, converted: 2, kept: 1 } })
    expect(state).toHaveLength(12)
    await killOften(['migrate', 'run'], {
      restore,
      between: [Math.floor(opening / 2), steps],
      judge: ({ killed, output: report }, died) => {
        expect([SEED, died, oldMemories()]).toEqual([SEED, died, before])
        if (killed) return
        expect([SEED, died, report]).toEqual([SEED, died, expect.objectContaining({ success: true, error: null })])
        expect([SEED, died, contents()]).toEqual([SEED, died, whole])
        expect([SEED, died, migrated()]).toEqual([SEED, died, state])
      },
    })
    expect((await liveCommand(home, ['migrate', 'confirm', '--yes'])).output).toEqual({ ended: 11 })
  },
  TIMEOUT_MS,
)

/** What became of each summary; an earlier run that was killed counts as interrupted. */
const migrated = (): readonly unknown[] => {
  const runs = rows('denidin.db', 'select status from memory_schema_migrations order by id') as { status: string }[]
  expect(runs.map(({ status }) => status)).toEqual([...runs.slice(1).map(() => 'interrupted'), 'completed'])
  return rows('denidin.db', 'select memory_id, outcome, facts from migrated_summaries order by memory_id')
}

const ANA = '15550001111@c.us'
const GROUP = '120363000000000001@g.us'

/** Conversations of a Python DeniDin: two people and a group, some sessions in two folders. */
const writePythonFolder = (root: string): void => {
  for (let session = 0; session < 8; session++) {
    const chat = session % 4 === 3 ? GROUP : `1555000${String((session % 3) + 1).repeat(4)}@c.us`
    const messages = Array.from({ length: 12 }, (_, n) => ({
      role: n % 2 === 0 ? ('user' as const) : ('assistant' as const),
      content: `words ${String(n)} of session ${String(session)}`,
      timestamp: new Date(Date.UTC(2026, 0, 1 + session, 9, n)).toISOString(),
      ...(chat === GROUP && n % 2 === 0
        ? { sender: n % 4 === 0 ? ANA : 'Ben', more: { sender_name: n % 4 === 0 ? 'Ana' : 'Ben' } }
        : {}),
    }))
    writeSession(root, {
      id: `s${String(session)}`,
      chat,
      messages,
      under: session % 2 === 0 ? '' : 'expired/2026-01-20',
    })
  }
}

/** The long-term memory of a Python DeniDin, as its Chroma stored it. */
const writePythonMemories = async (root: string): Promise<void> => {
  const deps = { clock: systemClock, ids: systemIds, logger: silentLogger }
  await using server = createManagedChromaServer({ folder: join(root, 'memory'), ...deps })
  const { client } = await server.connect()
  const collection = await client.getOrCreateCollection({ name: 'memory_15550001111', embeddingFunction: null })
  const numbers = Array.from({ length: 20 }, (_, n) => String(n))
  await collection.add({
    ids: numbers.map(n => `m${n}`),
    documents: numbers.map(n => `Ana keeps thing ${n}`),
    embeddings: numbers.map(() => [1, 0, 0]),
    metadatas: numbers.map(n => ({
      type: Number(n) % 2 === 0 ? 'explicit' : 'session_summary',
      session_id: `t${n}`,
      whatsapp_chat: ANA,
      created_at: '2026-01-20T09:00:00+00:00',
    })),
  })
}

test(
  'whenever the import of a Python DeniDin is killed, the next one completes it, and nothing is there twice',
  async () => {
    const old = home.path('python')
    writePythonFolder(old)
    await writePythonMemories(old)
    const opening = await stepsOfOpening()
    const restore = checkpoint()
    const { steps, output } = await liveCommand(home, ['ingest', 'denidin', old])
    expect(output).toMatchObject({
      messages: { found: 96, added: 90, left_out: 6 },
      memories: { found: 20, added: 20 },
    })
    const whole = contents()
    await killOften(['ingest', 'denidin', old], {
      restore,
      between: [Math.floor(opening / 2), steps],
      judge: ({ killed, output: report }, died) => {
        if (killed) return
        expect([SEED, died, contents()]).toEqual([SEED, died, whole])
        const { messages, memories } = report as Record<'messages' | 'memories', Record<string, number>>
        expect([SEED, died, Number(messages['added']) + Number(messages['known'])]).toEqual([SEED, died, 90])
        expect([SEED, died, Number(memories['added']) + Number(memories['known'])]).toEqual([SEED, died, 20])
        const runs = rows('archive.db', `select distinct status from extraction_runs order by status`)
        expect([SEED, died, runs]).toEqual([SEED, died, expect.not.arrayContaining([{ status: 'running' }])])
      },
    })
  },
  TIMEOUT_MS,
)

/** Old data that restores have put aside. */
const asideFolders = (): readonly string[] => readdirSync(home.data).filter(name => name.startsWith('before-restore-'))

const messagesIn = (folder: string): number => {
  using database = new DatabaseSync(join(folder, 'denidin.db'), { readOnly: true })
  return Number(database.prepare('select count(*) n from messages').get()?.['n'])
}

test(
  'whenever a rollback is killed, all of the old or the new data is there, and the next one completes it; nothing is lost',
  async () => {
    await fill(stores => fillOldMemory(stores, Date.now()))
    const { output: made } = await liveCommand(home, ['backup', 'create', '--type', 'full'])
    const { id: backup_id } = made?.['backup'] as { id: string }
    const wanted = contents()
    const later = { phone: '15550004444', messages: 300, memories: 5, now: Date.now() }
    await fill(async stores => {
      await fillPast(stores, join(home.data, 'sessions'), later)
    })
    const present = contents()
    const restore = checkpoint()
    const args = ['migrate', 'rollback', backup_id, '--yes']
    const { steps } = await liveCommand(home, args)
    expect(contents()).toEqual(wanted)
    const seen = { old: 0, new: 0 }
    await killOften(args, {
      restore,
      between: [1, steps],
      judge: async ({ killed }, died) => {
        // As the next start does.
        await finishRestore(home.data)
        const is_new = contents()['messages']?.length === wanted['messages']?.length
        expect([SEED, died, contents()]).toEqual([SEED, died, is_new ? wanted : present])
        if (killed) seen[is_new ? 'new' : 'old'] += 1
        else expect(is_new).toBe(true)
        // The data of before is put aside once, as a whole.
        const aside = asideFolders().map(name => messagesIn(join(home.data, name)))
        expect([SEED, died, aside.filter(messages => messages === present['messages']?.length)]).toEqual([
          SEED,
          died,
          is_new ? [present['messages']?.length] : [],
        ])
        if (killed) return
        const { history } = (await liveCommand(home, ['migrate', 'status'])).output ?? {}
        const [last, ...before] = history as readonly { kind: string; status: string }[]
        expect(last).toMatchObject({ kind: 'rollback', status: 'completed', backup_id: expect.any(String) })
        // One that was killed after its data was in place is complete.
        for (const { status } of before) expect(['interrupted', 'completed']).toContain(status)
        const complete = before.filter(({ status }) => status === 'completed').length
        expect([SEED, died, complete > 0]).toEqual([SEED, died, asideFolders().length > 1])
      },
    })
    expect(seen.old + seen.new).toBe(KILLS)
  },
  TIMEOUT_MS,
)
