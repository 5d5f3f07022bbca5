// Reads what bench:compare is asked to do from its command line, and rejects what it cannot do in one sentence.
import { parseArgs } from 'node:util'

/** Benchmarks that print figures as JSON; each is the script `bench:<name>` of package.json. */
export const BENCHES = ['turn', 'recall', 'forget', 'scale'] as const
export type Bench = (typeof BENCHES)[number]

const DEFAULT_ROUNDS = 3

/** What to compare with what. */
export interface Comparison {
  /** The commit to compare the working tree with, as the user wrote it. */
  readonly ref: string
  readonly benches: readonly Bench[]
  /** How often both sides run. */
  readonly rounds: number
  readonly quick: boolean
  readonly json: boolean
  /** A data set for `bench:recall`. */
  readonly data: string | undefined
}

/** The comparison cannot be made as asked; the message is a sentence for the user. */
export class ComparisonError extends Error {}

export const USAGE =
  'Usage: npm run bench:compare -- <git ref> [turn|recall|forget|scale …] [--rounds N] [--quick] [--json] [--data FILE]'

/** @throws ComparisonError when an argument is missing, unknown or out of range. */
export const readComparison = (args: readonly string[]): Comparison => {
  const { values, positionals } = parsed(args)
  const [ref, ...names] = positionals
  if (ref === undefined) throw new ComparisonError(`Name the commit to compare with. ${USAGE}`)
  const rounds = Number(values.rounds ?? DEFAULT_ROUNDS)
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new ComparisonError(`--rounds must be a whole number from 1, not "${values.rounds ?? ''}".`)
  }
  const benches: readonly Bench[] = names.length === 0 ? ['turn'] : [...new Set(names.map(asBench))]
  if (values.data !== undefined && !benches.includes('recall')) {
    throw new ComparisonError('--data is for the benchmark "recall" only.')
  }
  const { quick, json, data } = values
  return { ref, benches, rounds, quick, json, data }
}

/** Arguments for one benchmark of a comparison. */
export const argumentsOf = (bench: Bench, { quick, data }: Pick<Comparison, 'quick' | 'data'>): readonly string[] => [
  '--json',
  ...(quick ? ['--quick'] : []),
  ...(bench === 'recall' && data !== undefined ? ['--data', data] : []),
]

const parsed = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        rounds: { type: 'string' },
        quick: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        data: { type: 'string' },
      },
    })
  } catch (error) {
    throw new ComparisonError(`${(error as Error).message.split('. ')[0] ?? ''}. ${USAGE}`)
  }
}

const asBench = (name: string): Bench => {
  const bench = BENCHES.find(each => each === name.replace(/^bench:/, ''))
  if (bench !== undefined) return bench
  throw new ComparisonError(`There is no benchmark "${name}" to compare. Benchmarks: ${BENCHES.join(', ')}.`)
}
