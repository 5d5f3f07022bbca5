/**
 * Steps of a turn: chooses the part of the session that the model is shown, recalls relevant texts, and packs the
 * request.
 */
import { noSharedMemory } from '../../memory/shared-memory.ts'
import type { RecalledMemory } from '../../memory/memory.ts'
import type { Preferences } from '../../people/preferences.ts'
import type { Clock } from '../../platform/clock.ts'
import type { WindowMessage } from '../../sessions/session.ts'
import type { ContextCandidates, ContextPacker, PackedContext, PackedTurn } from '../packing/context-packer.ts'
import { TurnPacking, type TurnToPack } from '../packing/pack-turn.ts'
import { NOTHING_FOUND, type FoundCandidates, type RecallCandidates } from '../packing/found-texts.ts'
import type { ContextBudget } from '../packing/packing-record.ts'
import type { Passing } from '../packing/render-context.ts'
import { withMarks } from '../packing/shown-message.ts'
import type { AnsweredRole, TurnBudgets } from '../packing/turn-budget.ts'
import type { ProfileOf } from '../profile.ts'
import { findQuotations, questionWithQuotes, quotedIdsOf, type QuotationsDeps } from '../quotations.ts'
import type { Tone } from '../tone.ts'
import type { TurnContext } from '../turn-context.ts'
import { idsOf } from '../turn-message.ts'
import type { CompleteDeps } from './complete.ts'
import { gatherRecall, gatherShared, type GatherRecallDeps, type RunningSession } from './gather-recall.ts'
import type { TurnSession } from './open-session.ts'

export interface PackRequestDeps extends QuotationsDeps {
  readonly packer: ContextPacker
  readonly budgets: TurnBudgets
  /**
   * Budgets of a request, without that of the history, which depends on the person, and that of the whole request,
   * which depends on the model.
   */
  readonly budget: Omit<ContextBudget, 'history' | 'total'>
  readonly system_prompt: string
  readonly profileOf: ProfileOf
  readonly tone: Tone
  readonly recall: GatherRecallDeps
  readonly preferences: Pick<Preferences, 'of'>
  readonly clock: Clock
}

/** A group's context belongs to all its members, so it has the budget of a client, whoever writes. */
const roleOf = ({ person, chat_kind }: TurnContext): AnsweredRole =>
  person.role === 'godfather' && chat_kind === 'direct' ? 'godfather' : 'client'

export const packRequest = async (
  deps: PackRequestDeps,
  { model, max_tokens }: Pick<CompleteDeps, 'model' | 'max_tokens'>,
  turn: TurnContext,
  { session_id, window, began_at }: TurnSession,
): Promise<PackedTurn> => {
  const { system_prompt, keep, clock, budgets, recall } = deps
  const { chat_kind, person, zone, window_tokens } = turn
  const total = model.roomFor?.(max_tokens) ?? Number.POSITIVE_INFINITY
  const { learn } = await deps.preferences.of(person.person_id)
  const disappears = turn.batch.some(({ expires_at }) => expires_at !== undefined)
  const passing = passingOf({ recalls: recall.recall_tokens > 0, learns: learn, disappears })
  const quotations = await findQuotations(deps, window, turn)
  const toPack: TurnToPack = {
    window: withMarks(window, chat_kind, quotations),
    system: { system_prompt, now: clock.now(), zone, chat_kind, person, remembers: keep, passing },
    budget: { ...deps.budget, total, history: window_tokens },
    answered: new Set(idsOf(turn.batch)),
    question: questionWithQuotes(turn.question, turn.batch, quotations),
    shares: (await recall.sharedOf(turn.scope)) !== noSharedMemory,
    findable: recall.recall_tokens > 0 && learn,
  }
  await budgets.prepare(turn.own_words)
  const budget = budgets.of({ role: roleOf(turn), session_id, text: turn.own_words, cap: window_tokens })
  const packed =
    budget === undefined
      ? await packFixed(deps, turn, toPack)
      : await packWithinBudget(deps, turn, toPack, new TurnPacking(deps.packer, toPack, budget), began_at)
  const { memories, quoted, quotes } = packed.recall
  recall.scopes.audit(turn.scope, { memories: [...memories, ...quoted], quotes })
  return { ...packed, quoted_ids: quotedIdsOf(turn.batch, quotations) }
}

const passingOf = (chat: {
  readonly recalls: boolean
  readonly learns: boolean
  readonly disappears: boolean
}): Passing | undefined => {
  if (!chat.recalls) return 'no_memory'
  if (!chat.learns) return 'not_learning'
  return chat.disappears ? 'disappearing' : undefined
}

/** The history comes first, because messages that the model already sees need not be recalled. */
const packFixed = async (deps: PackRequestDeps, turn: TurnContext, toPack: TurnToPack): Promise<PackedContext> => {
  const { window, system, budget, question } = toPack
  const history = deps.packer.packHistory(window, system, budget)
  const asked = { ...turn, question }
  const found = await gather(deps, asked, history.messages)
  return deps.packer.packContext(history, await candidatesOf(deps, turn, toPack, found), budget)
}

const packWithinBudget = async (
  deps: PackRequestDeps,
  turn: TurnContext,
  toPack: TurnToPack,
  packing: TurnPacking,
  began_at: number,
): Promise<PackedContext> => {
  await packing.prepare()
  const found =
    packing.need === 'exchange'
      ? { recall: NOTHING_FOUND, shared: [] }
      : await gather(deps, { ...turn, question: toPack.question }, packing.excluded, {
          apart: packing.apart,
          ...(packing.need === 'session' ? { began_at } : {}),
        })
  const packed = packing.pack(await candidatesOf(deps, turn, toPack, found))
  return { ...packed, ahead: () => packing.prepareNext() }
}

/** What may go into the request beside the history. */
interface Gathered {
  readonly recall: FoundCandidates
  readonly shared: readonly RecalledMemory[]
}

const gather = async (
  { recall: deps }: PackRequestDeps,
  turn: TurnContext,
  shown: readonly WindowMessage[],
  running?: RunningSession,
): Promise<Gathered> => {
  const [recall, shared] = await Promise.all([gatherRecall(deps, turn, shown, running), gatherShared(deps, turn)])
  return { recall, shared }
}

const candidatesOf = async (
  { packer, profileOf, tone }: PackRequestDeps,
  turn: TurnContext,
  { system }: TurnToPack,
  { recall, shared }: Gathered,
): Promise<ContextCandidates> => {
  await packer.prepareFound(recall)
  return {
    system,
    shared,
    recall,
    profile: await profileOf(turn.scope),
    tone: (shown: RecallCandidates) => tone(turn.own_words, shown),
    question: turn.last.message_id,
  }
}
