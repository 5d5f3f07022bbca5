/** Detects how complex a message or a task is by signals in its words and by what went before. */
import { labelled, lexiconPatterns, lexiconWords, WORD_BEGINS, WORD_ENDS } from '../lexicons/lexicon.ts'
import { COMPLEXITIES, type Complexity } from './complexity.ts'

/** A sign of a class in a text. */
export interface ComplexitySignal {
  readonly complexity: Complexity
  /** What it adds to the score of its class. */
  readonly weight: number
  /** The words in which it was seen, or what else it is. */
  readonly because: string
}

/** What is known besides the text. */
export interface TaskContext {
  /** Agents that work on the task together. */
  readonly agents?: number
  /** Complexity of the turn before in the same conversation. */
  readonly previous?: Complexity
}

export interface DetectedComplexity {
  readonly complexity: Complexity
  /** From 0.5, a guess, to 1. */
  readonly confidence: number
  readonly signals: readonly ComplexitySignal[]
}

type Kind = Complexity | 'analysis' | 'joining' | 'quick' | 'system'

interface Pattern {
  readonly kind: Kind
  readonly weight: number
  readonly pattern: RegExp
}

const PATTERNS: readonly Pattern[] = labelled(lexiconPatterns('complexity-signals')).map(([label, source]) => {
  const [kind, weight] = label.split(' ') as [Kind, string]
  const opening = kind === 'simple' ? `(?:^|[.!?:,;]\\s*)` : WORD_BEGINS
  return { kind, weight: Number(weight), pattern: new RegExp(`${opening}(?:${source})${WORD_ENDS}`, 'giu') }
})
const PLATFORMS = new RegExp(
  `(?<![\\p{Script=Latin}\\p{N}])(?:${lexiconWords('platforms')
    .map(name => name.replace(/[.]/g, '\\.').replace(/-/g, '[ -]'))
    .join('|')})(?![\\p{Script=Latin}\\p{N}])`,
  'giu',
)

/** Characters of a text that are looked at: what is asked for stands at the beginning. */
const MOST_CHARACTERS = 4000
/** A text without signals that is not longer is talk or a look-up. */
const SHORT_WORDS = 10
/** From here on a text asks for more than one thing. */
const LONG_WORDS = 25
/** Commas and the like from which on a text is a list of demands. */
const LIST_PARTS = 3

/** Detects the complexity of a text. Every word of it may count; its beginning decides whether it is a look-up. */
export const detectComplexity = (text: string, context: TaskContext = {}): DetectedComplexity => {
  const read = text.slice(0, MOST_CHARACTERS).toLowerCase()
  const signals = [...signalsOf(read), ...contextSignals(context)]
  const scores = COMPLEXITIES.map(complexity =>
    signals.filter(each => each.complexity === complexity).reduce((sum, each) => sum + each.weight, 0),
  )
  if (scores.every(score => score === 0)) {
    const complexity = read.split(/\s+/).length <= SHORT_WORDS ? 'simple' : 'medium'
    return { complexity, confidence: 0.5, signals }
  }
  const best = Math.max(...scores)
  // Of equal scores the higher class wins: too little context costs more than too much.
  const complexity = COMPLEXITIES[scores.lastIndexOf(best)] ?? 'medium'
  const second = Math.max(...scores.filter((_, at) => at !== COMPLEXITIES.indexOf(complexity)))
  return { complexity, confidence: Math.min(1, 0.5 + 0.2 * (best - second)), signals }
}

const signalsOf = (text: string): readonly ComplexitySignal[] => {
  const seen = PATTERNS.flatMap(({ kind, weight, pattern }) => {
    const words = distinct(text, pattern)
    return words.map(because => ({ kind, weight, because }))
  })
  const of = (kind: Kind) => seen.filter(each => each.kind === kind)
  const platforms = distinct(text, PLATFORMS)
  const signals = COMPLEXITIES.flatMap(complexity =>
    of(complexity).map(({ weight, because }) => ({ complexity, weight, because })),
  )
  const analysis = of('analysis')
  if (analysis.length > 0) {
    const because = analysis.map(each => each.because).join(', ')
    signals.push({ complexity: 'medium', weight: 1, because })
    if (platforms.length > 0)
      signals.push({ complexity: 'complex', weight: 2, because: `${because}: ${platforms[0] ?? ''}` })
  }
  const systems = new Set([...platforms, ...of('system').map(each => each.because)])
  const joined = of('joining').length > 0
  if (platforms.length >= 2 && joined) {
    signals.push({ complexity: 'multi-system', weight: 3, because: platforms.join(', ') })
  } else if (systems.size >= 3 && joined) {
    signals.push({ complexity: 'multi-system', weight: 2, because: [...systems].join(', ') })
  }
  if (of('quick').length > 0) signals.push({ complexity: 'simple', weight: 1, because: of('quick')[0]?.because ?? '' })
  const asks = signals.some(each => each.complexity !== 'simple')
  if (asks && (text.split(/\s+/).length > LONG_WORDS || text.split(/[,;:،]/).length > LIST_PARTS)) {
    signals.push({ complexity: 'complex', weight: 1, because: 'a long list of demands' })
  }
  return signals
}

const contextSignals = ({ agents = 1, previous }: TaskContext): readonly ComplexitySignal[] => [
  ...(agents > 1 ? [{ complexity: 'multi-system' as const, weight: 1, because: `${String(agents)} agents` }] : []),
  ...(previous === 'complex' || previous === 'multi-system'
    ? [{ complexity: previous, weight: 0.5, because: 'the turn before' }]
    : []),
]

const distinct = (text: string, pattern: RegExp): readonly string[] => [
  ...new Set([...text.matchAll(pattern)].map(([found]) => found.replace(/^[.!?:,;\s]+/, '').trim())),
]
