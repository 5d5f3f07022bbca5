// Turns the JSON reports of two sides into named figures, pairs them, and computes their ratios over several rounds.

/** Name of a figure (`own_time_ms › 4K tokens, 0 memories › p95`) → its value. */
export type Figures = ReadonlyMap<string, number>

/** One figure on both sides, over all rounds. */
export interface Ratio {
  readonly figure: string
  /** Median over the rounds. */
  readonly base: number
  readonly here: number
  /** Median over the rounds of here ÷ base; `undefined` where the base is always 0. */
  readonly ratio: number | undefined
  readonly lowest: number | undefined
  readonly highest: number | undefined
}

/** What two sides have in common, and what only one of them measures. */
export interface Ratios {
  readonly figures: readonly Ratio[]
  readonly only_base: readonly string[]
  readonly only_here: readonly string[]
}

/** One run of both sides. */
export interface Round {
  readonly base: Figures
  readonly here: Figures
}

const SEPARATOR = ' › '
/** Sizes of a sample: they describe a figure and are none. */
const SAMPLE_SIZES = new Set(['samples', 'questions'])

/** Every number of a report. An element of a list is named by its first field, such as `messages 1000`. */
export const figuresOf = (report: unknown): Figures => {
  const figures = new Map<string, number>()
  const collect = (value: unknown, path: readonly string[]): void => {
    if (typeof value === 'number') {
      if (!SAMPLE_SIZES.has(path.at(-1) ?? '')) figures.set(path.join(SEPARATOR), value)
    } else if (Array.isArray(value)) {
      value.forEach((each: unknown, at) => {
        collect(each, [...path, nameOf(each, at)])
      })
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, each] of Object.entries(value)) collect(each, [...path, name])
    }
  }
  collect(report, [])
  return figures
}

const nameOf = (element: unknown, at: number): string => {
  const [first] = typeof element === 'object' && element !== null ? Object.entries(element) : []
  return first === undefined ? String(at) : `${first[0]} ${String(first[1])}`
}

/** Figures that both sides have in every round, in the order of the report here. */
export const ratiosOf = (rounds: readonly Round[]): Ratios => {
  const named = (figures: Figures | undefined): readonly string[] => [...(figures?.keys() ?? [])]
  const inEach = (side: keyof Round): readonly string[] =>
    named(rounds[0]?.[side]).filter(name => rounds.every(round => round[side].has(name)))
  const base = new Set(inEach('base'))
  const here = new Set(inEach('here'))
  return {
    figures: [...here].filter(name => base.has(name)).map(name => ratioOf(name, rounds)),
    only_base: [...base].filter(name => !here.has(name)),
    only_here: [...here].filter(name => !base.has(name)),
  }
}

const ratioOf = (figure: string, rounds: readonly Round[]): Ratio => {
  const pairs = rounds.map(({ base, here }) => ({ base: base.get(figure) ?? 0, here: here.get(figure) ?? 0 }))
  // Both sides of a round meet the same load: the ratio of each round is taken before the median.
  const ratios = pairs.filter(({ base }) => base !== 0).map(({ base, here }) => here / base)
  return {
    figure,
    base: median(pairs.map(each => each.base)) ?? 0,
    here: median(pairs.map(each => each.here)) ?? 0,
    ratio: median(ratios),
    lowest: ratios.length === 0 ? undefined : Math.min(...ratios),
    highest: ratios.length === 0 ? undefined : Math.max(...ratios),
  }
}

/** The middle value, or the mean of the two in the middle. */
export const median = (values: readonly number[]): number | undefined => {
  const sorted = values.toSorted((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)]
  const lower = sorted[Math.ceil(sorted.length / 2) - 1]
  return upper === undefined || lower === undefined ? undefined : (lower + upper) / 2
}
