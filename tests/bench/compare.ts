// Compares benchmarks at another commit with the working tree: both run in turns, and the ratios are printed.
// Usage: npm run bench:compare -- <git ref> [turn|recall|forget|scale …] [--rounds N] [--quick] [--json] [--data FILE]
//   --rounds  how often both sides run (3)
//   --quick   the quick sizes
//   --data    a data set for bench:recall
import { join, resolve } from 'node:path'
import { checkOut, resolveCommit } from './compare/checkout.ts'
import { argumentsOf, ComparisonError, readComparison, type Bench, type Comparison } from './compare/comparison.ts'
import { figuresOf, ratiosOf, type Ratio, type Ratios, type Round } from './compare/ratios.ts'
import { hasBench, runBench, type RunOptions } from './compare/run-bench.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const INTERRUPTED = 130

const progress = (text: string): void => {
  process.stderr.write(`${text}\n`)
}

const compare = async (comparison: Comparison, signal: AbortSignal): Promise<Record<string, Ratios>> => {
  const commit = await resolveCommit(ROOT, comparison.ref)
  await using base = await checkOut(commit, { root: ROOT, signal, progress })
  const results: Record<string, Ratios> = {}
  for (const bench of comparison.benches) {
    if (!(await hasBench(base.path, bench))) {
      throw new ComparisonError(`The benchmark "${bench}" does not exist at ${comparison.ref}.`)
    }
    results[bench] = ratiosOf(await measure(bench, base.path, comparison, signal))
  }
  return results
}

/** Runs one benchmark on both sides in turns, so that both meet the same load of the machine. */
const measure = async (
  bench: Bench,
  base: string,
  comparison: Comparison,
  signal: AbortSignal,
): Promise<readonly Round[]> => {
  const data = comparison.data === undefined ? undefined : resolve(comparison.data)
  const args = argumentsOf(bench, { ...comparison, data })
  const figures = async (side: string, options: RunOptions, round: number) => {
    progress(`${bench}, round ${String(round)} of ${String(comparison.rounds)}, ${side}:`)
    return figuresOf(await runBench(bench, args, options))
  }
  const rounds: Round[] = []
  for (let round = 1; round <= comparison.rounds; round++) {
    rounds.push({
      base: await figures(comparison.ref, { cwd: base, signal }, round),
      here: await figures('here', { cwd: ROOT, signal }, round),
    })
  }
  return rounds
}

const print = (ref: string, results: Readonly<Record<string, Ratios>>): void => {
  const rounded = (value: number | undefined): string => value?.toFixed(2) ?? 'none'
  const row = ({ base, here, ratio, lowest, highest }: Ratio) => ({
    [ref]: base,
    here,
    ratio: rounded(ratio),
    'lowest to highest': `${rounded(lowest)} to ${rounded(highest)}`,
  })
  for (const [bench, { figures, only_base, only_here }] of Object.entries(results)) {
    console.log(`bench:${bench}: ratio = here ÷ ${ref}, the median of the rounds`)
    console.table(Object.fromEntries(figures.map(each => [each.figure, row(each)])))
    if (only_base.length > 0) console.log(`Not compared, only at ${ref}: ${only_base.join('; ')}`)
    if (only_here.length > 0) console.log(`Not compared, only here: ${only_here.join('; ')}`)
  }
}

const interrupt = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    interrupt.abort()
  })
}
try {
  const comparison = readComparison(process.argv.slice(2))
  const results = await compare(comparison, interrupt.signal)
  if (comparison.json) {
    const { ref, rounds, quick } = comparison
    console.log(JSON.stringify({ ref, rounds, quick, benches: results }, null, 2))
  } else print(comparison.ref, results)
} catch (error) {
  if (interrupt.signal.aborted) {
    process.exitCode = INTERRUPTED
  } else if (error instanceof ComparisonError) {
    progress(error.message)
    process.exitCode = 1
  } else throw error
}
