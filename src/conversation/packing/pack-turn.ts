/** Packs the context of a turn within its budget: the needed part of the session, then long-term memory. */
import { budgetAlerts } from '../../budget/alerts/budget-alerts.ts'
import { allotScopes, type ScopeTokens } from '../../budget/packing/allot-scopes.ts'
import type { BudgetScope } from '../../budget/profiles/budget-profiles.ts'
import type { ProfileBudget } from '../../budget/profiles/calculate-budget.ts'
import type { MessageId } from '../../messages/message.ts'
import { once } from '../../platform/once.ts'
import type { ContextCandidates, ContextPacker, PackedContext } from './context-packer.ts'
import { contextNeed, neededPlaces, type ContextNeed, type NeededPlaces } from './context-need.ts'
import type { MeasuredWindow, PackedHistory } from './pack-history.ts'
import type { PackedSpecific, SpecificPacking } from './pack-specific.ts'
import { type PackedShared } from './pack-shared.ts'
import type { ContextBudget, PackedCandidate, ScopeRecord, TurnRecord } from './packing-record.ts'
import type { SystemText } from './render-context.ts'
import type { ShownMessage } from './shown-message.ts'
import type { TurnBudget } from './turn-budget.ts'

/** Everything about a turn that does not depend on recall. */
export interface TurnToPack {
  /** The session's window, oldest first, with its marks. */
  readonly window: readonly ShownMessage[]
  readonly system: SystemText
  readonly budget: ContextBudget
  /** The messages to answer. */
  readonly answered: ReadonlySet<MessageId>
  /** Their texts. */
  readonly question: string
  /** Whether a search can find the person's messages here again: memory is on, and the person has not opted out. */
  readonly findable: boolean
  /** Whether there is anything that everyone may recall: then a part of the budget may be needed for it. */
  readonly shares?: boolean
}

/** Most tokens around a message in the request: its role, its time, and the name of its sender. */
const MESSAGE_ALLOWANCE_TOKENS = 64

/** Tokens in the request for each token of a recalled text or of a line of the profile, with the text around it. */
const AROUND_FACTOR = 1.8

/** The candidates from memory. */
interface SharedAndSpecific {
  readonly candidates: ContextCandidates
  readonly specific: SpecificPacking
  readonly shared: PackedShared
  /** Positions in the window of found messages, the best first. */
  readonly found: readonly number[]
  /** All of the session that the turn needs, unshortened. */
  readonly whole: PackedHistory
}

/** Parts of a request within the budget, and the tokens that each scope may use. */
interface FittedParts extends PackedSpecific {
  readonly history: PackedHistory
  readonly shared: PackedShared
  readonly room: ScopeTokens
  readonly budget: ProfileBudget
  /** Tokens that long-term memory would take if there were room; computed on demand. */
  readonly wanted: () => number
}

export class TurnPacking {
  readonly #packer: ContextPacker
  readonly #turn: TurnToPack
  readonly #budget: TurnBudget
  /** The budgets that the turn may have, smallest first. */
  readonly #budgets: readonly ProfileBudget[]
  readonly #places: NeededPlaces
  /** Tokens of the last message before the answered ones: it stays whole as far as the whole budget allows. */
  readonly #last_tokens: number
  /** Tokens that the budget guarantees to the session, however much long-term memory there is. */
  readonly #sure_tokens: number
  /** Measured windows, by the position of their first message. */
  readonly #measured = new Map<number, MeasuredWindow>()
  /** Histories without found messages, by their tokens. */
  readonly #packed = new Map<number, PackedHistory>()
  /** How much of the session the turn needs. */
  readonly need: ContextNeed
  #history: PackedHistory | undefined

