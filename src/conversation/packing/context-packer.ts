/**
 * Decides what goes into a request to the model. Every part has its own budget, and together with the system prompt and
 * everything around the texts they stay within the budget of the whole request. What was taken and left is recorded.
 */
import type { MessageId } from '../../messages/message.ts'
import type { ModelMessage } from '../../models/language-model.ts'
import { ANSWER_TOKENS, MESSAGE_TOKENS } from '../../models/message-tokens.ts'
import type { TokenCounter } from '../../text/tokens.ts'
import { packHistory, type HistoryLimit, type PackedHistory } from './pack-history.ts'
import { packProfile, type PackedProfile } from './pack-profile.ts'
import {
  packRecall,
  withoutShown,
  type FoundCandidates,
  type PackedRecall,
  type RecallCandidates,
} from './pack-recall.ts'
import type { ContextBudget, PackedCandidate, PackingRecord, TurnRecord } from './packing-record.ts'
import { renderContext, systemText, type ProfileLine, type SystemText } from './render-context.ts'
import type { ShownMessage } from './shown-message.ts'
import { TokenCosts } from './token-costs.ts'

/** Tokens set aside for a request for a certain tone: which one is known only when recall is packed. */
const TONE_TOKENS = 64
/** Shares of a small budget that recall and profile may keep from the history. */
const RECALL_SHARE = 0.25
const PROFILE_SHARE = 0.1
/** Share of the tokens for what is known that the profile may keep. */
const PROFILE_SHARE_WITHIN = 0.25

/** What a request may carry besides the history. */
export interface ContextCandidates {
  readonly system: SystemText
  /** Most wanted first. */
  readonly profile: readonly ProfileLine[]
  readonly recall: FoundCandidates
  /** What the model is asked for because of the recalled texts that are shown; `undefined`: nothing. */
  readonly tone: (recalled: RecallCandidates) => string | undefined
  /** The message that is answered; `undefined`: the newest of the history. */
  readonly question?: MessageId
}

/** A request within its budget. */
export interface PackedContext {
  readonly messages: readonly ModelMessage[]
  readonly recall: PackedRecall
  readonly tone: string | undefined
  readonly record: PackingRecord
}

/** What a request carries of what is known, within a number of tokens. */
export interface PackedSpecific {
  readonly recall: PackedRecall
  readonly profile: PackedProfile
  /** Tokens of both in the request. */
  readonly tokens: number
}

interface SpecificLimit {
  readonly room: number
  /** Messages of the running session: quotes of them have a budget of recall of their own. */
  readonly session: ReadonlySet<MessageId>
}

interface PackedParts extends Omit<PackedSpecific, 'tokens'> {
  readonly history: PackedHistory
}

/** The request of a turn. */
export interface PackedTurn extends PackedContext {
  /** Kept messages that what was said quotes: the model was given their words too. */
  readonly quoted_ids: readonly MessageId[]
}

export class ContextPacker {
  readonly #costs: TokenCosts

  constructor(tokens: TokenCounter) {
    this.#costs = new TokenCosts(tokens)
  }

