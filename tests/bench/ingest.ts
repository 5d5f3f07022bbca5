// Measures how fast files are loaded into the archive, and how much memory that takes.
// Usage: npm run bench:ingest [-- --quick] [--messages N] [--characters N] [--json]
// --characters: length of each message (about 150 by default); 600,000 messages of 3500 make a file of 2 GB.
// Loads a history and a debug log with N messages each (100,000 with --quick, else 1,000,000) into an empty archive in this
// process, without the index, then the history once more. Prints messages a second, the size of the archive, the longest
// time between two turns of the event loop, and by how much the heap grew between the first and the last quarter of a load.
// Exit code 1 below 10,000 messages a second, or when the heap grew by more than 64 MB.
import { createWriteStream, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { openArchive } from '../../src/archive/sqlite/open-archive.ts'
import { SqliteArchiveStore } from '../../src/archive/sqlite/sqlite-archive-store.ts'
import { Ingest } from '../../src/ingest/ingest.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { residentMegabytes } from './figures.ts'
import { option } from './option.ts'

const MESSAGES = Number(option('--messages') ?? (process.argv.includes('--quick') ? 100_000 : 1_000_000))
const LEAST_PER_SECOND = 10_000
const MOST_HEAP_MEGABYTES = 64
const MEGABYTE = 2 ** 20
const FIRST = Date.parse('2025-01-01T00:00:00Z')
const SESSION_LENGTH = 500
const WORDS =
  'the deploy of shop failed because a test in module billing was slow and the cache had no entry for it'.split(' ')

const CHARACTERS = Number(option('--characters') ?? 0)

const textAt = (at: number): string => {
  const words = wordsAt(at)
  return words.repeat(Math.max(1, Math.ceil(CHARACTERS / words.length)))
}

const wordsAt = (at: number): string =>
  Array.from({ length: 20 + (at % 25) }, (_, word) => WORDS[(at * 31 + word * word * 7) % WORDS.length]).join(' ')

const sessionAt = (at: number): string =>
  `${Math.floor(at / SESSION_LENGTH)
    .toString(16)
    .padStart(8, '0')}-0000-4000-8000-000000000000`

const historyLine = (at: number): string =>
  JSON.stringify({
    display: `${textAt(at)} ${String(at)}`,
    timestamp: FIRST + at * 1000,
    project: `/code/p${String(at % 16)}`,
    sessionId: sessionAt(at),
  })

const debugLine = (at: number): string =>
  `${new Date(FIRST + at * 1000).toISOString()} [${at % 50 === 0 ? 'ERROR' : 'DEBUG'}] LSP server ${textAt(at)} ${String(at)}`

const write = async (path: string, lineAt: (at: number) => string): Promise<void> => {
  const stream = createWriteStream(path)
  for (let at = 0; at < MESSAGES; at++) if (!stream.write(`${lineAt(at)}\n`)) await once(stream, 'drain')
  stream.end()
  await once(stream, 'close')
}

const heapMegabytes = (): number => {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed / MEGABYTE
}

const folder = mkdtempSync(join(tmpdir(), 'denidin-ingest-'))
process.on('exit', () => {
  rmSync(folder, { recursive: true, force: true })
})
mkdirSync(join(folder, 'debug'))
const history = join(folder, 'history.jsonl')
const debug = join(folder, 'debug', `${sessionAt(0)}.txt`)
await write(history, historyLine)
await write(debug, debugLine)

const archive = join(folder, 'archive.db')
using database = openArchive(archive)
const heaps: number[] = []
let longest = 0
let turn = performance.now()
let batches = 0
const HEAP_EVERY = Math.max(1, Math.floor(MESSAGES / 1000 / 20))
const ingest = new Ingest({
  store: new SqliteArchiveStore(database, systemClock),
  written: async () => {
    longest = Math.max(longest, performance.now() - turn)
    if (++batches % HEAP_EVERY === 0) heaps.push(heapMegabytes())
    await new Promise(resolve => setImmediate(resolve))
    turn = performance.now()
  },
  clock: systemClock,
  logger: silentLogger,
})

const measure = async (name: string, path: string) => {
  heaps.length = 0
  longest = 0
  turn = performance.now()
  const began = performance.now()
  const report = await ingest.load(
    { path, dry_run: false, started_by: 'bench' },
    { signal: new AbortController().signal, progress: () => undefined },
  )
  const seconds = (performance.now() - began) / 1000
  const quarter = Math.max(1, Math.floor(heaps.length / 4))
  const median = (of: readonly number[]): number => of.toSorted((a, b) => a - b)[Math.floor(of.length / 2)] ?? 0
  return {
    name,
    added: report.totals[0]?.new_unique_messages ?? 0,
    per_second: Math.round(MESSAGES / seconds),
    longest_batch_ms: Math.round(longest),
    heap_growth_mb: Math.round((median(heaps.slice(-quarter)) - median(heaps.slice(0, quarter))) * 10) / 10,
    resident_mb: Math.round(residentMegabytes(process.pid)),
    source_mb: Math.round(statSync(path).size / MEGABYTE),
  }
}

const rows = [await measure('history', history), await measure('debug', debug), await measure('history again', history)]
const bytes = statSync(archive).size / (2 * MESSAGES)
if (process.argv.includes('--json'))
  console.log(JSON.stringify({ messages: MESSAGES, rows, bytes_per_message: Math.round(bytes) }))
else {
  console.table(rows)
  console.log(`${String(Math.round(bytes))} bytes of the archive for each message`)
}
process.exitCode = rows.some(row => row.per_second < LEAST_PER_SECOND || row.heap_growth_mb > MOST_HEAP_MEGABYTES)
  ? 1
  : 0
