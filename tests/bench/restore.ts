// Measures how long an installation is without its data after it lost everything: it loads a made-up archive, makes a
// backup, removes the data folder, restores the backup and starts the bot, all with the real commands.
// Usage: npm run bench:restore [-- --quick] [--messages N] [--json]
// Prints the seconds from the loss until the backup is restored, until the bot answers, and until a search finds as much
// as before (the index is rebuilt meanwhile), and the processor time of the restore and of the bot, which other programs
// of the machine hardly change. Exit code 1 when the last of the three takes more than ten minutes.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { folderBytes } from '../../src/platform/files.ts'
import { archiveCorpus } from '../support/archive-corpus.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { option } from './option.ts'

const MESSAGES = Number(option('--messages') ?? (process.argv.includes('--quick') ? 20_000 : 2_000_000))
const MOST_SECONDS = 600
const MEGABYTE = 2 ** 20
const OUTPUT_BYTES = 64 * MEGABYTE
/** Each question costs some processor time itself. */
const ASKED_EVERY_MS = 10_000
const TICKS_PER_SECOND = 100
const ROOT = join(import.meta.dirname, '..', '..')

await using folder = await temporaryFolder()
const data_root = join(folder.path, 'data')
const config = join(folder.path, 'config.json')
writeFileSync(
  config,
  JSON.stringify({
    data_root,
    logs_dir: join(folder.path, 'logs'),
    ai: { provider: 'offline' },
    embeddings: { provider: 'offline' },
    whatsapp: { enabled: false },
    backup: { folder: join(folder.path, 'backups'), max_megabytes_per_second: 100_000 },
  }),
)
const env = { ...process.env, DENIDIN_CONFIG: config }
const run = promisify(execFile)
const denidin = async (...args: readonly string[]): Promise<string> =>
  (await run(join(ROOT, 'bin/denidin'), args, { env, maxBuffer: OUTPUT_BYTES })).stdout

const seconds = async (act: () => Promise<unknown>): Promise<number> => {
  const began = performance.now()
  await act()
  return Math.round((performance.now() - began) / 100) / 10
}
/** Processor seconds of a process and of its children that have ended. */
const workOf = (pid: number): number => {
  const times = readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
    .slice(11, 15)
  return Math.round((10 * times.reduce((sum, ticks) => sum + Number(ticks), 0)) / TICKS_PER_SECOND) / 10
}
const progress = (text: string): void => {
  process.stderr.write(`${text}\n`)
}

const writeExtraction = async (file: string): Promise<void> => {
  const stream = createWriteStream(file)
  for (const { content, role, at, project, session } of archiveCorpus(MESSAGES).messages()) {
    const timestamp = new Date(at ?? 0).toISOString()
    const line = JSON.stringify({ content, project, session_id: session, timestamp, metadata: { role } })
    if (!stream.write(`${line}\n`)) await once(stream, 'drain')
  }
  stream.end()
  await once(stream, 'close')
}

/** How many messages the archive finds for its most common word. */
const found = async (): Promise<number> => {
  const answer = JSON.parse(await denidin('search', 'the', '--facets', '--limit', '1', '--json')) as {
    readonly facets?: { readonly messages: number }
  }
  return answer.facets?.messages ?? 0
}

mkdirSync(data_root)
const file = join(folder.path, 'extracted.jsonl')
progress(`${String(MESSAGES)} messages are written and loaded …`)
await writeExtraction(file)
const load_s = await seconds(() => denidin('ingest', 'load-extraction', file))
rmSync(file)
const before = await found()
progress('a backup is made …')
const backup_s = await seconds(() => denidin('backup', 'create'))
const backup_mb = Math.round((await folderBytes(join(folder.path, 'backups'))) / MEGABYTE)
rmSync(data_root, { recursive: true })

progress('everything is lost; the backup is restored …')
const lost = performance.now()
const since = (): number => Math.round((performance.now() - lost) / 100) / 10
const work_before = workOf(process.pid)
await denidin('backup', 'restore', 'latest', '--yes')
const restored_s = since()
const restore_work_s = Math.round(10 * (workOf(process.pid) - work_before)) / 10
const bot = spawn(join(ROOT, 'bin/denidin-bot'), { env, stdio: ['ignore', 'pipe', 'inherit'] })
await once(bot.stdout, 'data')
const answers_s = since()
progress('the bot is up; its index is rebuilt …')
let now = await found()
for (; now < before && since() < 2 * MOST_SECONDS; now = await found()) await sleep(ASKED_EVERY_MS)
const found_s = since()
const bot_work_s = workOf(bot.pid ?? 0)
bot.kill('SIGTERM')
await once(bot, 'exit')

const times = { load_s, backup_s, restored_s, answers_s, found_s, restore_work_s, bot_work_s }
const report = { messages: MESSAGES, backup_mb, ...times, matches: now, before }
if (process.argv.includes('--json')) console.log(JSON.stringify(report, null, 2))
else console.table(report)
process.exitCode = now === before && found_s <= MOST_SECONDS ? 0 : 1
