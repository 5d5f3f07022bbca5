/**
 * Measures the archive's search over a generated corpus: `npm run bench:search` (2,000,000 messages), `-- --quick`
 * (100,000), `-- --messages N`. Beside it, what a user would pick instead (left out by `--alone`): FTS5 with bm25(),
 * PostgreSQL where it is installed, and minisearch. `--folder DIR` keeps the archive there, and measures the one that is
 * there already; `--only TEXT` measures the kinds of queries whose names contain a text, and nothing else. Exit code 1
 * when a kind of query takes more than 20 ms (p95) or 100 ms (most) of the processor, a message takes 1 KB of index, or
 * the overlap with BM25 is below 0.8.
 */
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { yieldToEventLoop } from '../../src/platform/yield.ts'
import { LEVELS, type SourceMessage } from '../../src/archive/archive-message.ts'
import { archiveCorpus, type Corpus } from '../support/archive-corpus.ts'
import { randomNumbers } from '../support/random-numbers.ts'
import { ArchiveRig } from '../support/archive-rig.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { benchFts5 } from './search/fts5.ts'
import { benchMinisearch } from './search/minisearch.ts'
import { benchPostgres } from './search/postgres.ts'
import { exactProcessorMs, measureTurns } from './longest-turn.ts'
import { benchCache } from './search/cache-stream.ts'
import { compareWithExhaustive } from './search/exhaustive.ts'
import { queriesOf, type BenchQuestion } from './search/queries.ts'
import { percentile, timesOf } from './search/times.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    messages: { type: 'string' },
    alone: { type: 'boolean', default: false },
    folder: { type: 'string' },
    only: { type: 'string' },
  },
})
const QUICK = 100_000
const FULL = 2_000_000
const count = values.messages !== undefined ? Number(values.messages) : values.quick ? QUICK : FULL
const rounds = values.quick ? 40 : 25

/** The aims: a search in processor time, the index, and the overlap with BM25. */
const MOST_P95_MS = 20
const MOST_MS = 100
const MOST_BYTES = 1000
const LEAST_OVERLAP = 0.8

const megabytes = (path: string): number =>
  ['', '-wal'].reduce((sum, suffix) => sum + (statSync(path + suffix, { throwIfNoEntry: false })?.size ?? 0), 0) / 1e6

const isTooSlow = (times: readonly number[]): boolean =>
  percentile(times, 0.95) > MOST_P95_MS || Math.max(...times) > MOST_MS

const processorSeconds = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

const load = async (rig: ArchiveRig, corpus: Corpus): Promise<void> => {
  const began = performance.now()
  let longest = 0
  let longest_by_clock = 0
  let writing = 0
  let worked = 0
  const add = async (batch: readonly SourceMessage[]): Promise<void> => {
    const from = performance.now()
    const worked_before = processorSeconds()
    await rig.write(batch)
    await yieldToEventLoop()
    const stop = measureTurns()
    await rig.search.indexer.sync()
    const { clock, processor } = stop()
    longest_by_clock = Math.max(longest_by_clock, clock)
    longest = Math.max(longest, processor)
    writing += performance.now() - from
    worked += processorSeconds() - worked_before
  }
  let batch: SourceMessage[] = []
  for (const message of corpus.messages()) {
    batch.push(message)
    if (batch.length < 20_000) continue
    await add(batch)
    batch = []
  }
  if (batch.length > 0) await add(batch)
  console.log(
    `load: ${String(Math.round(count / (writing / 1000)))} messages/s into archive and index, ${String(Math.round(count / worked))} per second of the processor (${((performance.now() - began) / 1000).toFixed(0)} s with the generator; one thread: bench:ingest -- --index loads with two)`,
  )
  console.log(
    `longest time without another answer while indexing: ${longest.toFixed(0)} ms of the processor, ${longest_by_clock.toFixed(0)} ms by the clock`,
  )
}

