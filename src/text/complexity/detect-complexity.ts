/** Detects how complex a message or a task is, by signals in its words and by its context. */
import { once } from '../../platform/once.ts'
import { ANSWER_SLICE_MS, TimeSlices } from '../../platform/yield.ts'
import { withoutFinalForms } from '../fold.ts'
import { labelled, lexiconPatterns, WORD_BEGINS, WORD_ENDS } from '../lexicons/lexicon.ts'
import { platformsIn } from '../platforms.ts'
import { COMPLEXITIES, type Complexity } from './complexity.ts'

/** A sign of a complexity class in a text. */
export interface ComplexitySignal {
  readonly complexity: Complexity
  /** What it adds to the score of its class. */
  readonly weight: number
  /** The words that gave the signal, or another reason. */
  readonly because: string
}

/** Context besides the text. */
export interface TaskContext {
  /** Agents that work on the task together. */
  readonly agents?: number
  /** Complexity of the previous turn in the same conversation. */
  readonly previous?: Complexity
}

export interface DetectedComplexity {
  readonly complexity: Complexity
  /** From 0.5, a guess, to 1. */
  readonly confidence: number
  readonly signals: readonly ComplexitySignal[]
}

type Kind = Complexity | 'analysis' | 'linking' | 'joining' | 'quick' | 'system'

interface Pattern {
  readonly weight: number
  readonly pattern: RegExp
}

/** The patterns of one kind. */
interface KindPatterns {
  /** Matches what any of the patterns matches: most texts have none of a kind, which one search shows. */
  readonly any: RegExp
  readonly patterns: readonly Pattern[]
}

const patternsByKind = once((): ReadonlyMap<Kind, KindPatterns> => {
  const lines = labelled(lexiconPatterns('complexity-signals')).map(([label, source]) => {
    const [kind, weight] = label.split(' ') as [Kind, string]
    return { kind, weight: Number(weight), words: withoutFinalForms(source) }
  })
  const ofKind = (kind: Kind, own: typeof lines): KindPatterns => {
    const opening = kind === 'simple' ? `(?:^|[.!?:;]\\s*)` : WORD_BEGINS
    const matching = (words: string): RegExp => new RegExp(`${opening}(?:${words})${WORD_ENDS}`, 'gu')
    return {
      any: matching(own.map(({ words }) => words).join('|')),
      patterns: own.map(({ weight, words }) => ({ weight, pattern: matching(words) })),
    }
  }
  return new Map([...Map.groupBy(lines, ({ kind }) => kind)].map(([kind, own]) => [kind, ofKind(kind, own)]))
})

const HEBREW = /\p{Script=Hebrew}/u
/** A name in Latin letters; shorter words are units and the like. */
const LATIN_NAME = /(?<![\p{Script=Latin}\p{N}])\p{Script=Latin}[\p{Script=Latin}\p{N}.+-]{2,}/gu

/** How much of a text is examined: the request usually comes at the beginning. */
const MOST_CHARACTERS = 4000
/** A text without signals of at most this length is small talk or a look-up. */
const SHORT_WORDS = 12
/** A task that lists at least this many systems spans several of them. */
const MANY_SYSTEMS = 3

/**
 * Detects the complexity of a text. Every word may count; the beginning of a sentence decides whether it is a look-up.
 */
export const detectComplexity = (text: string, context: TaskContext = {}): DetectedComplexity => {
  const read = examined(text)
  const signals = signalsOf(read)
  const short = read.split(/\s+/).length <= SHORT_WORDS
  const own = judged(signals) ?? { complexity: short ? 'simple' : 'medium', confidence: 0.5, signals }
  return inContext(own, context)
}

const PREPARED_CHARACTERS = 200

/** The part of a text that is examined, in lower case. */
const examined = (text: string): string => withoutFinalForms(text.slice(0, MOST_CHARACTERS).toLowerCase())

/**
 * Call this before `detectComplexity` where other work must not wait. The first texts after a start make the patterns
 * compile, which takes up to 50 ms in all: this does it in steps. It reads the beginning of the text, because patterns
 * compile whatever its length.
 */
export const prepareDetection = async (text: string): Promise<void> => {
  const slices = new TimeSlices(ANSWER_SLICE_MS)
  const read = examined(text).slice(0, PREPARED_CHARACTERS)
  // V8 compiles a pattern at its first use, and better at its second.
  for (let use = 0; use < 2; use++) {
    for (const { any, patterns } of patternsByKind().values()) {
      for (const pattern of [any, ...patterns.map(each => each.pattern)]) {
        read.search(pattern)
        if (slices.isOver) await slices.pause()
      }
    }
    platformsIn(read)
    if (slices.isOver) await slices.pause()
  }
}

