// Measures the time from an incoming message to the request to the model, on sessions of twelve different words.
// Old figures are compared with these rows: what they measure stays as it is.
import { PLAIN_MEMORY } from '../../../src/memory/memory.ts'
import type { Scope } from '../../../src/messages/scope.ts'
import { BENCH_GODFATHER, startBenchDenidin, type BenchDenidin } from '../bench-denidin.ts'
import { percentiles, type Percentiles } from '../figures.ts'
import { timeFixedComputation } from './fixed-computation.ts'

/** Own times in milliseconds, and the processor time of the main thread for a whole turn. */
export interface OwnTime extends Percentiles {
  /** Mean; other processes on the machine hardly show in it. */
  readonly cpu_ms: number
  /**
   * p95 / p50 of a computation that is the same after each turn: how unevenly the machine ran. A turn cannot be more even
   * than that.
   */
  readonly machine_spread: number
}

export interface OwnTimeOptions {
  readonly samples: number
  progress(text: string): void
}

/** The person with the small window, and the one with the large. */
export const SESSIONS = [
  ['4K', '15550000001', 4000],
  ['100K', BENCH_GODFATHER, 100_000],
] as const

/** Rounds that warm up connections and caches, and are not counted. */
const WARM_UP = 5
const MICROSECONDS_PER_MS = 1000

/** Milliseconds since the Unix epoch, with fractions, the same in every thread. */
export const now = (): number => performance.timeOrigin + performance.now()

export const chatOf = (phone: string): string => `${phone}@c.us`

const WORDS = 'river stone bread window garden letter winter music orange bridge table lamp'.split(' ')
export const words = (count: number, seed: number): string =>
  Array.from({ length: count }, (_, n) => WORDS[(n * 7 + seed * 5 + ((n * seed) % 11)) % WORDS.length]).join(' ')

/** Asks one question after the other. */
export const ownTimes = async (
  denidin: BenchDenidin,
  phone: string,
  samples: number,
  question: (n: number) => string,
): Promise<OwnTime> => {
  const times: number[] = []
  const fixed: number[] = []
  let cpu_us = 0
  for (let n = -WARM_UP; n < samples; n++) {
    const begun = process.threadCpuUsage()
    const requested = denidin.nextRequest()
    const began = now()
    await denidin.channel.deliver({ text: question(n), chat_id: chatOf(phone) })
    const arrived = await requested
    await denidin.app.conversation.whenIdle(chatOf(phone))
    const { user, system } = process.threadCpuUsage(begun)
    const fixed_ms = timeFixedComputation()
    if (n < 0) continue
    times.push(arrived - began)
    cpu_us += user + system
    fixed.push(fixed_ms)
  }
  const { p50, p95 } = percentiles(fixed)
  return {
    ...percentiles(times),
    cpu_ms: Math.round((100 * cpu_us) / samples / MICROSECONDS_PER_MS) / 100,
    machine_spread: Math.round((100 * p95) / p50) / 100,
  }
}

/** Measures each size of session with each number of memories. */
export const measureOwnTime = async (
  memory_counts: readonly number[],
  { samples, progress }: OwnTimeOptions,
): Promise<Record<string, OwnTime>> => {
  const result: Record<string, OwnTime> = {}
  for (const [size, phone, tokens] of SESSIONS) {
    await using denidin = await startBenchDenidin({ concurrency: 8 })
    await fillSession(denidin, phone, tokens)
    let have = 0
    for (const memories of memory_counts) {
      progress(`own time: session ${size}, ${String(memories)} memories …`)
      await fillMemories(denidin, phone, have, memories)
      have = memories
      const row = `${size} tokens, ${String(memories)} memories`
      result[row] = await ownTimes(denidin, phone, samples, n => `${words(12, n + 50)}?`)
    }
  }
  return result
}

/** Fills a person's session up to about `tokens` tokens. */
const fillSession = async ({ app, channel }: BenchDenidin, phone: string, tokens: number): Promise<void> => {
  const size = Math.min(1000, Math.floor(tokens / 6))
  for (let n = 0; n * size < tokens; n++) {
    await channel.deliver({ text: words(size, n), chat_id: chatOf(phone) })
    await app.conversation.whenIdle(chatOf(phone))
  }
}

/** Stores memories until the person has `to` of them, and waits until all are in the index. */
const fillMemories = async ({ app }: BenchDenidin, phone: string, from: number, to: number): Promise<void> => {
  const person = await app.people.lookUp(phone)
  const scope: Scope = `person:${person?.person_id ?? ''}`
  for (let n = from; n < to; n++) {
    await app.memory.store({
      ...PLAIN_MEMORY,
      memory_id: `${phone}-${String(n)}`,
      session_id: `${phone}-${String(n)}`,
      scope,
      person_ids: [],
      kind: 'session_summary',
      text: `- ${words(30, n)} number ${String(n)}`,
      said_from: Date.now(),
      said_to: Date.now(),
      valid_from: Date.now(),
      created_at: Date.now(),
    })
  }
  await app.memory.whenIdle()
}
