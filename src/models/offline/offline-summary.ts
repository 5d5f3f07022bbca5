/** Summaries by extraction: the statements of people, word for word. */
import { splitSentences } from '../../text/split-sentences.ts'
import { kindOf, withoutRemember } from '../../text/sentence-kind.ts'
import type { TokenCounter } from '../../text/tokens.ts'
import { topicLine } from '../../text/topic-line.ts'
import type { ModelMessage } from '../language-model.ts'
import { weighedStems } from './weighed-stems.ts'
import { isOurselves, readTranscript, type Saying } from './transcript.ts'

const SHORTEST_FACT_TOKENS = 4

interface Fact {
  readonly line: string
  /** How informative a fact is: the sum of the weights of its words. */
  readonly weight: number
  readonly position: number
}

/**
 * The people's statements as `- ` bullets in their order, then one line about the topic of the conversation. If all of
 * them are too long for `max_tokens`, the most informative ones are kept.
 */
export const composeSummary = (messages: readonly ModelMessage[], max_tokens: number, tokens: TokenCounter): string => {
  const sayings = messages
    .filter(({ role }) => role === 'user')
    .flatMap(({ content }) => readTranscript(content))
    .filter(({ speaker }) => !isOurselves(speaker))
  const topic = topicLine(sayings.map(({ text }) => text))
  const kept: Fact[] = []
  let room = max_tokens - tokens.count(topic) - 1
  for (const fact of factsOf(sayings).sort((a, b) => b.weight - a.weight)) {
    if (room < SHORTEST_FACT_TOKENS) break
    // Includes the line break.
    const size = tokens.count(fact.line) + 1
    if (size > room) continue
    kept.push(fact)
    room -= size
  }
  return [...kept.sort((a, b) => a.position - b.position).map(({ line }) => line), topic].join('\n')
}

const factsOf = (sayings: readonly Saying[]): Fact[] => {
  const several = new Set(sayings.map(({ speaker }) => speaker)).size > 1
  const lines = sayings.flatMap(({ text, speaker }) =>
    splitSentences(text)
      .filter(sentence => kindOf(sentence) === 'statement')
      .map(withoutRemember)
      .map(fact => (several && speaker !== undefined ? `- ${speaker}: ${fact}` : `- ${fact}`)),
  )
  return [...new Set(lines)].map((line, position) => ({
    line,
    weight: weighedStems(line).reduce((sum, { weight }) => sum + weight, 0),
    position,
  }))
}
