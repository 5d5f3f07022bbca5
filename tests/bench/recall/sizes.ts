import { UTC } from '../../../src/platform/time-zone.ts'
import { generateDialogue } from '../../support/dialogues/generate.ts'
import type { DialogueTurn } from '../../support/dialogues/dialogue.ts'
import { percentiles, type Percentiles } from '../figures.ts'
import { longTalk } from '../long-talk.ts'
import { openBenchRecall, scopeOfDialogue, type BenchRecall } from './bench-recall.ts'

const QUESTIONS = 200

interface SizeFigures extends Percentiles {
  readonly cpu_p50: number
  readonly cpu_p95: number
  /** The longest that anything else had to wait during a search. */
  readonly stall_p95: number
  /** From the arrival of a message until it can be found. */
  readonly findable_p50: number
  readonly findable_p95: number
  readonly indexing_ms: number
}

/** Searches in one scope of each size: their time, and the longest that anything else had to wait meanwhile. */
export const measureSizes = async (sizes: readonly number[]): Promise<Readonly<Record<string, SizeFigures>>> => {
  const rows: Record<string, SizeFigures> = {}
  for (const size of sizes) {
    const turns = longTalk(size)
    await using bench = await openBenchRecall([{ name: 'long', turns }])
    const recall = bench.recall()
    const questions = Array.from({ length: 12 }, (_, seed) => generateDialogue('en', seed + 1).questions)
      .flat()
      .slice(0, QUESTIONS)
    const times: number[] = []
    const stalls: number[] = []
    const work: number[] = []
    for (const { text } of questions) {
      using watch = watchStalls()
      const worked = process.threadCpuUsage()
      const begun = performance.now()
      await recall.recall(
        { scope: scopeOfDialogue({ name: 'long' }) },
        { text, asked_at: turns.at(-1)?.sent_at ?? 0, asker: undefined, zone: UTC },
        { quotes: 20, tokens: 1000 },
        { purpose: 'recall' },
      )
      times.push(performance.now() - begun)
      const { user, system } = process.threadCpuUsage(worked)
      work.push((user + system) / 1000)
      stalls.push(watch.longest())
    }
    rows[`${String(size)} messages`] = {
      ...percentiles(times),
      // Time of the processor alone: what others do on the machine does not count.
      cpu_p50: percentiles(work).p50,
      cpu_p95: percentiles(work).p95,
      stall_p95: percentiles(stalls).p95,
      ...(await measureArrivals(bench, turns)),
      indexing_ms: Math.round(bench.indexing_ms),
    }
  }
  return rows
}

const ARRIVALS = 100

/** Messages that come one after the other: how long each cannot be found. */
const measureArrivals = async (
  bench: BenchRecall,
  turns: readonly DialogueTurn[],
): Promise<Pick<SizeFigures, 'findable_p50' | 'findable_p95'>> => {
  const times: number[] = []
  const last = turns.at(-1)?.sent_at ?? 0
  for (let n = 0; n < ARRIVALS; n++) {
    const text = `${turns[n % turns.length]?.text ?? ''} arrival${String(n)}`
    const begun = performance.now()
    await bench.hear('long', { id: `arrival ${String(n)}`, session: 0, speaker: 'Ann', text, sent_at: last + n })
    times.push(performance.now() - begun)
  }
  const { p50, p95 } = percentiles(times)
  return { findable_p50: p50, findable_p95: p95 }
}

/** The longest time between two turns of the event loop. */
const watchStalls = (): Disposable & { readonly longest: () => number } => {
  let longest = 0
  let last = performance.now()
  let running = true
  const tick = (): void => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
    if (running) setImmediate(tick)
  }
  setImmediate(tick)
  return {
    longest: () => Math.max(longest, performance.now() - last),
    [Symbol.dispose]: () => {
      running = false
    },
  }
}
