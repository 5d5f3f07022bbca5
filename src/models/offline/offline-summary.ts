import { languageOf, type Language } from '../../text/language.ts'
import { splitSentences } from '../../text/split-sentences.ts'
import { stem } from '../../text/stem.ts'
import { isStopWord } from '../../text/stop-words.ts'
import { tokenise } from '../../text/tokenise.ts'
import type { TokenCounter } from '../../text/tokens.ts'
import type { ModelMessage } from '../language-model.ts'
import { kindOf, withoutRemember } from './sentence-kind.ts'
import { termsOf } from './terms.ts'
import { isOurselves, readTranscript, type Saying } from './transcript.ts'

/** Subjects named in the line of context. */
const MOST_SUBJECTS = 6
const SHORTEST_FACT_TOKENS = 4
const RAW_WORD = /[\p{L}\p{M}\p{N}]+(?:["'’׳״][\p{L}\p{M}]+)*/gu

interface Fact {
  readonly line: string
  /** How much a fact tells: the weights of its words. */
  readonly weight: number
  readonly position: number
}

/**
 * Summarises by extraction: the people's statements as `- ` bullets in their order, then one line of context. Where
 * all of them are too long for `max_tokens`, those that tell most are kept.
 */
export const composeSummary = (messages: readonly ModelMessage[], max_tokens: number, tokens: TokenCounter): string => {
  const sayings = messages
    .filter(({ role }) => role === 'user')
    .flatMap(({ content }) => readTranscript(content))
    .filter(({ speaker }) => !isOurselves(speaker))
  const context = contextLine(sayings)
  const kept: Fact[] = []
  let room = max_tokens - tokens.count(context) - 1
  for (const fact of factsOf(sayings).sort((a, b) => b.weight - a.weight)) {
    if (room < SHORTEST_FACT_TOKENS) break
    // With the line break behind it.
    const size = tokens.count(fact.line) + 1
    if (size > room) continue
    kept.push(fact)
    room -= size
  }
  return [...kept.sort((a, b) => a.position - b.position).map(({ line }) => line), context].join('\n')
}

const factsOf = (sayings: readonly Saying[]): Fact[] => {
  const several = new Set(sayings.map(({ speaker }) => speaker)).size > 1
  const sentences = sayings.flatMap(({ text, speaker }) =>
    splitSentences(text)
      .filter(sentence => kindOf(sentence) === 'statement')
      .map(sentence => ({ fact: withoutRemember(sentence), speaker: several ? speaker : undefined })),
  )
  const lines = sentences.map(({ fact, speaker }) => (speaker === undefined ? `- ${fact}` : `- ${speaker}: ${fact}`))
  return [...new Set(lines)].map((line, position) => ({
    line,
    weight: termsOf(line).reduce((sum, term) => sum + term.weight, 0),
    position,
  }))
}

const contextLine = (sayings: readonly Saying[]): string => contextOf(sayings.map(saying => saying.text))

/** One line about what messages were about: how many they are, and the words that come up most. */
export const contextOf = (messages: readonly string[]): string => {
  const text = messages.join('\n')
  const subjects = subjectsOf(text).join(', ')
  return CONTEXT[languageOf(text)](messages.length, subjects)
}

const CONTEXT: Readonly<Record<Language, (messages: number, subjects: string) => string>> = {
  en: (messages, subjects) =>
    `Context: ${messages === 1 ? 'one message' : `${String(messages)} messages`}${subjects === '' ? '' : ` about ${subjects}`}.`,
  he: (messages, subjects) =>
    `הקשר: ${messages === 1 ? 'הודעה אחת' : `${String(messages)} הודעות`}${subjects === '' ? '' : ` על ${subjects}`}.`,
}

/** The words that come up most, as they were first written. */
const subjectsOf = (text: string): string[] => {
  const counts = new Map<string, { word: string; count: number }>()
  for (const word of text.match(RAW_WORD) ?? []) {
    const [plain = ''] = tokenise(word)
    if (plain === '' || isStopWord(plain)) continue
    const stemmed = stem(plain)
    counts.set(stemmed, { word: counts.get(stemmed)?.word ?? word, count: (counts.get(stemmed)?.count ?? 0) + 1 })
  }
  return [...counts.values()]
    .sort((a, b) => b.count - a.count)
    .slice(0, MOST_SUBJECTS)
    .map(({ word }) => word)
}
