import type { Quote } from '../../../src/retrieval/quote.ts'
import type { MessageRecall } from '../../support/message-recall.ts'
import { percentiles, type Percentiles } from '../figures.ts'
import { scopeOfDialogue } from './bench-recall.ts'
import type { Dialogue, DialogueQuestion } from '../../support/dialogues/dialogue.ts'

const AT = [5, 10, 20] as const
const BUDGETS = [500, 1000, 2000, 4000] as const
const ENOUGH_QUOTES = 400

/** Shares of the evidence that came back, in percent: of the first 5, 10, 20 quotes, inside so many tokens, and of sessions. */
export type RecallFigures = Readonly<Record<string, number>>

export interface RecallReport {
  /** Category, or a group of them → figures. */
  readonly recall: Readonly<Record<string, RecallFigures>>
  readonly latency_ms: Percentiles
}

interface Outcome {
  readonly question: DialogueQuestion
  readonly shares: RecallFigures
}

const share = (wanted: readonly string[], got: readonly string[]): number =>
  (100 * wanted.filter(each => got.includes(each)).length) / wanted.length

/** Asks every question of the dialogues, at the time of their last session. */
export const measureRecall = async (
  recall: MessageRecall,
  dialogues: readonly Dialogue[],
  budgets: readonly number[] = BUDGETS,
): Promise<RecallReport> => {
  const outcomes: Outcome[] = []
  const times: number[] = []
  for (const dialogue of dialogues) {
    const sessions = new Map(dialogue.turns.map(turn => [turn.id, String(turn.session)]))
    const asked_at = dialogue.turns.at(-1)?.sent_at ?? 0
    const sessionsOf = (ids: readonly string[]): readonly string[] => [
      ...new Set(ids.map(id => sessions.get(id) ?? '')),
    ]
    for (const question of dialogue.questions) {
      const ask = async (quotes: number, tokens: number): Promise<readonly string[]> =>
        idsOf(
          await recall.recall(
            { scope: scopeOfDialogue(dialogue) },
            { text: question.text, asked_at, asker: undefined },
            { quotes, tokens },
            { purpose: 'recall' },
          ),
        )
      const begun = performance.now()
      const best = await ask(Math.max(...AT), Number.MAX_SAFE_INTEGER)
      times.push(performance.now() - begun)
      const shares: Record<string, number> = {}
      for (const at of AT) shares[`@${String(at)}`] = share(question.evidence, best.slice(0, at))
      for (const budget of budgets) {
        shares[`${String(budget)} tokens`] = share(question.evidence, await ask(ENOUGH_QUOTES, budget))
      }
      shares['sessions @10'] = share(sessionsOf(question.evidence), sessionsOf(best.slice(0, 10)))
      outcomes.push({ question, shares })
    }
  }
  return { recall: grouped(outcomes), latency_ms: percentiles(times) }
}

const idsOf = (quotes: readonly Quote[]): readonly string[] =>
  quotes.map(quote => quote.message_id.slice(quote.message_id.indexOf(' ') + 1))

const grouped = (outcomes: readonly Outcome[]): RecallReport['recall'] => {
  const categories = [...new Set(outcomes.map(each => each.question.category))].sort()
  const rows = categories.map(category => [category, outcomes.filter(each => each.question.category === category)]) as [
    string,
    readonly Outcome[],
  ][]
  rows.push(['all but adversarial', outcomes.filter(each => !each.question.adversarial)])
  rows.push(['adversarial', outcomes.filter(each => each.question.adversarial)])
  rows.push(['all', outcomes])
  return Object.fromEntries(rows.filter(([, members]) => members.length > 0).map(([name, all]) => [name, means(all)]))
}

const means = (outcomes: readonly Outcome[]): RecallFigures => {
  const names = Object.keys(outcomes[0]?.shares ?? {})
  const rounded = (value: number): number => Math.round(value * 10) / 10
  return {
    questions: outcomes.length,
    ...Object.fromEntries(
      names.map(name => [
        name,
        rounded(outcomes.reduce((sum, each) => sum + (each.shares[name] ?? 0), 0) / outcomes.length),
      ]),
    ),
  }
}
