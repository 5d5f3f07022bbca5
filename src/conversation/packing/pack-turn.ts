/** Packs the context of a turn within the budget of the turn: what is needed of the session, then what is known. */
import { allotScopes, type ScopeTokens } from '../../budget/packing/allot-scopes.ts'
import { BUDGET_SCOPES } from '../../budget/profiles/budget-profiles.ts'
import type { ProfileBudget } from '../../budget/profiles/calculate-budget.ts'
import type { MessageId } from '../../messages/message.ts'
import type { WindowMessage } from '../../sessions/session.ts'
import type { ContextCandidates, ContextPacker, PackedContext, PackedSpecific } from './context-packer.ts'
import { contextNeed, neededPlaces, type ContextNeed, type NeededPlaces } from './context-need.ts'
import type { PackedHistory } from './pack-history.ts'
import type { ContextBudget } from './packing-record.ts'
import type { SystemText } from './render-context.ts'
import type { ShownQuote } from './shown-message.ts'
import type { TurnBudget } from './turn-budget.ts'

/** Everything about a turn that does not depend on what is recalled. */
export interface TurnToPack {
  /** The session's window, oldest first. */
  readonly window: readonly WindowMessage[]
  readonly system: SystemText
  readonly budget: ContextBudget
  readonly quotations: ReadonlyMap<MessageId, ShownQuote>
  /** The messages that are answered. */
  readonly answered: ReadonlySet<MessageId>
  /** The texts of them. */
  readonly question: string
}

/** What surrounds a message in the request, at most: its role, when it was sent, and the name of its sender. */
const MESSAGE_ALLOWANCE_TOKENS = 64

export class TurnPacking {
  readonly #packer: ContextPacker
  readonly #turn: TurnToPack
  readonly #budget: TurnBudget
  readonly #places: NeededPlaces
  /** What the turn needs. */
  readonly need: ContextNeed
  /** The part of the session that is shown in any case: it need not be recalled. */
  readonly history: PackedHistory

  constructor(packer: ContextPacker, turn: TurnToPack, budget: TurnBudget) {
    this.#packer = packer
    this.#turn = turn
    this.#budget = budget
    this.need = contextNeed(turn.question, budget.detected)
    this.#places = neededPlaces(this.need, turn.window, turn.answered)
    const last = turn.window.findLast(({ message_id }) => !turn.answered.has(message_id))
    const { calculated_budget } = budget.budget
    const whole = Math.min(calculated_budget, (last?.tokens ?? 0) + MESSAGE_ALLOWANCE_TOKENS)
    this.history = this.#packHistory(Math.max(sureShare(budget.budget), whole))
  }

  /** Packs everything. `candidates` were found without the messages of `history`. */
  pack(candidates: ContextCandidates): PackedContext {
    const { calculated_budget, scope_weights } = this.#budget.budget
    const wanted = this.#isEnough() ? this.history : this.#packHistory(Infinity)
    const specific = this.#packSpecific(wanted, candidates, Infinity)
    const demand: ScopeTokens = { 'agent-specific': specific.tokens, recent: contextTokens(wanted), global: 0 }
    const total = sumOf(demand)
    const raised = total > calculated_budget && this.#budget.next !== undefined
    const budget = raised ? (this.#budget.next ?? this.#budget.budget) : this.#budget.budget
    const fits = total <= budget.calculated_budget
    const allotted = fits ? demand : allotScopes(budget.calculated_budget, scope_weights, demand)
    const history = fits || wanted === this.history ? wanted : this.#packHistory(allotted.recent)
    const packed = fits ? specific : this.#packSpecific(history, candidates, allotted['agent-specific'])
    return this.#packer.packParts({ history, ...packed }, candidates, this.#turn.budget, {
      role: this.#budget.role,
      profile: budget.profile,
      complexity: budget.complexity,
      detected: this.#budget.detected,
      need: this.need,
      budget: budget.calculated_budget,
      raised,
      allotted,
      taken: { 'agent-specific': packed.tokens, recent: contextTokens(history), global: 0 },
      demand: total,
    })
  }

  /** Whether the part of the session that is shown in any case is all that is needed of it. */
  #isEnough(): boolean {
    if (this.need === 'exchange') return true
    // Where nothing can be recalled, the session is all there is.
    return this.need === 'conversation' && this.#turn.budget.recall > 0
  }

  #packHistory(tokens: number): PackedHistory {
    const { window, system, budget, quotations, answered } = this.#turn
    const brief = this.need === 'conversation' ? 'always' : 'as_needed'
    return this.#packer.packHistory(window, system, budget, quotations, { ...this.#places, tokens, answered, brief })
  }

  #packSpecific(history: PackedHistory, candidates: ContextCandidates, room: number): PackedSpecific {
    const session = new Set(this.#turn.window.map(({ message_id }) => message_id))
    return this.#packer.packWithin(history, candidates, this.#turn.budget, { room, session })
  }
}

/** Tokens of the session that the budget leaves whatever is known. */
const sureShare = ({ calculated_budget, scope_weights }: ProfileBudget): number =>
  allotScopes(calculated_budget, scope_weights, { 'agent-specific': Infinity, recent: Infinity, global: 0 }).recent

/** Tokens of the history but for the messages that are answered. */
const contextTokens = ({ tokens, answered_tokens }: PackedHistory): number => tokens - answered_tokens

const sumOf = (tokens: ScopeTokens): number => BUDGET_SCOPES.reduce((sum, scope) => sum + tokens[scope], 0)
