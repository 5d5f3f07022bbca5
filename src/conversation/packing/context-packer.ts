/**
 * Decides the content of a request to the model. Every part has its own budget. Together with the system prompt and
 * everything around the texts, the parts stay within the budget of the whole request. Every decision is recorded.
 */
import type { RecalledMemory } from '../../memory/memory.ts'
import type { MessageId } from '../../messages/message.ts'
import type { ModelMessage } from '../../models/language-model.ts'
import { ANSWER_TOKENS, MESSAGE_TOKENS } from '../../models/message-tokens.ts'
import type { TokenCounter } from '../../text/tokens.ts'
import {
  measureWindow,
  packHistory,
  type HistoryLimit,
  type MeasuredWindow,
  type PackedHistory,
} from './pack-history.ts'
import { packProfile } from './pack-profile.ts'
import { NOTHING_SHARED, packShared, type PackedShared, type SharedRoom } from './pack-shared.ts'
import type { FoundCandidates, RecallCandidates } from './found-texts.ts'
import { packRecall, type PackedRecall } from './pack-recall.ts'
import { isRecalled, SpecificPacking, type PackedSpecific } from './pack-specific.ts'
import type { ContextBudget, PackedCandidate, PackingRecord, TurnRecord } from './packing-record.ts'
import { renderContext, systemParts, type ProfileLine, type SystemText } from './render-context.ts'
import type { ShownMessage } from './shown-message.ts'
import type { MeasuredTexts } from './measured-texts.ts'
import { BriefReplies } from './brief-replies.ts'
import { SaidWords } from './said-words.ts'
import { TokenCosts } from './token-costs.ts'

/** Tokens reserved for an instruction about the tone, which is known only once recall is packed. */
const TONE_TOKENS = 64
/** Shares of a small budget that recall and profile may take from the history. */
const RECALL_SHARE = 0.25
const PROFILE_SHARE = 0.1
/** Share of the request that shared memories may take beside the history. */
const SHARED_SHARE = 0.25

/** The content of a request besides the history. */
export interface ContextCandidates {
  readonly system: SystemText
  /** Most important first. */
  readonly profile: readonly ProfileLine[]
  /** Memories that everyone may recall, most relevant first. */
  readonly shared?: readonly RecalledMemory[]
  readonly recall: FoundCandidates
  /** The instruction about the tone, based on the recalled texts that are shown; `undefined`: none. */
  readonly tone: (recalled: RecallCandidates) => string | undefined
  /** The message to answer; `undefined`: the newest of the history. */
  readonly question?: MessageId
}

/** A request that fits its budget. */
export interface PackedContext {
  readonly messages: readonly ModelMessage[]
  readonly shared: PackedShared
  readonly recall: PackedRecall
  readonly tone: string | undefined
  readonly record: PackingRecord
  /** Work for the next turn of the session, which can be done while the model thinks. */
  readonly ahead?: () => Promise<void>
}

interface PackedParts extends Omit<PackedSpecific, 'tokens'> {
  readonly shared: PackedShared
  readonly history: PackedHistory
}

/** The request of a turn. */
export interface PackedTurn extends PackedContext {
  /** Stored messages that the answered messages quote: the model was given their text too. */
  readonly quoted_ids: readonly MessageId[]
}

export class ContextPacker {
  readonly #costs: TokenCosts
  readonly #replies: BriefReplies
  readonly #words = new SaidWords()
  /** Tokens of system messages, which a turn needs several times. */
  readonly #systems = new WeakMap<SystemText, number>()

  /** @param measured measures of long messages, which others drop when a message is changed or forgotten */
  constructor(tokens: TokenCounter, measured?: MeasuredTexts) {
    this.#costs = new TokenCosts(tokens, measured)
    this.#replies = new BriefReplies(tokens)
  }

