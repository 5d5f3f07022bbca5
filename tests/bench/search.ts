/**
 * Measures the archive's search over a generated corpus: `npm run bench:search` (2,000,000 messages), `-- --quick`
 * (100,000), `-- --messages N`. Beside it, what a user would pick instead: FTS5 with bm25(), and minisearch.
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { yieldToEventLoop } from '../../src/platform/yield.ts'
import type { SourceMessage } from '../../src/archive/archive-message.ts'
import { archiveCorpus, type Corpus } from '../support/archive-corpus.ts'
import { randomNumbers } from '../support/random-numbers.ts'
import { ArchiveRig } from '../support/archive-rig.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { benchFts5 } from './search/fts5.ts'
import { benchMinisearch } from './search/minisearch.ts'
import { benchCache } from './search/cache-stream.ts'
import { overlapWithExhaustive } from './search/exhaustive.ts'
import { queriesOf } from './search/queries.ts'
import { timesOf } from './search/times.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    messages: { type: 'string' },
    alone: { type: 'boolean', default: false },
  },
})
const QUICK = 100_000
const FULL = 2_000_000
const count = values.messages !== undefined ? Number(values.messages) : values.quick ? QUICK : FULL
const rounds = values.quick ? 40 : 25

const megabytes = (path: string): number =>
  ['', '-wal'].reduce((sum, suffix) => sum + (statSync(path + suffix, { throwIfNoEntry: false })?.size ?? 0), 0) / 1e6

const load = async (rig: ArchiveRig, corpus: Corpus): Promise<void> => {
  const began = performance.now()
  let longest = 0
  let writing = 0
  const add = async (batch: readonly SourceMessage[]): Promise<void> => {
    const from = performance.now()
    await rig.write(batch)
    await yieldToEventLoop()
    // Each time a new one: enabled again, it counts the time in between.
    const delay = monitorEventLoopDelay({ resolution: 1 })
    delay.enable()
    await rig.search.indexer.sync()
    delay.disable()
    longest = Math.max(longest, delay.max / 1e6)
    writing += performance.now() - from
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
    `load: ${String(Math.round(count / (writing / 1000)))} messages/s into archive and index (${((performance.now() - began) / 1000).toFixed(0)} s with the generator)`,
  )
  console.log(`longest time without another answer while indexing: ${longest.toFixed(0)} ms`)
}

await using folder = await temporaryFolder()
const corpus = archiveCorpus(count)
await using rig = new ArchiveRig(folder.path)
console.log(`${String(count)} messages, Node ${process.version}`)
await load(rig, corpus)
const index = megabytes(rig.path)
console.log(
  `sizes: archive ${megabytes(join(folder.path, 'archive.db')).toFixed(0)} MB, index ${index.toFixed(0)} MB = ${String(Math.round((index * 1e6) / count))} bytes a message`,
)
const opening = performance.now()
await rig.reopen()
await rig.ask('the')
console.log(`first search after opening: ${(performance.now() - opening).toFixed(0)} ms`)

const random = randomNumbers(99)
console.log('\nkind of query                        p50      p95      p99      most   (ms, warm; no result is kept)')
for (const [kind, questions] of queriesOf(corpus, random, rounds)) {
  for (const question of questions) await rig.ask(question.query, question)
  const times: number[] = []
  for (const [at, question] of questions.entries()) {
    const from = performance.now()
    // Another limit is another question: nothing comes from kept results.
    await rig.ask(question.query, { ...question, limit: (question.limit ?? 10) + 1 + (at % 3) })
    times.push(performance.now() - from)
  }
  console.log(`${kind.padEnd(34)} ${timesOf(times)}`)
}
console.log(
  `memory: ${String(Math.round(process.memoryUsage().rss / 1e6))} MB resident, ${String(Math.round(process.memoryUsage().arrayBuffers / 1e6))} MB in arrays`,
)
console.log(
  `overlap of the top ten with exhaustive BM25: ${(await overlapWithExhaustive(rig, corpus, random)).toFixed(3)}`,
)
console.log(await benchCache(rig, corpus, random))
if (!values.alone) {
  await benchFts5(folder.path, count, random)
  await benchMinisearch(Math.min(count, QUICK), random)
}