  constructor(packer: ContextPacker, turn: TurnToPack, budget: TurnBudget) {
    this.#packer = packer
    this.#turn = turn
    this.#budget = budget
    const need = contextNeed(turn.question, budget.detected)
    // If nothing can be found again, the session is the only source.
    this.need = need === 'conversation' && !turn.findable ? 'session' : need
    const higher = budget.higher.filter(each => this.need === 'session' || each.calculated_budget <= each.base)
    this.#budgets = [budget.budget, ...higher]
    this.#places = neededPlaces(this.need, turn.window, turn.answered)
    const last = turn.window.findLast(({ message_id }) => !turn.answered.has(message_id))
    this.#last_tokens = (last?.tokens ?? 0) + MESSAGE_ALLOWANCE_TOKENS
    const shared = turn.shares === true ? Infinity : 0
    this.#sure_tokens = Math.max(
      sureShare(budget.budget, shared),
      Math.min(budget.budget.calculated_budget, this.#last_tokens),
    )
  }

  /** The part of the session that is shown in any case: it need not be recalled. */
  get history(): PackedHistory {
    return (this.#history ??= this.#surelyFits()
      ? this.#packHistory(Infinity, [])
      : this.need === 'conversation'
        ? this.#packHistory(this.#most - this.#reserved(this.#largest), [])
        : this.#packHistory(this.#sure_tokens))
  }

  /**
   * Messages of the session that are not found among others. Those that the request leaves out are found like all others;
   * only of a question, everything of the session is found apart.
   */
  get excluded(): readonly ShownMessage[] {
    const { window } = this.#turn
    return this.#isApart ? window : window.slice(this.history.first)
  }

  /**
   * Messages of the session that are found apart from all others, so that they displace nothing of the past: those that
   * the request may shorten or leave out.
   */
  get apart(): readonly ShownMessage[] {
    if (!this.#isApart) return []
    const whole = new Set(this.history.whole)
    return this.#turn.window.filter(each => !whole.has(each))
  }

  /** Whether the search decides which messages of the session are shown. */
  get #isApart(): boolean {
    return this.need === 'session' && !this.#surelyFits()
  }

  /**
   * Call this first: it shortens older replies in steps, if the turn needs them shortened. Otherwise packing does so at
   * once.
   */
  async prepare(): Promise<void> {
    if (this.#surelyFits()) return
    const { from, exchange } = this.#places
    await this.#packer.prepareReplies(this.#measure(from), this.#most, exchange)
  }

  /** Shortens the replies that the next turn may need shortened, so that it finds them so. */
  async prepareNext(): Promise<void> {
    const { calculated_budget: most } = this.#budget.higher.at(-1) ?? this.#budget.budget
    const measured = this.#measure(0)
    if (measured.total + this.#recallTokens() <= most) return
    await this.#packer.prepareReplies(measured, most, this.#turn.window.length)
  }

  /** Packs everything. The search for `candidates` left out the messages that `history` shows whole. */
  pack(candidates: ContextCandidates): PackedContext {
    const { window, budget: parts } = this.#turn
    const shared = this.#packer.sharedWithin(candidates, parts)
    const specific = this.#packer.specific(candidates, parts, { window, shared: shared.tokens })
    const whole = this.#packHistory(Infinity, [])
    const found = { candidates, specific, shared, whole, found: specific.placesFound }
    const fitted = this.#whole(found) ?? this.#fitAll(found, this.#largest)
    const { budget, wanted } = fitted
    const most = budget.calculated_budget
    const recent = this.need === 'conversation' ? this.#exchangeTokens() : contextTokens(whole)
    const demand = once((): ScopeTokens => ({ 'agent-specific': wanted(), recent, global: shared.tokens }))
    const usage = once(() => this.#usageOf(fitted, demand(), most))
    return this.#packer.packParts(fitted, candidates, parts, {
      ...recordOf(this.#budget),
      profile: budget.profile,
      complexity: budget.complexity,
      need: this.need,
      budget: most,
      raised: budget !== this.#budget.budget,
      // Computed on demand: the model is asked before anyone needs them.
      get demand() {
        return sumOf(demand())
      },
      get scopes() {
        return usage().scopes
      },
      get alerts() {
        return usage().alerts
      },
    })
  }

  /**
   * Tokens that a statement needs of the session: those of the running exchange. Older messages fill what the budget
   * has left.
   */
  #exchangeTokens(): number {
    const { window, costs } = this.#measure(this.#places.from)
    const { answered } = this.#turn
    const first = window.length - costs.length
    return costs.reduce((sum, tokens, at) => {
      const message = window[first + at]
      const needed = first + at >= this.#places.exchange && message !== undefined && !answered.has(message.message_id)
      return needed ? sum + tokens : sum
    }, 0)
  }

  /** How many messages the running exchange has before the answered ones. */
  #exchangeLength(): number {
    const { window, answered } = this.#turn
    return window.length - this.#places.exchange - answered.size
  }

  get #largest(): ProfileBudget {
    return this.#budgets.at(-1) ?? this.#budget.budget
  }

