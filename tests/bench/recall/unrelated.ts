import { UTC } from '../../../src/platform/time-zone.ts'
import type { Quote } from '../../../src/retrieval/quote.ts'
import type { MessageRecall } from '../../support/message-recall.ts'
import { languageOf, type Language } from '../../../src/text/language.ts'
import { unrelatedQuestions } from '../../support/dialogues/generate.ts'
import type { Dialogue } from '../../support/dialogues/dialogue.ts'
import { UNRELATED } from '../../support/dialogues/unrelated.ts'
import { openBenchRecall, scopeOfDialogue, type BenchRecall } from './bench-recall.ts'

interface UnrelatedFigures {
  readonly questions: number
  /** Share of questions for which nothing came back, in percent. */
  readonly 'nothing recalled': number
  /** Share for which at most two quotes came back, in percent. */
  readonly 'at most two': number
  /** Mean number of quotes, of at most ten. */
  readonly quotes: number
}

/**
 * How much comes back for what has nothing to do with a talk: texts on other subjects, questions about other people's
 * talks (as they are, and about the people of this talk), politeness, and, to compare, the talk's own questions.
 */
export const measureUnrelated = async (
  bench: BenchRecall,
  dialogues: readonly Dialogue[],
): Promise<Readonly<Record<string, UnrelatedFigures>>> => {
  const recall = bench.recall()
  const own: (readonly Quote[])[] = []
  const foreign: (readonly Quote[])[] = []
  const renamed: (readonly Quote[])[] = []
  const other: (readonly Quote[])[] = []
  const polite: (readonly Quote[])[] = []
  const new_memory: (readonly Quote[])[] = []
  await using small = await openBenchRecall(dialogues.map(beginningOf))
  for (const [at, dialogue] of dialogues.entries()) {
    const language = languageOf(dialogue.turns.map(turn => turn.text).join(' '))
    // The next one, or the one after: made-up talks take turns between the languages.
    const next = [1, 2].map(step => dialogues[(at + step) % dialogues.length]).find(each => speaks(each, language))
    for (const { text } of dialogue.questions) own.push(await ask(recall, dialogue, text))
    for (const { text } of next?.questions ?? []) {
      foreign.push(await ask(recall, dialogue, text))
      renamed.push(await ask(recall, dialogue, withNames(text, next, dialogue)))
    }
    for (const text of unrelatedQuestions(language)) other.push(await ask(recall, dialogue, text))
    for (const text of UNRELATED[language]) {
      polite.push(await ask(recall, dialogue, text))
      new_memory.push(await ask(small.recall(), dialogue, text))
    }
  }
  return {
    'own questions': figures(own),
    'questions about another talk': figures(foreign),
    'the same, with names of this talk': figures(renamed),
    'texts on other subjects': figures(other),
    'greetings, thanks, questions about the world': figures(polite),
    'the same, to a memory of a few messages': figures(new_memory),
  }
}

const speaks = (dialogue: Dialogue | undefined, language: Language): boolean =>
  dialogue !== undefined && languageOf(dialogue.turns.map(turn => turn.text).join(' ')) === language

/** Messages of a memory that has just begun. */
const FEW_MESSAGES = 8

const beginningOf = ({ name, turns }: Dialogue): Pick<Dialogue, 'name' | 'turns'> => ({
  name,
  turns: turns.slice(0, FEW_MESSAGES),
})

/** A question about one talk, as if it were about the people of another. */
const withNames = (text: string, from: Dialogue | undefined, to: Dialogue): string => {
  const theirs = namesOf(to)
  return namesOf(from).reduce((changed, name, at) => changed.replaceAll(name, theirs[at] ?? name), text)
}

const namesOf = (dialogue: Dialogue | undefined): readonly string[] => [
  ...new Set(dialogue?.turns.map(turn => turn.speaker)),
]

const ask = (recall: MessageRecall, dialogue: Dialogue, text: string): Promise<readonly Quote[]> =>
  recall.recall(
    { scope: scopeOfDialogue(dialogue) },
    { text, asked_at: dialogue.turns.at(-1)?.sent_at ?? 0, asker: undefined, zone: UTC },
    { quotes: 10, tokens: 1000 },
    { purpose: 'recall' },
  )

const figures = (answers: readonly (readonly Quote[])[]): UnrelatedFigures => {
  const rounded = (value: number): number => Math.round(value * 10) / 10
  return {
    questions: answers.length,
    'nothing recalled': rounded((100 * answers.filter(each => each.length === 0).length) / answers.length),
    'at most two': rounded((100 * answers.filter(each => each.length <= 2).length) / answers.length),
    quotes: rounded(answers.reduce((sum, each) => sum + each.length, 0) / answers.length),
  }
}
