/**
 * Media without text, such as a voice message: their sender is told once, kindly, that the bot cannot see or hear them.
 */
import { isUnseen, ownWords, type Attachment } from '../messages/message-details.ts'
import type { MessageStore } from '../messages/message-store.ts'
import { lru } from '../platform/lru.ts'
import { sayInstead, type SayInsteadDeps } from './say-instead.ts'
import type { TurnContext } from './turn-context.ts'
import type { TurnMessage } from './turn-message.ts'

export interface UnseenMediaDeps extends SayInsteadDeps {
  readonly messages: Pick<MessageStore, 'history'>
}

/** What people were told, if no stored messages show it. */
const MOST_TOLD = 10_000

export class UnseenMedia {
  readonly #deps: UnseenMediaDeps
  readonly #told = lru<string, true>(MOST_TOLD)

  constructor(deps: UnseenMediaDeps) {
    this.#deps = deps
  }

  /**
   * Answers messages that contain only media of kinds about which the person was not told yet.
   * @param wanted aborted when a message was edited or deleted
   * @returns whether they are answered; otherwise the model answers, which reads that they arrived
   * @throws the reason of `wanted`, if it is aborted before the answer was sent
   */
  async tell(turn: TurnContext, wanted: AbortSignal): Promise<boolean> {
    if (turn.listens) return false
    const { batch, person } = turn
    const unseen = batch.flatMap(message => unseenIn(message) ?? [])
    if (unseen.length < batch.length) return false
    const kinds: Attachment[] = []
    for (const attachment of unseen) if (!(await this.#wasTold(person.person_id, attachment))) kinds.push(attachment)
    if (kinds.length > 0) await this.#say(turn, kinds, wanted)
    // Only now, because no one reads a withdrawn sentence, and the person still has to be told.
    for (const attachment of unseen) this.#told.set(keyOf(person.person_id, attachment), true)
    return kinds.length > 0
  }

  async #say(turn: TurnContext, kinds: readonly Attachment[], wanted: AbortSignal): Promise<void> {
    await turn.channel?.seen(turn.chat_id)
    await using _typing = await turn.channel?.typing(turn.chat_id)
    const sentence = turn.strings.cannot_read([...new Set(kinds.map(each => each.kind))])
    await sayInstead(this.#deps, turn, sentence, wanted)
  }

  async #wasTold(person_id: string, attachment: Attachment): Promise<boolean> {
    if (this.#told.has(keyOf(person_id, attachment))) return true
    return await this.#deps.messages.history.wasAnswered(person_id, attachment)
  }
}

const typeOf = (attachment: Attachment): string => (attachment.kind === 'unknown' ? attachment.type : '')

const keyOf = (person_id: string, attachment: Attachment): string =>
  `${person_id} ${attachment.kind} ${typeOf(attachment)}`

/** The attachment of a message without text, if it cannot be described in words either. */
const unseenIn = (message: TurnMessage): Attachment | undefined => {
  const attachment = message.details?.attachment
  const isAlone = attachment !== undefined && isUnseen(attachment) && ownWords(message).trim() === ''
  return isAlone && message.reply_to === undefined ? attachment : undefined
}
