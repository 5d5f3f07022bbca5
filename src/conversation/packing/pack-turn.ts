/** Packs the context of a turn within the budget of the turn: what is needed of the session, then what is known. */
import { budgetAlerts } from '../../budget/alerts/budget-alerts.ts'
import { allotScopes } from '../../budget/packing/allot-scopes.ts'
import type { BudgetScope } from '../../budget/profiles/budget-profiles.ts'
import type { ProfileBudget } from '../../budget/profiles/calculate-budget.ts'
import type { MessageId } from '../../messages/message.ts'
import type { ContextCandidates, ContextPacker, PackedContext } from './context-packer.ts'
import { contextNeed, neededPlaces, type ContextNeed, type NeededPlaces } from './context-need.ts'
import type { MeasuredWindow, PackedHistory } from './pack-history.ts'
import type { PackedSpecific, SpecificPacking } from './pack-specific.ts'
import type { ContextBudget, PackedCandidate, ScopeRecord, TurnRecord } from './packing-record.ts'
import type { SystemText } from './render-context.ts'
import type { ShownMessage } from './shown-message.ts'
import type { TurnBudget } from './turn-budget.ts'

/** Everything about a turn that does not depend on what is recalled. */
export interface TurnToPack {
  /** The session's window, oldest first, with its marks. */
  readonly window: readonly ShownMessage[]
  readonly system: SystemText
  readonly budget: ContextBudget
  /** The messages that are answered. */
  readonly answered: ReadonlySet<MessageId>
  /** The texts of them. */
  readonly question: string
  /** Whether a search finds again what the person says here: memory is on, and so is their learning. */
  readonly findable: boolean
}

/** What surrounds a message in the request, at most: its role, when it was sent, and the name of its sender. */
const MESSAGE_ALLOWANCE_TOKENS = 64

/** Scopes that have anything; `global` has nothing yet. */
type UsedScope = Exclude<BudgetScope, 'global'>

/** Parts of a request within the budget, and the tokens that each scope might take. */
interface FittedParts extends PackedSpecific {
  readonly history: PackedHistory
  readonly room: Readonly<Record<UsedScope, number>>
}

export class TurnPacking {
  readonly #packer: ContextPacker
  readonly #turn: TurnToPack
  readonly #budget: TurnBudget
  readonly #places: NeededPlaces
  /** Tokens of the last message before those that are answered: it stays whole as far as the whole budget reaches. */
  readonly #last_tokens: number
  /** Tokens of the session that the budget leaves whatever is known. */
  readonly #sure_tokens: number
  /** Windows as they were measured, by their first place. */
  readonly #measured = new Map<number, MeasuredWindow>()
  /** What the turn needs. */
  readonly need: ContextNeed
  /** The part of the session that is shown in any case: it need not be recalled. */
  readonly history: PackedHistory

  constructor(packer: ContextPacker, turn: TurnToPack, budget: TurnBudget) {
    this.#packer = packer
    this.#turn = turn
    this.#budget = budget
    const need = contextNeed(turn.question, budget.detected)
    // Where nothing can be found again, the session is all there is.
    this.need = need === 'conversation' && !turn.findable ? 'session' : need
    this.#places = neededPlaces(this.need, turn.window, turn.answered)
    const last = turn.window.findLast(({ message_id }) => !turn.answered.has(message_id))
    this.#last_tokens = (last?.tokens ?? 0) + MESSAGE_ALLOWANCE_TOKENS
    this.#sure_tokens = Math.max(sureShare(budget.budget), Math.min(budget.budget.calculated_budget, this.#last_tokens))
    this.history = this.#packHistory(this.#sure_tokens, this.#newestPlaces())
  }