  get #most(): number {
    return this.#largest.calculated_budget
  }

  /** Everything, within the smallest budget that is enough; `undefined` if none is. */
  #whole({ specific, shared, whole: history }: SharedAndSpecific): FittedParts | undefined {
    const recent = contextTokens(history)
    if (recent + shared.tokens > this.#most) return undefined
    const all = specific.within(history, Infinity)
    const room = { 'agent-specific': all.tokens, recent, global: shared.tokens }
    const budget = this.#budgets.find(each => sumOf(room) <= each.calculated_budget)
    return budget && { history, shared, ...all, room, budget, wanted: () => all.tokens }
  }

  /** Whether the part of the session that the turn needs fits, however much is recalled: then nothing of it is searched. */
  #surelyFits(): boolean {
    return this.#measure(this.#places.from).total + this.#mostRecalled() <= this.#most
  }

  /** About the most tokens that long-term memory takes in the request, with the text around its lines. */
  #mostRecalled(): number {
    return this.need === 'exchange' ? 0 : this.#recallTokens()
  }

  #recallTokens(): number {
    return (this.#turn.budget.recall + this.#turn.budget.profile) * AROUND_FACTOR
  }

  /** Tokens of a budget that long-term memory may take: its share, but not from the last message. */
  #reserved(budget: ProfileBudget): number {
    const most = budget.calculated_budget
    return Math.min(most - sureShare(budget), Math.max(0, most - this.#last_tokens), this.#mostRecalled())
  }

  /**
   * Packs when the budget is too small. What is shared gets at most its share, and the rest gets what is left; tokens
   * that a memory would need more than the share stay free, so that a larger budget never shows less of anything.
   */
  #fitAll(about: SharedAndSpecific, budget: ProfileBudget): FittedParts {
    const { candidates, shared } = about
    const { calculated_budget: most, scope_weights } = budget
    const demand = { 'agent-specific': Infinity, recent: Infinity, global: shared.tokens }
    const { global } = allotScopes(most, scope_weights, demand)
    const rest = { ...budget, calculated_budget: most - global }
    const fitted = this.#fit(about, rest)
    return {
      ...fitted,
      budget,
      shared:
        global < shared.tokens ? this.#packer.shared(candidates, { tokens: global, reason: 'turn_budget' }) : shared,
      room: { ...fitted.room, global },
    }
  }

  /**
   * Packs when the budget is too small. Long-term memory may take its share, as far as it needs it, and what the whole
   * history does not need; the history gets the rest. Messages that the history leaves out may be quoted, so long-term
   * memory is chosen as if the history were slightly shorter than it becomes: this way neither gets less from a larger
   * budget.
   */
  #fit({ specific, found, whole }: SharedAndSpecific, budget: ProfileBudget): Omit<FittedParts, 'shared' | 'budget'> {
    const most = budget.calculated_budget
    const share = Math.max(this.#reserved(budget), most - contextTokens(whole))
    // What a question finds of the session may be quoted, or else shown.
    const reserved = this.need === 'session' ? specific.withinShare(this.history, share).room : share
    const shorter = this.#packHistory(most - reserved, found)
    const { packed, room, wanted } = specific.withinShare(shorter, share)
    const { history, tokens, shown } = this.#withUnused(specific, packed, {
      history: room === reserved ? shorter : this.#packHistory(most - room, found),
      tokens: most - room,
      found,
    })
    return {
      history: history.finished?.() ?? history,
      ...shown,
      wanted,
      room: { 'agent-specific': most - tokens, recent: tokens, global: 0 },
    }
  }

  /**
   * Gives tokens that were reserved for quotes to the history if it shows their messages whole after all. Then it may
   * show more of them, and so on, until nothing more is freed: what is freed never shrinks, nor does it with a larger
   * budget.
   * @returns the draft of the history with its tokens, and the long-term memory beside it
   */
  #withUnused(
    specific: SpecificPacking,
    known: PackedSpecific,
    first: { readonly history: PackedHistory; readonly tokens: number; readonly found: readonly number[] },
  ): { readonly history: PackedHistory; readonly tokens: number; readonly shown: PackedSpecific } {
    let { history, tokens } = first
    let shown = specific.withoutShown(known, history)
    for (let freed = known.tokens - shown.tokens; first.tokens + freed > tokens; freed = known.tokens - shown.tokens) {
      tokens = first.tokens + freed
      history = this.#packHistory(tokens, first.found)
      shown = specific.withoutShown(known, history)
    }
    return { history, tokens, shown }
  }

  /** What each scope got and needed, and what to say about that. */
  #usageOf(
    { history, shared, recall, profile, tokens, room }: FittedParts,
    demand: ScopeTokens,
    budget: number,
  ): Pick<TurnRecord, 'scopes' | 'alerts'> {
    const known = takenOf([...recall.candidates, ...profile.candidates])
    const record = (scope: BudgetScope, taken: number, count: number): ScopeRecord => ({
      allotted: room[scope],
      demand: demand[scope],
      taken,
      count,
    })
    const { taken } = history
    const common = takenOf(shared.candidates)
    // Of a statement, only the running exchange is needed.
    const needed = this.need === 'conversation' ? taken.slice(-this.#exchangeLength()) : taken
    const packed = [...[...common, ...known].map(each => each.tokens), ...needed]
    return {
      scopes: {
        'agent-specific': record('agent-specific', tokens, known.length),
        recent: record('recent', contextTokens(history), taken.length),
        global: record('global', shared.tokens, common.length),
      },
      alerts: budgetAlerts({ packed, demand: sumOf(demand), budget }, this.#budget.thresholds),
    }
  }

  /**
   * If the whole session is needed, the part that is shown in any case is its newest part, without older replies in
   * brief.
   */
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

  /**
   * Packs a draft of the history, which decides what is shown whole.
   * @param tokens for the messages before the answered ones
   * @param found positions of found messages, the best first; `undefined`: packs the part that is shown in any case
   */
  #packHistory(tokens: number, found?: readonly number[]): PackedHistory {
    const { answered } = this.#turn
    const { from, exchange } = found === undefined ? this.#newestPlaces() : this.#places
    const promised = found === undefined || found.length === 0 ? from : this.history.first
    const limit = { exchange, tokens, answered, found: found ?? [], promised, draft: true }
    if (found?.length !== 0) return this.#packer.packMeasured(this.#measure(from), limit)
    // For a statement, the part that is shown in any case is packed again if it cannot grow.
    const packed = this.#packed.get(tokens) ?? this.#packer.packMeasured(this.#measure(from), limit)
    this.#packed.set(tokens, packed)
    return packed
  }

  /** @param from position of the first message */
  #measure(from: number): MeasuredWindow {
    const { window, system, budget } = this.#turn
    const measured = this.#measured.get(from) ?? this.#packer.measureWindow(window, system, budget, from)
    this.#measured.set(from, measured)
    return measured
  }
}

/**
 * Tokens that the budget guarantees to the session, however much long-term memory there is.
 * @param global tokens that shared memories may need
 */
const sureShare = ({ calculated_budget, scope_weights }: ProfileBudget, global = 0): number =>
  allotScopes(calculated_budget, scope_weights, { 'agent-specific': Infinity, recent: Infinity, global }).recent

/** Tokens of the history without the messages to answer. */
const contextTokens = ({ tokens, answered_tokens }: PackedHistory): number => tokens - answered_tokens

const sumOf = (tokens: ScopeTokens): number => tokens['agent-specific'] + tokens.recent + tokens.global

const takenOf = (candidates: readonly PackedCandidate[]): readonly PackedCandidate[] =>
  candidates.filter(({ outcome }) => outcome !== 'left')

const recordOf = ({ role, detected, previous }: TurnBudget): Pick<TurnRecord, 'role' | 'detected' | 'previous'> => ({
  role,
  detected,
  previous,
})
