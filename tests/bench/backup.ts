// Makes a full, an incremental and an unchanged backup of a database, restore points, and verifies it, through the thread that the bot uses,
// while a writer commits to the database, and tells what that took: of the process, and of the event loop of the bot.
// Then makes and verifies encrypted backups of the same database, and tells the ratios.
// Usage: npm run bench:backup [-- --quick] [--json] [--messages N]
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createBackups, type AppBackups } from '../../src/app/backup/backups.ts'
import { surroundings } from '../../src/app/runtime.ts'
import { allMigrations } from '../../src/app/stores.ts'
import { loadSettings } from '../../src/config/load-settings.ts'
import { createKeyFile, type CreatedKey } from '../../src/backup/age/key-file.ts'
import { Database } from '../../src/database/sqlite/database.ts'
import { systemIds } from '../../src/platform/ids.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { option } from './option.ts'
import { longestStall } from './stalls/stall-watch.ts'

const quick = process.argv.includes('--quick')
const json = process.argv.includes('--json')
const MESSAGES = Number(option('--messages') ?? (quick ? 20_000 : 500_000))
const MB = 2 ** 20
/** The bot writes a message now and then; here it is always. */
const WRITE_EVERY_MS = 20
const ROUNDS = 3
const FORMS = ['plain', 'encrypted'] as const

interface Row {
  readonly act: string
  readonly seconds: number
  readonly cpu_seconds: number
  /** Processor time of the longest turn of the bot's event loop, the writer's commits included. */
  readonly longest_turn_ms: number
  readonly commits: number
  readonly new_mb: number
}

await using folder = await temporaryFolder()
const data_root = join(folder.path, 'data')
mkdirSync(data_root)
using database = new Database(join(data_root, 'denidin.db'), allMigrations)
const INSERT = `insert into messages (message_id, chat_id, chat_kind, scope, person_id, role, text, tokens, sent_at)
  values (:message_id, 'c', 'direct', 'person:p', 'p', 'user', :text, 9, :sent_at)`
const add = (n: number): void => {
  database.run(INSERT, {
    message_id: `m${String(n)}`,
    sent_at: n * 1000,
    text: `message ${systemIds.uuid()} about ${systemIds.uuid()} ${'and some more words '.repeat(8)}`,
  })
}
for (let at = 0; at < MESSAGES; at += 10_000) {
  database.transaction(() => {
    for (let n = at; n < Math.min(MESSAGES, at + 10_000); n++) add(n)
  })
}
using log = new DatabaseSync(join(data_root, 'erasures.db'))
log.exec(
  'create table secret (secret blob); insert into secret values (randomblob(32)); create table acts (number integer)',
)

const file = join(folder.path, 'config.json')
writeFileSync(file, '{}')
/** Backups of the data in a folder; encrypted if there is a key. */
const backupsIn = (name: string, key?: CreatedKey): AppBackups => {
  const { settings } = loadSettings({
    file,
    environment: {
      DENIDIN_DATA_ROOT: data_root,
      DENIDIN_AI_PROVIDER: 'offline',
      DENIDIN_EMBEDDINGS_PROVIDER: 'offline',
      DENIDIN_BACKUP_MAX_MEGABYTES_PER_SECOND: '100000',
      DENIDIN_BACKUP_FOLDER: join(folder.path, name),
      ...(key === undefined
        ? {}
        : {
            DENIDIN_BACKUP_ENCRYPTION_RECIPIENTS: key.recipient,
            DENIDIN_BACKUP_ENCRYPTION_IDENTITY_FILE: key.file,
          }),
    },
    cwd: folder.path,
  })
  const runtime = surroundings(settings, silentLogger)
  return createBackups({ settings, version: 'bench', runtime, copied: () => undefined, is_open: true })
}
const backups = backupsIn('backups')

