/** Follows what happens to messages after they were recorded: edits, deletions and reactions. */
import type { ChannelEvents, Reaction } from '../channels/channel.ts'
import type { MessageId } from '../messages/message.ts'
import type { ChangedMessage } from '../messages/history-store.ts'
import { textWithDetails } from '../messages/message-details.ts'
import { kindAfterEdit } from '../messages/message-kind.ts'
import type { MessageStore } from '../messages/message-store.ts'
import type { People } from '../people/people.ts'
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/logger.ts'
import type { Sessions } from '../sessions/sessions.ts'
import { isBeginning, messageText } from '../text/message-text.ts'
import { countInSlices, type TokenCounter } from '../text/tokens.ts'
import type { Exclusive } from './turn-scheduler.ts'

export interface MessageEventsDeps {
  readonly people: Pick<People, 'resolve'>
  readonly messages: Pick<MessageStore, 'history'>
  readonly windows: Pick<Sessions, 'refresh'>
  readonly tokens: TokenCounter
  readonly clock: Clock
  readonly logger: Logger
  readonly exclusive: Exclusive
  /** Called when messages of a session were changed or deleted. */
  readonly sessionChanged: () => void
  /** Tells the writer of a message that only its beginning was read. */
  readonly tellCut: (message: ChangedMessage, text: string) => Promise<void>
}

export class MessageEvents implements Pick<ChannelEvents, 'deleted' | 'edited' | 'reacted'> {
  readonly #deps: MessageEventsDeps
  readonly #logger: Logger

  constructor(deps: MessageEventsDeps) {
    this.#deps = deps
    this.#logger = deps.logger.for('inbox')
  }

  async edited({
    message_id,
    text: written,
  }: {
    readonly message_id: MessageId
    readonly text: string
  }): Promise<void> {
    const { messages, tokens, tellCut } = this.#deps
    const words = messageText(written)
    const was = (await messages.history.current([message_id])).get(message_id)
    if (was === undefined) return
    // What came with it stays: only its writer's own words are new.
    const text =
      kindAfterEdit(was.kind, { ...was, text: words }) === 'command' ? words : textWithDetails(words, was.details)
    const changed = await messages.history.edit(message_id, text, await countInSlices(tokens, text))
    if (changed !== undefined && isBeginning(words)) {
      this.#logger.warn('Only the beginning of a changed message was read', { message_id })
      await tellCut(changed, words)
    }
    await this.#sessionFollows(changed)
  }

  async deleted(message_id: MessageId): Promise<void> {
    const { messages, clock } = this.#deps
    const changed = await messages.history.remove(message_id, clock.now())
    if (changed === undefined) return
    this.#logger.info('A message was taken back and is forgotten', { message_id })
    await this.#sessionFollows(changed)
  }

  async reacted({ message_id, sender, emoji, at }: Reaction): Promise<void> {
    const { people, messages } = this.#deps
    const { person_id } = await people.resolve(sender)
    await messages.history.rate({ message_id, person_id, value: ratingOf(emoji), at })
  }

  async #sessionFollows(changed: ChangedMessage | undefined): Promise<void> {
    if (changed?.session_id === undefined) return
    const { scope, session_id } = changed
    const { windows, exclusive, sessionChanged } = this.#deps
    await exclusive(scope, () => windows.refresh(session_id))
    sessionChanged()
  }
}

/** Thumbs up and down, in every skin tone; other reactions say nothing about quality. */
const ratingOf = (emoji: string | undefined): 1 | -1 | undefined =>
  emoji?.startsWith('\u{1F44D}') === true ? 1 : emoji?.startsWith('\u{1F44E}') === true ? -1 : undefined