  /**
   * Packs the history, which comes first: text that it shows need not be recalled.
   * @param window oldest first, with its marks
   */
  packHistory(window: readonly ShownMessage[], system: SystemText, budget: ContextBudget): PackedHistory {
    return packHistory(this.measureWindow(window, system, budget), { costs: this.#costs, replies: this.#replies })
  }

  /**
   * Measures a window that is packed several times.
   * @param from position of the first message that the turn needs
   */
  measureWindow(
    window: readonly ShownMessage[],
    system: SystemText,
    budget: ContextBudget,
    from?: number,
  ): MeasuredWindow {
    const free = budget.total - this.#fixedTokens(system)
    const room = Math.floor(
      free - reserve(budget.recall, free * RECALL_SHARE) - reserve(budget.profile, free * PROFILE_SHARE),
    )
    return measureWindow(window, { content: budget.history, room }, system, this.#costs, from)
  }

  /**
   * Shortens older replies of a measured window in steps, before it is packed at once.
   * @param most the largest limit for its messages
   * @param exchange position in the window of the first message that is shown whole
   */
  async prepareReplies({ window, withinRoom, costs }: MeasuredWindow, most: number, exchange: number): Promise<void> {
    const before = window.length - withinRoom.length
    await this.#replies.prepare(withinRoom, costs, { most, exchange: exchange - before })
  }

  /** Packs the history within the budget of the turn. */
  packMeasured(measured: MeasuredWindow, limit: HistoryLimit): PackedHistory {
    return packHistory(measured, { costs: this.#costs, replies: this.#replies }, limit)
  }

  /**
   * Packs the rest around the history. The system prompt and the newest message are included whatever their size;
   * everything else only within `budget.total`.
   */
  packContext(history: PackedHistory, candidates: ContextCandidates, budget: ContextBudget): PackedContext {
    const { system } = candidates
    const open = budget.total - this.#fixedTokens(system) - history.tokens
    const shared = this.shared(candidates, { tokens: open * SHARED_SHARE, reason: 'request_budget' })
    const free = open - shared.tokens
    const forRecall = free - reserve(budget.profile, free * PROFILE_SHARE)
    const recall = packRecall(
      { ...candidates.recall, zone: system.zone },
      { content: budget.recall, room: forRecall },
      this.#costs,
      this.#words,
    )
    const forProfile = { content: budget.profile, room: free - recall.tokens }
    const profile = packProfile(candidates.profile, forProfile, this.#costs, isRecalled(recall))
    return this.#assemble({ history, shared, recall, profile }, candidates, budget)
  }

  /** Packs what everyone may recall. */
  shared({ shared = [], system }: ContextCandidates, room: SharedRoom): PackedShared {
    return shared.length === 0 ? NOTHING_SHARED : packShared(shared, system.zone, room, this.#costs)
  }

  /** The same within the share of the whole request that shared memories may take. */
  sharedWithin(candidates: ContextCandidates, budget: ContextBudget): PackedShared {
    const free = budget.total - this.#fixedTokens(candidates.system)
    return this.shared(candidates, { tokens: free * SHARED_SHARE, reason: 'request_budget' })
  }

  /**
   * Packs long-term memory within the budget of the turn, around the history.
   * @param shared tokens of the shared memories
   * @param window the session's window; its messages are quoted only if the history does not show them
   */
  specific(
    candidates: ContextCandidates,
    budget: ContextBudget,
    {
      shared = 0,
      ...about
    }: {
      readonly window: readonly ShownMessage[]
      readonly shared?: number
    },
  ): SpecificPacking {
    const room = budget.total - this.#fixedTokens(candidates.system) - shared
    return new SpecificPacking({ candidates, budget, room, costs: this.#costs, words: this.#words, ...about })
  }

  /** Measures long messages that were found in steps, before they are packed at once. */
  async prepareFound({ quotes, session = [] }: FoundCandidates): Promise<void> {
    await this.#costs.measured.prepare([...quotes, ...session])
  }

  /** The request built from parts that were packed within the budget of the turn. */
  packParts(parts: PackedParts, candidates: ContextCandidates, budget: ContextBudget, turn: TurnRecord): PackedContext {
    return this.#assemble(parts, candidates, budget, turn)
  }

  #assemble(
    { history, shared, recall, profile }: PackedParts,
    candidates: ContextCandidates,
    budget: ContextBudget,
    turn?: TurnRecord,
  ): PackedContext {
    const { system } = candidates
    const tone = candidates.tone(recall)
    const messages = renderContext({
      ...system,
      tone,
      profile: profile.lines,
      shared: shared.memories,
      memories: recall.memories,
      quotes: recall.quotes,
      history: history.messages,
      times: history.times,
      question: candidates.question,
    })
    const fixed = this.#fixedCandidates(system, tone)
    const tokens =
      ANSWER_TOKENS +
      fixed.reduce((sum, each) => sum + each.tokens, 0) +
      profile.tokens +
      shared.tokens +
      recall.tokens +
      history.tokens
    let all: readonly PackedCandidate[] | undefined
    const record: PackingRecord = {
      budget,
      tokens,
      // Computed on demand: there are thousands, and no one needs them before the answer is there.
      get candidates() {
        return (all ??= [
          ...fixed,
          ...profile.candidates,
          ...shared.candidates,
          ...recall.candidates,
          ...history.candidates,
        ])
      },
      ...(turn === undefined ? {} : { turn }),
    }
    return { messages, shared, recall, tone, record }
  }

  #fixedTokens(system: SystemText): number {
    return ANSWER_TOKENS + this.#systemTokens(system) + TONE_TOKENS
  }

  #systemTokens(system: SystemText): number {
    const known = this.#systems.get(system)
    if (known !== undefined) return known
    // The time changes with each turn; the long parts around it do not.
    const tokens = systemParts(system).reduce((sum, part) => sum + this.#costs.repeated(part), MESSAGE_TOKENS)
    this.#systems.set(system, tokens)
    return tokens
  }

  #fixedCandidates(system: SystemText, tone: string | undefined): readonly PackedCandidate[] {
    const fixed: PackedCandidate[] = [
      { id: 'system', kind: 'system', tokens: this.#systemTokens(system), outcome: 'taken', reason: 'fits' },
    ]
    if (tone !== undefined) {
      // The line break before it is a separate token.
      const tokens = this.#costs.repeated(tone) + 1
      fixed.push({ id: 'tone', kind: 'tone', tokens, outcome: 'taken', reason: 'fits' })
    }
    return fixed
  }
}

/** Tokens that a part keeps in a request: its budget, or its share if there is not enough for all. */
const reserve = (budget: number, share: number): number => Math.max(0, Math.min(budget, share))