  /** Packs everything. `candidates` were found without the messages that `history` shows whole. */
  pack(candidates: ContextCandidates): PackedContext {
    const { budget: detected } = this.#budget
    const { window, budget: parts } = this.#turn
    // For a statement, what was said today is no more wanted than what was said long ago.
    const specific = this.#packer.specific(candidates, parts, { window, session: this.need === 'session' })
    const wanted = this.#wantedHistory()
    const all = specific.within(wanted, Infinity)
    const demand = { 'agent-specific': all.tokens, recent: contextTokens(wanted) }
    const needed = demand['agent-specific'] + demand.recent
    const budget = this.#enoughFor(needed)
    const most = budget.calculated_budget
    const fitted: FittedParts = needed <= most ? { history: wanted, ...all, room: demand } : this.#fit(specific, budget)
    return this.#packer.packParts(fitted, candidates, parts, {
      ...recordOf(this.#budget),
      profile: budget.profile,
      complexity: budget.complexity,
      need: this.need,
      budget: most,
      raised: budget !== detected,
      demand: needed,
      ...this.#scopesOf(fitted, demand, most),
    })
  }

  /** The budget of the detected complexity, or the least higher one that is enough, or the highest. */
  #enoughFor(needed: number): ProfileBudget {
    const { budget, higher } = this.#budget
    const all = [budget, ...higher]
    return all.find(each => needed <= each.calculated_budget) ?? all.at(-1) ?? budget
  }

  /** What the turn needs of the session, whatever the budget. */
  #wantedHistory(): PackedHistory {
    const is_all =
      this.need === 'session' ? this.history.whole.length === this.#turn.window.length : this.history.complete
    return is_all ? this.history : this.#packHistory(Infinity)
  }

  /**
   * There is less than is needed. What is known may take its share, as far as it needs it; the history has the
   * rest. What it leaves out may be quoted, so what is known is chosen as if the history were a little shorter than it
   * becomes: then neither gets less of a larger budget.
   */
  #fit(specific: SpecificPacking, budget: ProfileBudget): FittedParts {
    const most = budget.calculated_budget
    const share = Math.min(most - sureShare(budget), Math.max(0, most - this.#last_tokens))
    const quotable = specific.within(this.history, Infinity)
    const reserved = Math.min(share, quotable.tokens)
    const shorter = this.#packHistory(most - reserved)
    const wanted = specific.within(shorter, Infinity)
    const room = Math.min(share, wanted.tokens)
    const known = room === wanted.tokens ? wanted : specific.within(shorter, room)
    const history = room === reserved ? shorter : this.#packHistory(most - room)
    return {
      history,
      ...specific.withoutShown(known, history),
      room: { 'agent-specific': room, recent: most - room },
    }
  }

  #scopesOf(
    { history, recall, profile, tokens, room }: FittedParts,
    demand: Readonly<Record<UsedScope, number>>,
    budget: number,
  ): Pick<TurnRecord, 'scopes' | 'alerts'> {
    const known = takenOf([...recall.candidates, ...profile.candidates])
    const record = (scope: UsedScope, taken: number, count: number): ScopeRecord => ({
      allotted: room[scope],
      demand: demand[scope],
      taken,
      count,
    })
    const { taken } = history
    const packed = [...known.map(each => each.tokens), ...taken]
    return {
      scopes: {
        'agent-specific': record('agent-specific', tokens, known.length),
        recent: record('recent', contextTokens(history), taken.length),
        global: { allotted: 0, demand: 0, taken: 0, count: 0 },
      },
      alerts: budgetAlerts(
        { packed, demand: demand['agent-specific'] + demand.recent, budget },
        this.#budget.thresholds,
      ),
    }
  }

  /** Where the whole session is needed, what of it is shown in any case is its newest part, without older replies in brief. */
  #newestPlaces(): NeededPlaces {
    if (this.need !== 'session') return this.#places
    const { window, answered } = this.#turn
    let from = window.length
    for (let tokens = 0; from > 0; from--) {
      const message = window[from - 1]
      if (message === undefined) break
      tokens += answered.has(message.message_id) ? 0 : message.tokens
      if (tokens > this.#sure_tokens) break
    }
    const first = Math.min(from, this.#places.exchange)
    return { from: first, exchange: first }
  }

  /** @param tokens for the messages before those that are answered */
  #packHistory(tokens: number, { from, exchange } = this.#places): PackedHistory {
    const { window, system, budget, answered } = this.#turn
    const brief = this.need === 'conversation' ? 'always' : 'as_needed'
    const measured = this.#measured.get(from) ?? this.#packer.measureWindow(window, system, budget, from)
    this.#measured.set(from, measured)
    return this.#packer.packMeasured(measured, { exchange, tokens, answered, brief })
  }
}

/** Tokens of the session that the budget leaves whatever is known. */
const sureShare = ({ calculated_budget, scope_weights }: ProfileBudget): number =>
  allotScopes(calculated_budget, scope_weights, { 'agent-specific': Infinity, recent: Infinity, global: 0 }).recent

/** Tokens of the history but for the messages that are answered. */
const contextTokens = ({ tokens, answered_tokens }: PackedHistory): number => tokens - answered_tokens

const takenOf = (candidates: readonly PackedCandidate[]): readonly PackedCandidate[] =>
  candidates.filter(({ outcome }) => outcome !== 'left')

const recordOf = ({ role, detected, previous }: TurnBudget): Pick<TurnRecord, 'role' | 'detected' | 'previous'> => ({
  role,
  detected,
  previous,
})
