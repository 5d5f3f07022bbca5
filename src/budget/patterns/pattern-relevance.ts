/** How relevant a pattern is for a task: when and how often it was used, and whether it is about the task. */
import { labelled, lexiconLines } from '../../text/lexicons/lexicon.ts'
import { once } from '../../platform/once.ts'
import { DAY_MS } from '../../platform/clock.ts'
import { containsWord, subjectsOf, subjectsToFind, type AskedWord } from '../../text/content-stems.ts'
import { withoutFinalForms } from '../../text/fold.ts'
import { platformsIn } from '../../text/platforms.ts'
import type { PatternFile } from './pattern.ts'

/** Shares of the three parts. If two patterns are otherwise equal, the agent's own one always scores higher. */
const RECENCY_SHARE = 0.3
const USAGE_SHARE = 0.3
const CONTEXT_SHARE = 0.4
const OWN_BONUS = 0.3

/** Words about a task and its agent after which patterns may be named. */
export interface TaskSubject {
  /** Words of the agent's name, without its type. */
  readonly agent: readonly AskedWord[]
  readonly platforms: ReadonlySet<string>
  readonly kinds: ReadonlySet<string>
  /** The other words that carry a subject. */
  readonly keywords: readonly AskedWord[]
}

/** How much of a task is examined: the request usually comes at the beginning. */
const MOST_CHARACTERS = 4000

/** @param agent name, with or without its type */
export const subjectOfTask = (text: string, agent: string | undefined): TaskSubject => {
  const read = text.slice(0, MOST_CHARACTERS)
  const platforms = new Set(platformsIn(comparable(read)))
  const words = subjectsToFind(read)
  const names = new Set([...platforms].flatMap(platform => subjectsToFind(platform).map(({ stem }) => stem)))
  return {
    agent: subjectsToFind(spaced(agent?.slice(agent.lastIndexOf('/') + 1) ?? '')),
    platforms,
    kinds: kindsAmong(words.map(({ stem, also }) => new Set([stem, ...also]))),
    keywords: words.filter(({ stem }) => !names.has(stem) && !kindOf().has(stem)),
  }
}

/** Kinds of tasks by the words for them. */
const kindOf = once((): ReadonlyMap<string, string> => {
  const lines = labelled(lexiconLines('task-kinds'))
  return new Map(lines.flatMap(([kind, words]) => subjectsToFind(words).map(({ stem }) => [stem, kind] as const)))
})

const kindsAmong = (words: Iterable<Iterable<string>>): ReadonlySet<string> => {
  const kinds = new Set<string>()
  for (const forms of words) {
    for (const form of forms) {
      const kind = kindOf().get(form)
      if (kind !== undefined) kinds.add(kind)
    }
  }
  return kinds
}

export interface PatternRelevance {
  /** Uncapped: determines the order of packing. */
  readonly score: number
  /** Whether the pattern belongs to the agent or is named after the task, and so counts as needed. */
  readonly needed: boolean
}

/** @param now milliseconds since the Unix epoch */
export const relevanceOf = (pattern: PatternFile, subject: TaskSubject, now: number): PatternRelevance => {
  const { own, metadata } = pattern
  const context = contextOf(pattern, subject)
  const score =
    RECENCY_SHARE * recencyOf(metadata.last_used, now) +
    USAGE_SHARE * usageOf(metadata.use_count) +
    CONTEXT_SHARE * context +
    (own ? OWN_BONUS : 0)
  return { score, needed: own || context > NO_CONTEXT }
}

const RECENT_DAYS = 30
const FORMER_DAYS = 90
const RECENT_LEAST = 0.5
const FORMER_LEAST = 0.1
const RECENCY_UNKNOWN = 0.5

/** 1 today, 0.5 after 30 days, 0.1 after 90, and never less; linear in between. */
const recencyOf = (last_used: number | undefined, now: number): number => {
  if (last_used === undefined) return RECENCY_UNKNOWN
  const days = Math.max(0, Math.floor((now - last_used) / DAY_MS))
  if (days <= RECENT_DAYS) return 1 - (1 - RECENT_LEAST) * (days / RECENT_DAYS)
  if (days >= FORMER_DAYS) return FORMER_LEAST
  return RECENT_LEAST - (RECENT_LEAST - FORMER_LEAST) * ((days - RECENT_DAYS) / (FORMER_DAYS - RECENT_DAYS))
}

const USAGE_NONE = 0.3
const USAGE_ONCE = 0.5
const USAGE_TENFOLD = 0.25

/** 0.3 if unused, 0.5 after one use, and 0.25 more for each tenfold number of uses, up to 1. */
const usageOf = (uses: number): number =>
  uses < 1 ? USAGE_NONE : Math.min(1, USAGE_ONCE + USAGE_TENFOLD * Math.log10(uses))

const NO_CONTEXT = 0.5
const NAMED_AGENT = 0.3
const SAME_KIND = 0.2
const PER_WORD = 0.05
const MOST_PLATFORMS = 4
const MOST_KEYWORDS = 3

/** 0.5, and more if the pattern is named after the agent, or the platforms, kind or words of the task. */
const contextOf = ({ own, topic }: PatternFile, subject: TaskSubject): number => {
  const forms = subjectsOf(spaced(topic))
  const platforms = subject.platforms.size === 0 ? [] : platformsIn(comparable(spaced(topic)))
  const common = platforms.filter(each => subject.platforms.has(each)).length
  const named = own || (subject.agent.length > 0 && subject.agent.every(word => containsWord(forms, word)))
  const kinds = subject.kinds.size === 0 ? new Set<string>() : kindsAmong([forms])
  const keywords = subject.keywords.filter(word => containsWord(forms, word)).length
  return (
    NO_CONTEXT +
    (named ? NAMED_AGENT : 0) +
    PER_WORD * Math.min(MOST_PLATFORMS, common) +
    (kinds.isDisjointFrom(subject.kinds) ? 0 : SAME_KIND) +
    PER_WORD * Math.min(MOST_KEYWORDS, keywords)
  )
}

/** File names join words by characters other than blanks. */
const spaced = (name: string): string => name.replace(/[/_.-]+/g, ' ')

const comparable = (text: string): string => withoutFinalForms(text.toLowerCase())