/** The complexity of a text in a context, from that of its words alone. */
export const inContext = (own: DetectedComplexity, context: TaskContext): DetectedComplexity => {
  const added = contextSignals(context)
  return added.length === 0 ? own : (judged([...own.signals, ...added]) ?? own)
}

/** The class with the highest score; `undefined` if no signal counts. */
const judged = (signals: readonly ComplexitySignal[]): DetectedComplexity | undefined => {
  const scores = COMPLEXITIES.map(complexity =>
    signals.filter(each => each.complexity === complexity).reduce((sum, each) => sum + each.weight, 0),
  )
  const best = Math.max(...scores)
  if (best === 0) return undefined
  // Among equal scores the higher class wins: too little context costs more than too much.
  const complexity = COMPLEXITIES[scores.lastIndexOf(best)] ?? 'medium'
  const second = Math.max(...scores.filter((_, at) => at !== COMPLEXITIES.indexOf(complexity)))
  return { complexity, confidence: Math.min(1, 0.5 + 0.2 * (best - second)), signals }
}

const signalsOf = (text: string): readonly ComplexitySignal[] => {
  const words = (kind: Kind): readonly string[] => seenIn(text, kind).map(each => each.because)
  const analysis = words('analysis')
  const [linking, joining] = [words('linking'), words('joining')]
  const connects = linking.length + joining.length > 0
  // What a text works on matters only if it says what to do with it.
  const platforms = connects || analysis.length > 0 ? platformsNamedIn(text) : []
  const systems = connects ? words('system') : []
  return [
    ...COMPLEXITIES.flatMap(complexity => [
      // Several wordings of one class add little to the first.
      ...seenIn(text, complexity).map(({ weight, because }, at) => ({
        complexity,
        weight: complexity === 'medium' && at > 0 ? 0 : weight,
        because,
      })),
    ]),
    ...analysisSignals(analysis, platforms),
    ...systemSignals({ linking, joining, systems, platforms }),
    ...words('quick')
      .slice(0, 1)
      .map(because => ({ complexity: 'simple' as const, weight: 1, because })),
  ]
}

interface Seen {
  readonly weight: number
  readonly because: string
}

/** The words of a text that match the patterns of a kind. */
const seenIn = (text: string, kind: Kind): readonly Seen[] => {
  const known = patternsByKind().get(kind)
  if (known === undefined || text.search(known.any) === -1) return []
  return known.patterns.flatMap(({ weight, pattern }) => distinct(text, pattern).map(because => ({ weight, because })))
}

/** Known products; in Hebrew, all names in Latin letters. */
const platformsNamedIn = (text: string): readonly string[] => {
  const known = platformsIn(text)
  if (!HEBREW.test(text)) return known
  return [...known, ...distinct(text, LATIN_NAME).filter(each => !known.join().includes(each))]
}

/** Analysis alone is of medium complexity; on a named platform it is complex. */
const analysisSignals = (analysis: readonly string[], platforms: readonly string[]): readonly ComplexitySignal[] => {
  if (analysis.length === 0) return []
  const because = analysis.join(', ')
  return [
    { complexity: 'medium', weight: 1, because },
    ...(platforms.length === 0
      ? []
      : [{ complexity: 'complex' as const, weight: 2, because: `${because}: ${platforms.join(', ')}` }]),
  ]
}

interface Systems {
  readonly linking: readonly string[]
  readonly joining: readonly string[]
  readonly systems: readonly string[]
  readonly platforms: readonly string[]
}

/** Signals for several systems that are connected, or handled together. */
const systemSignals = ({ linking, joining, systems, platforms }: Systems): readonly ComplexitySignal[] => {
  const all = [...new Set([...platforms, ...systems])]
  const because = [...linking, ...all].join(', ')
  if (linking.length > 0 && all.length >= 2) return [{ complexity: 'multi-system', weight: 3, because }]
  if (joining.length === 0) return []
  if (platforms.length >= 2) return [{ complexity: 'multi-system', weight: 3, because }]
  return all.length >= MANY_SYSTEMS ? [{ complexity: 'multi-system', weight: 2, because }] : []
}

const contextSignals = ({ agents = 1, previous }: TaskContext): readonly ComplexitySignal[] => [
  ...(agents > 1 ? [{ complexity: 'multi-system' as const, weight: 1, because: `${String(agents)} agents` }] : []),
  ...(previous === 'complex' || previous === 'multi-system'
    ? [{ complexity: previous, weight: 0.5, because: 'the turn before' }]
    : []),
]

const distinct = (text: string, pattern: RegExp): string[] => {
  // Most patterns are not in a text, and asking that first takes a fraction of the time.
  if (text.search(pattern) === -1) return []
  return [...new Set([...text.matchAll(pattern)].map(([found]) => found.replace(/^[.!?:,;\s]+/, '').trim()))]
}