await using temporary = await temporaryFolder()
const folder = values.folder ?? temporary.path
mkdirSync(folder, { recursive: true })
const is_there = existsSync(join(folder, 'archive.db'))
const corpus = archiveCorpus(count)
await using rig = new ArchiveRig(folder)
console.log(`${String(count)} messages, Node ${process.version}`)
if (!is_there) await load(rig, corpus)
const stored = rig.archive.get<{ messages: number }>('select count(*) messages from archive_messages')?.messages ?? 0
if (stored < count)
  throw new Error(`${folder} has ${String(stored)} messages and not ${String(count)}: remove it first`)
const index = megabytes(rig.path)
console.log(
  `sizes: archive ${megabytes(join(folder, 'archive.db')).toFixed(0)} MB, index ${index.toFixed(0)} MB = ${String(Math.round((index * 1e6) / count))} bytes a message`,
)
const opening = performance.now()
await rig.reopen()
await yieldToEventLoop()
const stopOpening = measureTurns()
await rig.ask('the')
console.log(
  `first search after opening: ${(performance.now() - opening).toFixed(0)} ms, longest step ${stopOpening().processor.toFixed(0)} ms of the processor`,
)

/** A question as it is measured: another limit is another question, so nothing comes from kept results. */
const askedOf = async ({ pages_before = 0, ...question }: BenchQuestion, at: number): Promise<BenchQuestion> => {
  const { limit = 10 } = question
  let cursor: string | undefined
  for (let page = 0; page < pages_before; page++) {
    const { next } = await rig.ask(question.query, { ...question, cursor })
    if (next === undefined) break
    cursor = next
  }
  return cursor === undefined ? { ...question, limit: limit + 1 + (at % 3) } : { ...question, cursor }
}

const random = randomNumbers(99)
console.log(
  '\nkind of query                        p50      p95      p99      most | p50      p95      p99      most (ms by the clock | of the processor; warm, no result is kept)',
)
const too_slow: string[] = []
// Code that counts is warm too; what it finds is kept for another question than those below.
for (const level of LEVELS) await rig.ask('the', { facets: true, filters: { level } })
for (const [kind, questions] of queriesOf(corpus, random, rounds)) {
  if (values.only !== undefined && !kind.includes(values.only)) continue
  // Counts are kept whatever the limit is.
  for (const question of questions) await rig.ask(question.query, { ...question, facets: false })
  const times: number[] = []
  const works: number[] = []
  for (const [at, question] of questions.entries()) {
    const asked = await askedOf(question, at)
    const worked = exactProcessorMs()
    const from = performance.now()
    await rig.ask(asked.query, asked)
    times.push(performance.now() - from)
    works.push(exactProcessorMs() - worked)
  }
  console.log(`${kind.padEnd(34)} ${timesOf(times)} | ${timesOf(works)}`)
  if (isTooSlow(works)) too_slow.push(kind)
}
console.log(
  `memory: ${String(Math.round(process.memoryUsage().rss / 1e6))} MB resident, ${String(Math.round(process.memoryUsage().arrayBuffers / 1e6))} MB in arrays`,
)
if (too_slow.length > 0) console.log(`too slow: ${too_slow.join(', ')}`)
if (values.only === undefined) await measureTheRest()
if (too_slow.length > 0 || (index * 1e6) / count >= MOST_BYTES) process.exitCode = 1

async function measureTheRest(): Promise<void> {
  const { overlap, questions: compared } = await compareWithExhaustive(rig, corpus, random)
  console.log(`overlap of the top ten with exhaustive BM25: ${overlap.toFixed(3)} (${String(compared)} questions)`)
  if (overlap < LEAST_OVERLAP) process.exitCode = 1
  console.log(await benchCache(rig, corpus, random, stored))
  if (values.alone) return
  await benchFts5(temporary.path, count, random)
  await benchPostgres(count, random)
  await benchMinisearch(Math.min(count, QUICK), random)
}
