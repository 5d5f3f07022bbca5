/**
 * Packs long-term memory within the budget of a turn: facts, summaries and quotes first, then the profile, which has
 * its share.
 */
import type { MessageId } from '../../messages/message.ts'
import { once } from '../../platform/once.ts'
import type { PackedHistory } from './pack-history.ts'
import { packProfile, type PackedProfile } from './pack-profile.ts'
import type { FoundCandidates } from './found-texts.ts'
import { RecallPacker, withoutShown, type PackedRecall } from './pack-recall.ts'
import type { ContextBudget } from './packing-record.ts'
import type { ProfileLine, SystemText } from './render-context.ts'
import type { ShownMessage } from './shown-message.ts'
import type { SaidWords } from './said-words.ts'
import type { TokenCosts } from './token-costs.ts'

/** The long-term memory in a request, within a number of tokens. */
export interface PackedSpecific {
  readonly recall: PackedRecall
  readonly profile: PackedProfile
  /** Tokens of both in the request. */
  readonly tokens: number
}

/** Long-term memory within a share of the budget. */
export interface SharedOut {
  readonly packed: PackedSpecific
  /** The tokens that it keeps: the whole share if that is too small. */
  readonly room: number
  /** Tokens that it would take if there were room; computed on demand. */
  readonly wanted: () => number
}

/** The candidates from long-term memory. */
interface SpecificCandidates {
  readonly system: SystemText
  /** Most important first. */
  readonly profile: readonly ProfileLine[]
  readonly recall: FoundCandidates
}

export interface SpecificPackingDeps {
  readonly candidates: SpecificCandidates
  readonly budget: ContextBudget
  /** Tokens of the whole request besides the history. */
  readonly room: number
  readonly costs: TokenCosts
  readonly words: SaidWords
  /** The session's window, oldest first. */
  readonly window: readonly ShownMessage[]
}

/** Share of the tokens for long-term memory that the profile may keep. */
const PROFILE_SHARE = 0.25

/** Packs the same candidates several times, until it is clear what fits; repeated packings are cached. */
export class SpecificPacking {
  readonly #deps: SpecificPackingDeps
  readonly #recall: RecallPacker
  /** Positions in the window of the messages that the candidates quote, or were learned from. */
  readonly #places: ReadonlyMap<MessageId, number>
  /** Tokens of the profile if all of it may be shown. */
  readonly #profile_tokens: number
  readonly #packed = new Map<string, PackedSpecific>()

  constructor(deps: SpecificPackingDeps) {
    this.#deps = deps
    const { candidates, window, budget, costs, words } = deps
    this.#recall = new RecallPacker({ ...candidates.recall, zone: candidates.system.zone }, costs, words)
    this.#places = placesOf(window, mentionedIn(candidates))
    this.#profile_tokens = packProfile(candidates.profile, { content: budget.profile, room: Infinity }, costs).tokens
  }

  /**
   * Never takes less if the room grows.
   * @param room tokens for everything, including the text around it
   */
  within(history: PackedHistory, room: number): PackedSpecific {
    const free = this.#deps.room - history.tokens
    const shown = this.#shownBy(history)
    const key = [Math.min(free, room), room < free, ...shown.keys()].join(' ')
    const known = this.#packed.get(key)
    if (known !== undefined) return known
    const packed = this.#pack(shown, free, room)
    this.#packed.set(key, packed)
    return packed
  }

  /**
   * Packs within a share of the budget. What the share leaves out is packed only if someone asks how much it is, because
   * the model can be asked before.
   */
  withinShare(history: PackedHistory, share: number): SharedOut {
    const packed = this.within(history, share)
    if (!needsRoom(packed)) return { packed, room: packed.tokens, wanted: () => packed.tokens }
    const whole = once(() => this.within(history, Infinity))
    const wanted = (): number => whole().tokens
    if (packed.recall.needs_room && share <= this.#deps.room - history.tokens) return { packed, room: share, wanted }
    // The profile may take what recall leaves of the share.
    const room = Math.min(share, wanted())
    return { packed: room === wanted() ? whole() : this.within(history, room), room, wanted }
  }

  /** Positions in the window of the messages that the search found, the best first. */
  get placesFound(): readonly number[] {
    const { session = [] } = this.#deps.candidates.recall
    return session.flatMap(({ message_id }) => this.#places.get(message_id) ?? [])
  }

  /** The same without quotes of messages that the history shows whole. */
  withoutShown({ recall, profile }: PackedSpecific, history: PackedHistory): PackedSpecific {
    const { costs, candidates } = this.#deps
    const shown = withoutShown(recall, new Set(this.#shownBy(history).keys()), costs, candidates.system.zone)
    return { recall: shown, profile, tokens: shown.tokens + profile.tokens }
  }

  #pack(shown: ReadonlyMap<MessageId, ShownMessage>, free: number, room: number): PackedSpecific {
    const { candidates, budget, costs } = this.#deps
    const most = Math.min(free, room)
    const room_reason = room < free ? 'turn_budget' : 'request_budget'
    const reserved = Math.min(Math.floor(Math.max(0, most) * PROFILE_SHARE), this.#profile_tokens)
    const said = new Map([...shown].map(([id, { content: text, sender_name: speaker }]) => [id, { text, speaker }]))
    const forRecall = { content: budget.recall, room: most - reserved, room_reason } as const
    const recall = this.#recall.pack(forRecall, { shown: said })
    const forProfile = { content: budget.profile, room: reserved, room_reason } as const
    const profile = packProfile(candidates.profile, forProfile, costs, isRecalled(recall))
    return { recall, profile, tokens: recall.tokens + profile.tokens }
  }

  /** The messages that the candidates refer to and that the history shows whole. */
  #shownBy({ messages, first }: PackedHistory): ReadonlyMap<MessageId, ShownMessage> {
    const shown = new Map<MessageId, ShownMessage>()
    for (const [id, place] of this.#places) {
      const message = messages[place - first]
      if (message !== undefined && message === this.#deps.window[place]) shown.set(id, message)
    }
    return shown
  }
}

/** Whether recall already shows what a line of the profile says: its memory, or a message in the same words. */
export const isRecalled = ({ memories, quoted, quotes }: PackedRecall): ((line: ProfileLine) => boolean) => {
  // Many people have no profile.
  const ids = once(() => new Set([...memories, ...quoted].map(({ memory }) => memory.memory_id)))
  const texts = once(() => new Set(quotes.map(({ text }) => text)))
  return ({ memory_id, text }) => ids().has(memory_id) || texts().has(text)
}

/** Whether more room would show more. */
const needsRoom = ({ recall, profile }: PackedSpecific): boolean =>
  recall.needs_room || profile.candidates.some(({ reason }) => reason === 'turn_budget' || reason === 'request_budget')

const mentionedIn = ({ recall: { memories, quotes, session = [] } }: SpecificCandidates): ReadonlySet<MessageId> =>
  new Set([
    ...[...quotes, ...session].map(({ message_id }) => message_id),
    ...memories.flatMap(({ memory }) => memory.sources),
  ])

const placesOf = (window: readonly ShownMessage[], ids: ReadonlySet<MessageId>): ReadonlyMap<MessageId, number> => {
  const places = new Map<MessageId, number>()
  for (let at = window.length - 1; at >= 0 && places.size < ids.size; at--) {
    const message = window[at]
    if (message !== undefined && ids.has(message.message_id)) places.set(message.message_id, at)
  }
  return places
}