let written = MESSAGES
const measured = async (act: string, run: () => Promise<{ readonly new_bytes?: number }>): Promise<Row> => {
  let commits = 0
  const writer = setInterval(() => {
    add(written++)
    commits += 1
  }, WRITE_EVERY_MS)
  const [cpu, began] = [process.cpuUsage(), performance.now()]
  let new_bytes = 0
  const { cpu_ms } = await longestStall(async () => {
    ;({ new_bytes = 0 } = await run())
  })
  clearInterval(writer)
  const { user, system } = process.cpuUsage(cpu)
  return {
    act,
    seconds: (performance.now() - began) / 1000,
    cpu_seconds: (user + system) / 1e6,
    longest_turn_ms: cpu_ms,
    commits,
    new_mb: new_bytes / MB,
  }
}

/** Restore points of a database in which a person writes something, and of one in which a table has changed. */
async function pointRows(): Promise<readonly Row[]> {
  const made: Row[] = []
  for (const [act, messages] of [
    ['point, first', 20],
    ['point, 20 messages', 20],
    ['point, 20 more', 20],
    ['point, 2000 messages', 2000],
  ] as const) {
    for (let n = 0; n < messages; n++) add(written++)
    made.push(await measured(act, () => backups.create('point', [])))
  }
  return made
}

/** Plain and encrypted backups of the same data, each in a folder of its own, in turn. */
const inBothForms = async (): Promise<readonly Row[]> => {
  const key = await createKeyFile(join(folder.path, 'identity.txt'), new Date())
  const made: Row[] = []
  for (let round = 0; round < ROUNDS; round++) {
    for (const form of FORMS) {
      const all = backupsIn(`${form} ${String(round)}`, form === 'encrypted' ? key : undefined)
      made.push(await measured(`${form} full`, () => all.create('full', [])))
      for (let n = 0; n < 20; n++) add(written++)
      made.push(await measured(`${form} point`, () => all.create('point', [])))
      made.push(
        await measured(`${form} verify`, async () => {
          const { problems } = await all.verify('latest')
          if (problems.length > 0) throw new Error(problems.join('; '))
          return {}
        }),
      )
      await all.module.stop?.()
    }
  }
  return made
}

/** What encryption costs: time and processor time of encrypted over those of plain, as medians of the rounds. */
const ratios = (all: readonly Row[]): readonly string[] =>
  ['full', 'point', 'verify'].map(act => {
    const [plain = [], encrypted = []] = FORMS.map(form => all.filter(row => row.act === `${form} ${act}`))
    const median = (of: (row: Row) => number): string => {
      const each = plain.flatMap((row, round) => {
        const other = encrypted[round]
        return other === undefined ? [] : [of(other) / of(row)]
      })
      return (each.sort((a, b) => a - b)[Math.floor(each.length / 2)] ?? 0).toFixed(2)
    }
    return `encrypted ÷ plain, ${act}: time ${median(row => row.seconds)}, processor time ${median(row => row.cpu_seconds)}`
  })

const rows = [
  await measured('full', () => backups.create('full', [])),
  await measured('incremental', () => backups.create('incremental', [])),
  await measured('incremental', () => backups.create('incremental', [])),
  ...(await pointRows()),
  await measured('full again', () => backups.create('full', [])),
  await measured('verify', async () => {
    const { problems } = await backups.verify('latest')
    if (problems.length > 0) throw new Error(problems.join('; '))
    return {}
  }),
  await measured('no backup, 5 s', async () => {
    await new Promise(resolve => setTimeout(resolve, 5000))
    return {}
  }),
  ...(await inBothForms()),
]
await backups.module.stop?.()
if (json) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`)
else {
  process.stdout.write(`${String(MESSAGES)} messages\n`)
  for (const row of rows) {
    const { act, seconds, cpu_seconds, longest_turn_ms, commits, new_mb } = row
    process.stdout.write(
      `${act.padEnd(15)} ${seconds.toFixed(1)} s, ${cpu_seconds.toFixed(1)} s of processor time, ${new_mb.toFixed(1)} MB new; longest turn of the event loop ${longest_turn_ms.toFixed(1)} ms, beside ${String(commits)} commits\n`,
    )
  }
  for (const line of ratios(rows)) process.stdout.write(`${line}\n`)
}
