import { UTC } from '../../../src/platform/time-zone.ts'
import type { MessageRecall } from '../../support/message-recall.ts'
import type { Dialogue } from '../../support/dialogues/dialogue.ts'
import { scopeOfDialogue } from './bench-recall.ts'

interface RestatedFigures {
  /** Quotes of all answers together. */
  readonly rows: number
  /** Share of the quotes that say nothing that one quote before them in the same answer does not say, in percent. */
  readonly restated: number
  /** Share of answers with such a quote, in percent. */
  readonly answers: number
}

/**
 * How much of what is recalled says the same again. What says the same is told by the talk itself, which was made up of
 * statements, whatever their wording; how recall compares quotes has no part in it.
 */
export const measureRestated = async (
  recall: MessageRecall,
  dialogues: readonly Dialogue[],
): Promise<RestatedFigures> => {
  let rows = 0
  let restated = 0
  let answers = 0
  let touched = 0
  for (const dialogue of dialogues) {
    const says = new Map(dialogue.turns.map(turn => [`${dialogue.name} ${turn.id}`, new Set(turn.says ?? [turn.text])]))
    for (const { text } of dialogue.questions) {
      const quotes = await recall.recall(
        { scope: scopeOfDialogue(dialogue) },
        { text, asked_at: dialogue.turns.at(-1)?.sent_at ?? 0, asker: undefined, zone: UTC },
        { quotes: 20, tokens: 1000 },
        { purpose: 'recall' },
      )
      const told = quotes.map(quote => says.get(quote.message_id) ?? new Set<string>())
      const again = told.filter((each, at) =>
        told.slice(0, at).some(before => [...each].every(said => before.has(said))),
      ).length
      rows += quotes.length
      restated += again
      answers += quotes.length > 0 ? 1 : 0
      touched += again > 0 ? 1 : 0
    }
  }
  const percent = (part: number, whole: number): number => Math.round((1000 * part) / Math.max(1, whole)) / 10
  return { rows, restated: percent(restated, rows), answers: percent(touched, answers) }
}
