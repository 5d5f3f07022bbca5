/**
 * Distinguishes automatic replies of the account (greeting and absence messages of WhatsApp Business) from the owner's
 * own messages.
 */
import type { OwnerMessage } from '../channels/channel.ts'
import type { ChatId, IncomingMessage } from '../messages/message.ts'
import { MINUTE_MS, SECOND_MS } from '../platform/clock.ts'
import { lru } from '../platform/lru.ts'
import { lexiconPatterns } from '../text/lexicons/lexicon.ts'
import { comparedText } from './loops/similar-texts.ts'

const MOST_CHATS = 5000
const MOST_TEXTS = 100
/** How much of a message is examined; greetings are recognisable at the beginning. */
const READ_CHARACTERS = 1000
/** An automatic reply follows a person's message within this time; later messages were written by hand. */
const FOLLOWS_WITHIN_MS = MINUTE_MS
/** No one reads a message and types a longer one within this time. WhatsApp's times are whole seconds. */
const TYPED_WITHIN_MS = 2 * SECOND_MS
const TYPED_CHARACTERS = 40

const WORDING = lexiconPatterns('automatic-replies').map(pattern => new RegExp(pattern, 'u'))

export class AutomaticReplies {
  /** When a person last wrote in a chat, by the time of their message. */
  readonly #heard = lru<ChatId, number>(MOST_CHATS)
  /** Texts that were recognised as automatic. */
  readonly #texts = lru<string, true>(MOST_TEXTS)

  /** A person wrote in a chat. */
  heard({ chat_id, sent_at }: Pick<IncomingMessage, 'chat_id' | 'sent_at'>): void {
    this.#heard.set(chat_id, Math.max(sent_at, this.#heard.get(chat_id) ?? 0))
  }

  /**
   * Whether a message of the account was sent automatically: it follows a person's message in a direct chat, and is
   * worded like such replies, was recognised as one before, or came faster than anyone can type it.
   */
  isAutomatic({ chat_id, chat_kind, text, sent_at }: OwnerMessage): boolean {
    const heard_at = this.#heard.get(chat_id)
    if (chat_kind !== 'direct' || heard_at === undefined) return false
    const after_ms = sent_at - heard_at
    if (after_ms < -TYPED_WITHIN_MS || after_ms > FOLLOWS_WITHIN_MS) return false
    const { exact, short } = comparedText(text)
    const words = text.slice(0, READ_CHARACTERS).normalize('NFKC').toLowerCase().replace(/\s+/g, ' ')
    const automatic =
      (!short && this.#texts.has(exact)) ||
      WORDING.some(pattern => pattern.test(words)) ||
      (after_ms <= TYPED_WITHIN_MS && text.length >= TYPED_CHARACTERS)
    if (automatic) this.#texts.set(exact, true)
    return automatic
  }
}
