/** Finds the statements that answer a question. */
import { relatedTo } from '../../text/synonyms.ts'
import { kindOfSentence, sentencesIn } from './sentences.ts'
import type { Saying } from './transcript.ts'
import { containsWord, formsIn } from '../../text/content-stems.ts'
import { weighedQuestion } from './weighed-stems.ts'

/** Share of a question's words that a statement must contain to count as an answer. */
const LEAST_SHARE = 0.3
/** Statements that score at least this share of the best one are quoted as well. */
const NEARLY_BEST = 0.75
const MOST_QUOTES = 3
/** Weight of a related word; the word itself counts 1. */
const RELATED_VALUE = 0.5

/** Statements among sayings, the latest last, without duplicates. */
export const statementsOf = (sayings: readonly Saying[]): Saying[] => {
  const bySentence = new Map<string, Saying>()
  for (const saying of sayings) {
    // The heading of a passage tells what the rest is about.
    if (saying.file !== undefined) {
      bySentence.set(`${saying.file}\n${saying.text}`, saying)
      continue
    }
    for (const text of sentencesIn(saying.text)) {
      if (kindOfSentence(text) !== 'statement') continue
      bySentence.delete(text.toLowerCase())
      bySentence.set(text.toLowerCase(), { ...saying, text })
    }
  }
  return [...bySentence.values()]
}

/**
 * The statements that contain most of a question's words, best first; among equals, the later one first. Empty if none
 * fits.
 */
export const bestEvidence = (question: string, statements: readonly Saying[]): Saying[] => {
  const asked = [...new Map(weighedQuestion(question).map(each => [each.stem, each])).values()]
  const total = asked.reduce((sum, { weight }) => sum + weight, 0)
  const scored = statements
    .map(statement => ({ statement, score: valueOf(statement.text, asked) / total }))
    .toReversed()
  const best = Math.max(0, ...scored.map(({ score }) => score))
  if (best < LEAST_SHARE) return []
  return scored
    .sort((a, b) => b.score - a.score)
    .filter(({ score }) => score >= best * NEARLY_BEST)
    .slice(0, MOST_QUOTES)
    .map(({ statement }) => statement)
}

const valueOf = (text: string, asked: ReturnType<typeof weighedQuestion>): number => {
  const forms = formsIn(text)
  return asked.reduce((sum, word) => {
    if (containsWord(forms, word)) return sum + word.weight
    return relatedTo(word.stem).isDisjointFrom(forms) ? sum : sum + word.weight * RELATED_VALUE
  }, 0)
}
