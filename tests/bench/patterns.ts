// Measures how a budget is filled with the patterns of agents: packing 10,000 candidates, and loads from files.
// Usage: npm run bench:patterns [-- --quick] [--json]
// Packing is measured in processor time of the thread, so that other programs on the machine do not count. Fails when its
// 95th percentile exceeds 2 ms.
import { parseArgs } from 'node:util'
import { packByScopes, type ScopedItem } from '../../src/budget/packing/pack-by-scopes.ts'
import { BUDGET_SCOPES, SPECIALIST_WEIGHTS } from '../../src/budget/profiles/budget-profiles.ts'
import { percentiles, type Percentiles } from './figures.ts'
import { measureLoads } from './patterns/loads.ts'

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
})

const CANDIDATES = 10_000
const MOST_MS = 2
const rounds = values.quick ? 200 : 2000
/** The first rounds are those of a process that has just started. */
const WARM_UP = 60

/** The same numbers in every run. */
const random = (() => {
  let state = 1
  return (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
})()

const candidates = (): readonly ScopedItem[] =>
  Array.from({ length: CANDIDATES }, (_, at) => ({
    scope: BUDGET_SCOPES[at % BUDGET_SCOPES.length] ?? 'global',
    tokens: 20 + Math.floor(random() * 2000),
    relevance: random() * 1.3,
  }))

/** Made beforehand: the garbage of making them is none of packing's. */
const sets = Array.from({ length: 20 }, candidates)

/** The system counts processor time in steps of some milliseconds: one sample is the mean of a batch. */
const BATCH = sets.length

const packing = (budget: number): Percentiles => {
  const times: number[] = []
  for (let batch = -WARM_UP / BATCH; batch < rounds / BATCH; batch++) {
    const before = process.threadCpuUsage()
    for (const items of sets) {
      packByScopes(items, { budget, weights: SPECIALIST_WEIGHTS, isRelevant: ({ relevance }) => relevance > 1 })
    }
    const { user, system } = process.threadCpuUsage(before)
    if (batch >= 0) times.push((user + system) / 1000 / BATCH)
  }
  return percentiles(times)
}

const figures: Readonly<Record<string, Percentiles>> = {
  'pack 10,000 candidates into 4,000 tokens (ms)': packing(4000),
  'pack 10,000 candidates into 30,000 tokens (ms)': packing(30_000),
  'pack 10,000 candidates into 150,000 tokens (ms)': packing(150_000),
}
const loads = await measureLoads(values.quick ? [100, 1000] : [100, 1000, 10_000])
if (values.json) console.log(JSON.stringify({ ...figures, loads }, null, 2))
else {
  console.table(figures)
  console.table(loads)
}
const slow = Object.entries(figures).filter(([, { p95 }]) => p95 > MOST_MS)
for (const [name, { p95 }] of slow) console.error(`${name}: the 95th percentile is ${String(p95)}`)
if (slow.length > 0) process.exitCode = 1
