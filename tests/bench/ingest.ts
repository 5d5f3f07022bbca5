// Measures how fast files are loaded into the archive, and how much memory that takes.
// Usage: npm run bench:ingest [-- --quick] [--messages N] [--characters N] [--kind NAME,…|all] [--index] [--json]
// --characters: length of each message (about 150 by default); 600,000 messages of 3500 make a file of 2 GB.
// --kind: formats to load, each into an archive of its own, for example history,whatsapp; all: every format with one
// message a line. Without it, a history and a debug log go into one archive, and then the history once more.
// --index: instead, a history of varied words is loaded into an archive with its index. The aim of 10,000 messages a second
// is for an idle machine with two cores; most_per_second is what the threads allow, whatever else runs.
// Loads files with N messages each (100,000 with --quick, else 1,000,000) in this process, without the index. Prints
// messages a second of wall-clock and of processor time, the size of the archive, the longest time between two turns of
// the event loop, by how much the heap grew between the first and the last quarter of a load, and the most resident memory.
// Exit code 1 below 10,000 messages a second (of the usual length), when the heap grew by more than 64 MB, or when messages are missing.
import { createWriteStream, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { once } from 'node:events'
import { openArchive } from '../../src/archive/sqlite/open-archive.ts'
import { SqliteArchiveStore } from '../../src/archive/sqlite/sqlite-archive-store.ts'
import type { Database } from '../../src/database/sqlite/database.ts'
import { Ingest } from '../../src/ingest/ingest.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { residentMegabytes } from './figures.ts'
import { BENCH_KINDS, BENCH_SOURCES, textAt, type BenchKind, type BenchSource } from './ingest/sources.ts'
import { loadWithIndex } from './ingest/with-index.ts'
import { option } from './option.ts'

const MESSAGES = Number(option('--messages') ?? (process.argv.includes('--quick') ? 100_000 : 1_000_000))
const CHARACTERS = Number(option('--characters') ?? 0)
const LEAST_PER_SECOND = 10_000
const MOST_HEAP_MEGABYTES = 64
const MEGABYTE = 2 ** 20
const HEAP_EVERY = Math.max(1, Math.floor(MESSAGES / 1000 / 20))

const folder = mkdtempSync(join(tmpdir(), 'denidin-ingest-'))
process.on('exit', () => {
  rmSync(folder, { recursive: true, force: true })
})

const write = async ({ path, head, lineAt, tail }: BenchSource): Promise<string> => {
  const file = join(folder, path)
  mkdirSync(dirname(file), { recursive: true })
  const stream = createWriteStream(file)
  if (head !== undefined) stream.write(`${head}\n`)
  for (let at = 0; at < MESSAGES; at++) {
    if (!stream.write(`${lineAt(at, textAt(at, CHARACTERS))}\n`)) await once(stream, 'drain')
  }
  stream.end(tail ?? '')
  await once(stream, 'close')
  return file
}

const heapMegabytes = (): number => {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed / MEGABYTE
}

const median = (of: readonly number[]): number => of.toSorted((a, b) => a - b)[Math.floor(of.length / 2)] ?? 0

const measure = async (name: string, database: Database, path: string) => {
  const heaps: number[] = []
  let longest = 0
  let most_resident = 0
  let batches = 0
  let turn = performance.now()
  const ingest = new Ingest({
    store: new SqliteArchiveStore(database, systemClock),
    written: async () => {
      longest = Math.max(longest, performance.now() - turn)
      most_resident = Math.max(most_resident, residentMegabytes(process.pid))
      if (++batches % HEAP_EVERY === 0) heaps.push(heapMegabytes())
      await new Promise(resolve => setImmediate(resolve))
      turn = performance.now()
    },
    clock: systemClock,
    logger: silentLogger,
  })
  const began = performance.now()
  const processor = process.cpuUsage()
  const report = await ingest.load(
    { path, dry_run: false, started_by: 'bench' },
    { signal: new AbortController().signal, progress: () => undefined },
  )
  const seconds = (performance.now() - began) / 1000
  const { user, system } = process.cpuUsage(processor)
  const [file] = report.files
  const quarter = Math.max(1, Math.floor(heaps.length / 4))
  return {
    name,
    added: file?.new_unique_messages ?? 0,
    extracted: file?.messages_extracted ?? 0,
    per_second: Math.round(MESSAGES / seconds),
    per_processor_second: Math.round((MESSAGES * 1e6) / (user + system)),
    longest_batch_ms: Math.round(longest),
    heap_growth_mb: Math.round((median(heaps.slice(-quarter)) - median(heaps.slice(0, quarter))) * 10) / 10,
    most_resident_mb: Math.round(most_resident),
    source_mb: Math.round(statSync(path).size / MEGABYTE),
  }
}

type Measured = Awaited<ReturnType<typeof measure>>

const archivePath = join(folder, 'archive.db')

/** A history and a log in one archive, and the history again. */
const usual = async (): Promise<readonly Measured[]> => {
  using database = openArchive(archivePath)
  const history = await write(BENCH_SOURCES.history)
  const debug = await write(BENCH_SOURCES.debug)
  return [
    await measure('history', database, history),
    await measure('debug', database, debug),
    await measure('history again', database, history),
  ]
}

/** One format in an archive of its own, so that the disk need not hold them all. */
const alone = async (kind: BenchKind): Promise<Measured> => {
  using database = openArchive(archivePath)
  const file = await write(BENCH_SOURCES[kind])
  const measured = await measure(kind, database, file)
  rmSync(file)
  return measured
}

if (process.argv.includes('--index')) {
  const loaded = await loadWithIndex(MESSAGES)
  if (process.argv.includes('--json')) console.log(JSON.stringify(loaded))
  else console.table([loaded])
  process.exit(loaded.most_per_second < LEAST_PER_SECOND ? 1 : 0)
}
const chosen = option('--kind')
const kinds = BENCH_KINDS.filter(kind => chosen === 'all' || chosen?.split(',').includes(kind) === true)
const rows: Measured[] = []
if (chosen === undefined) rows.push(...(await usual()))
let bytes = chosen === undefined ? statSync(archivePath).size / (2 * MESSAGES) : 0
for (const kind of kinds) {
  rows.push(await alone(kind))
  bytes = statSync(archivePath).size / MESSAGES
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${archivePath}${suffix}`, { force: true })
  if (!process.argv.includes('--json')) console.table(rows.slice(-1))
}

if (process.argv.includes('--json'))
  console.log(JSON.stringify({ messages: MESSAGES, rows, bytes_per_message: Math.round(bytes) }))
else {
  console.table(rows)
  console.log(`${String(Math.round(bytes))} bytes of the archive for each message`)
}
const isBad = (row: Measured): boolean =>
  row.extracted !== MESSAGES ||
  (CHARACTERS === 0 && row.per_second < LEAST_PER_SECOND) ||
  row.heap_growth_mb > MOST_HEAP_MEGABYTES
process.exitCode = rows.length === 0 || rows.some(isBad) ? 1 : 0
