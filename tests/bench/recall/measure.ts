import { UTC } from '../../../src/platform/time-zone.ts'
import type { MessageId } from '../../../src/messages/message.ts'
import type { Quote } from '../../../src/retrieval/quote.ts'
import type { MessageRecall } from '../../support/message-recall.ts'
import { percentiles, type Percentiles } from '../figures.ts'
import { idOfTurn, openBenchRecall, scopeOfDialogue, type RecallVariant } from './bench-recall.ts'
import type { Dialogue, DialogueQuestion, DialogueTurn } from '../../support/dialogues/dialogue.ts'

const AT = [5, 10, 20] as const
const BUDGETS = [500, 1000, 2000, 4000] as const
const ENOUGH_QUOTES = 400

/**
 * Shares of the evidence that came back, in percent: of the first 5, 10, 20 quotes, and inside so many tokens; `sessions …`:
 * of the sessions in which it stands.
 */
export type RecallFigures = Readonly<Record<string, number>>

export interface RecallReport {
  /** Category, or a group of them → figures. */
  readonly recall: Readonly<Record<string, RecallFigures>>
  readonly latency_ms: Percentiles
}

interface Outcome {
  readonly question: DialogueQuestion
  readonly shares: RecallFigures
  readonly took_ms: number
}

/** Asks every question of the dialogues, at the time of their last session. */
export const measureRecall = async (
  recall: MessageRecall,
  dialogues: readonly Dialogue[],
  budgets: readonly number[] = BUDGETS,
): Promise<RecallReport> => {
  const outcomes: Outcome[] = []
  for (const dialogue of dialogues) {
    const moment = { asked_at: dialogue.turns.at(-1)?.sent_at ?? 0, exclude: new Set<string>() }
    for (const question of dialogue.questions) {
      outcomes.push(await outcomeOf(recall, dialogue, question, moment, budgets))
    }
  }
  return reportOf(outcomes)
}

/** Whether a question is asked inside the talk rather than after it. */
export const isAskedInside = ({ questions }: Dialogue): boolean => questions.some(each => each.asked_at !== undefined)

/**
 * Goes through each talk as it was held, and asks each question where it stands: only what was said before is in the index,
 * and what was said in the same session, which the model has before it, is not quoted.
 */
export const measureInside = async (
  dialogues: readonly Dialogue[],
  variant: RecallVariant = {},
  budgets: readonly number[] = BUDGETS,
): Promise<RecallReport> => {
  const outcomes: Outcome[] = []
  for (const dialogue of dialogues) {
    await using bench = await openBenchRecall([{ name: dialogue.name, turns: [] }])
    const recall = bench.recall(variant)
    const asked = Map.groupBy(dialogue.questions, question => question.asked_at)
    const said: DialogueTurn[] = []
    const ask = async (questions: readonly DialogueQuestion[], { session, sent_at }: Moment): Promise<void> => {
      const before = said.filter(turn => turn.session === session).map(turn => idOfTurn(dialogue.name, turn))
      const moment = { asked_at: sent_at, exclude: new Set(before) }
      for (const question of questions) outcomes.push(await outcomeOf(recall, dialogue, question, moment, budgets))
    }
    for (const turn of dialogue.turns) {
      await ask(asked.get(turn.id) ?? [], turn)
      await bench.hear(dialogue.name, turn)
      said.push(turn)
    }
    await ask(asked.get(undefined) ?? [], { session: Number.NaN, sent_at: said.at(-1)?.sent_at ?? 0 })
  }
  return reportOf(outcomes)
}

type Moment = Pick<DialogueTurn, 'session' | 'sent_at'>

const outcomeOf = async (
  recall: MessageRecall,
  dialogue: Dialogue,
  question: DialogueQuestion,
  { asked_at, exclude }: { readonly asked_at: number; readonly exclude: ReadonlySet<MessageId> },
  budgets: readonly number[],
): Promise<Outcome> => {
  const ask = async (quotes: number, tokens: number): Promise<readonly string[]> =>
    idsOf(
      await recall.recall(
        { scope: scopeOfDialogue(dialogue) },
        { text: question.text, asked_at, asker: dialogue.asker, zone: UTC },
        { quotes, tokens, exclude },
        { purpose: 'recall' },
      ),
    )
  const begun = performance.now()
  const best = await ask(Math.max(...AT), Number.MAX_SAFE_INTEGER)
  const took_ms = performance.now() - begun
  const sessions = new Map(dialogue.turns.map(turn => [turn.id, String(turn.session)]))
  const sessionsOf = (ids: readonly string[]): readonly string[] => [...new Set(ids.map(id => sessions.get(id) ?? ''))]
  const shares: Record<string, number> = {}
  const count = (name: string, found: readonly string[]): void => {
    shares[name] = share(question.evidence, found)
    shares[`sessions ${name}`] = share(sessionsOf(question.evidence), sessionsOf(found))
  }
  for (const at of AT) count(`@${String(at)}`, best.slice(0, at))
  for (const budget of budgets) count(`${String(budget)} tokens`, await ask(ENOUGH_QUOTES, budget))
  return { question, shares, took_ms }
}

const reportOf = (outcomes: readonly Outcome[]): RecallReport => ({
  recall: grouped(outcomes),
  latency_ms: percentiles(outcomes.map(each => each.took_ms)),
})

const share = (wanted: readonly string[], got: readonly string[]): number =>
  (100 * wanted.filter(each => got.includes(each)).length) / wanted.length

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
