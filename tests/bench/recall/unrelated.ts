import type { MessageRecall, Quote } from '../../../src/memory/recall/message-recall.ts'
import { languageOf, type Language } from '../../../src/text/language.ts'
import { unrelatedQuestions } from '../../support/dialogues/generate.ts'
import type { Dialogue } from '../../support/dialogues/dialogue.ts'
import { scopeOfDialogue, type BenchRecall } from './bench-recall.ts'

interface UnrelatedFigures {
  readonly questions: number
  /** Share of questions for which nothing came back, in percent. */
  readonly 'nothing recalled': number
  /** Mean number of quotes, of at most ten. */
  readonly quotes: number
}

/**
 * How much comes back for what has nothing to do with a talk: texts on other subjects, questions about other people's
 * talks, and, to compare, the talk's own questions.
 */
export const measureUnrelated = async (
  bench: BenchRecall,
  dialogues: readonly Dialogue[],
): Promise<Readonly<Record<string, UnrelatedFigures>>> => {
  const recall = bench.recall()
  const own: (readonly Quote[])[] = []
  const foreign: (readonly Quote[])[] = []
  const other: (readonly Quote[])[] = []
  for (const [at, dialogue] of dialogues.entries()) {
    const language = languageOf(dialogue.turns.map(turn => turn.text).join(' '))
    // The next one, or the one after: made-up talks take turns between the languages.
    const next = [1, 2].map(step => dialogues[(at + step) % dialogues.length]).find(each => speaks(each, language))
    for (const { text } of dialogue.questions) own.push(await ask(recall, dialogue, text))
    for (const { text } of next?.questions ?? []) foreign.push(await ask(recall, dialogue, text))
    for (const text of unrelatedQuestions(language)) other.push(await ask(recall, dialogue, text))
  }
  return {
    'own questions': figures(own),
    'questions about another talk': figures(foreign),
    'texts on other subjects': figures(other),
  }
}

const speaks = (dialogue: Dialogue | undefined, language: Language): boolean =>
  dialogue !== undefined && languageOf(dialogue.turns.map(turn => turn.text).join(' ')) === language

const ask = (recall: MessageRecall, dialogue: Dialogue, text: string): Promise<readonly Quote[]> =>
  recall.recall(
    scopeOfDialogue(dialogue),
    { text, asked_at: dialogue.turns.at(-1)?.sent_at ?? 0, asker: undefined },
    { quotes: 10, tokens: 1000 },
    { purpose: 'recall' },
  )

const figures = (answers: readonly (readonly Quote[])[]): UnrelatedFigures => {
  const rounded = (value: number): number => Math.round(value * 10) / 10
  return {
    questions: answers.length,
    'nothing recalled': rounded((100 * answers.filter(each => each.length === 0).length) / answers.length),
    quotes: rounded(answers.reduce((sum, each) => sum + each.length, 0) / answers.length),
  }
}