  /**
   * Packs the history, which comes first: what the model has before it anyway need not be recalled.
   * @param window oldest first, with its marks
   */
  packHistory(
    window: readonly ShownMessage[],
    system: SystemText,
    budget: ContextBudget,
    limit?: HistoryLimit,
  ): PackedHistory {
    const free = budget.total - this.#fixedTokens(system)
    const room = Math.floor(
      free - reserve(budget.recall, free * RECALL_SHARE) - reserve(budget.profile, free * PROFILE_SHARE),
    )
    return packHistory(window, { content: budget.history, room }, system, this.#costs, limit)
  }

  /**
   * Packs the rest around the history. The system prompt and the newest message go in whatever their size; everything
   * else only within `budget.total`.
   */
  packContext(history: PackedHistory, candidates: ContextCandidates, budget: ContextBudget): PackedContext {
    const { system } = candidates
    const free = budget.total - this.#fixedTokens(system) - history.tokens
    const forRecall = free - reserve(budget.profile, free * PROFILE_SHARE)
    const recall = packRecall(
      { ...candidates.recall, zone: system.zone },
      { content: budget.recall, room: forRecall },
      this.#costs,
    )
    const forProfile = { content: budget.profile, room: free - recall.tokens }
    const profile = packProfile(candidates.profile, forProfile, this.#costs, isRecalled(recall))
    return this.#assemble({ history, recall, profile }, candidates, budget)
  }

  /**
   * Packs the rest around the history within the budget of the turn: facts, summaries and quotes first, then the profile,
   * which has a share of its own. What it takes never gets less when the budget grows.
   * @param room tokens for all of it, with what surrounds the texts
   */
  packWithin(
    history: PackedHistory,
    candidates: ContextCandidates,
    budget: ContextBudget,
    { room, session }: SpecificLimit,
  ): PackedSpecific {
    const free = budget.total - this.#fixedTokens(candidates.system) - history.tokens
    const most = Math.min(free, room)
    const room_reason = room < free ? 'turn_budget' : 'request_budget'
    const reserved = Math.min(
      Math.floor(Math.max(0, most) * PROFILE_SHARE_WITHIN),
      packProfile(candidates.profile, { content: budget.profile, room: Infinity }, this.#costs).tokens,
    )
    const shown = new Map(
      history.whole.map(({ message_id, content: text, sender_name: speaker }) => [message_id, { text, speaker }]),
    )
    const recall = packRecall(
      { ...candidates.recall, zone: candidates.system.zone, shown, session },
      { content: budget.recall, room: most - reserved, room_reason },
      this.#costs,
    )
    const forProfile = { content: budget.profile, room: reserved, room_reason } as const
    const profile = packProfile(candidates.profile, forProfile, this.#costs, isRecalled(recall))
    return { recall, profile, tokens: recall.tokens + profile.tokens }
  }

  /** The same without quotes of messages that the history shows whole. */
  withoutShown({ recall, profile }: PackedSpecific, { whole }: PackedHistory): PackedSpecific {
    const shown = withoutShown(recall, new Set(whole.map(({ message_id }) => message_id)), this.#costs)
    return { recall: shown, profile, tokens: shown.tokens + profile.tokens }
  }

  /** The request of parts that were packed within the budget of the turn. */
  packParts(parts: PackedParts, candidates: ContextCandidates, budget: ContextBudget, turn: TurnRecord): PackedContext {
    const packed = this.#assemble(parts, candidates, budget)
    return { ...packed, record: { ...packed.record, turn } }
  }

  #assemble(
    { history, recall, profile }: PackedParts,
    candidates: ContextCandidates,
    budget: ContextBudget,
  ): PackedContext {
    const { system } = candidates
    const tone = candidates.tone(recall)
    const messages = renderContext({
      ...system,
      tone,
      profile: profile.lines,
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
      recall.tokens +
      history.tokens
    const all = [...fixed, ...profile.candidates, ...recall.candidates, ...history.candidates]
    return { messages, recall, tone, record: { budget, tokens, candidates: all } }
  }

  #fixedTokens(system: SystemText): number {
    return ANSWER_TOKENS + this.#systemTokens(system) + TONE_TOKENS
  }

  #systemTokens(system: SystemText): number {
    return this.#costs.repeated(systemText(system)) + MESSAGE_TOKENS
  }

  #fixedCandidates(system: SystemText, tone: string | undefined): readonly PackedCandidate[] {
    const fixed: PackedCandidate[] = [
      { id: 'system', kind: 'system', tokens: this.#systemTokens(system), outcome: 'taken', reason: 'fits' },
    ]
    if (tone !== undefined) {
      // The line break before it is a token of its own.
      const tokens = this.#costs.repeated(tone) + 1
      fixed.push({ id: 'tone', kind: 'tone', tokens, outcome: 'taken', reason: 'fits' })
    }
    return fixed
  }
}

/** What a part keeps for itself of a request: its budget, or its share where there is not enough for all. */
const reserve = (budget: number, share: number): number => Math.max(0, Math.min(budget, share))

/** Whether recall shows what a line of the profile says: its memory, or a message in the same words. */
const isRecalled = ({ memories, quoted, quotes }: PackedRecall): ((line: ProfileLine) => boolean) => {
  const ids = new Set([...memories, ...quoted].map(({ memory }) => memory.memory_id))
  const texts = new Set(quotes.map(({ text }) => text))
  return ({ memory_id, text }) => ids.has(memory_id) || texts.has(text)
}
