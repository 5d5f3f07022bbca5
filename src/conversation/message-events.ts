/** Handles changes of messages after they were recorded: edits, deletions and reactions. */
import type { ChannelEvents, EditedMessage, Reaction } from '../channels/channel.ts'
import type { MessageId } from '../messages/message.ts'
import type { ChangedMessage } from '../messages/history-store.ts'
import { afterEdit } from '../messages/message-kind.ts'
import type { MessageStore } from '../messages/message-store.ts'
import type { People } from '../people/people.ts'
import type { Clock } from '../platform/clock.ts'
import { asDenidinError } from '../platform/errors.ts'
import type { Logger } from '../platform/logger.ts'
import type { Sessions } from '../sessions/sessions.ts'
import { isBeginning, messageText } from '../text/message-text.ts'
import { countInSlices, type TokenCounter } from '../text/tokens.ts'
import type { AnswersUnderWay } from './answers-under-way.ts'
import type { ChangeListener } from './recent-changes.ts'
import type { Exclusive } from './turn-scheduler.ts'

export interface MessageEventsDeps {
  readonly people: Pick<People, 'resolve'>
  readonly messages: Pick<MessageStore, 'history' | 'outbox'>
  /** The answers that a change cancels. */
  readonly answers: {
    readonly underWay: Pick<AnswersUnderWay, 'deleted' | 'edited'>
    /** Remembers changes of messages whose texts are not stored. */
    readonly recent: ChangeListener
    /** Queues messages again whose reply was withdrawn before it was sent. */
    readonly again: (message_ids: readonly MessageId[]) => Promise<void>
  }
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

  async edited({ message_id, text: written }: EditedMessage): Promise<void> {
    const { messages, answers, tokens, tellCut } = this.#deps
    const words = messageText(written)
    const was = (await messages.history.current([message_id])).get(message_id)
    const text = was === undefined ? words : afterEdit(was, words).text
    const changed = was && (await messages.history.edit(message_id, text, await countInSlices(tokens, text)))
    answers.recent.edited(message_id, words)
    const work = answers.underWay.edited(message_id, text)
    // The turn itself repeats work on a message that is being answered; messages with a deferred reply have to be
    // queued.
    if (work === 'ended') await messages.outbox.withdraw(message_id, 'all')
    else if (work === 'none' && changed !== undefined) {
      await answers.again(await messages.outbox.withdraw(message_id, 'conversation'))
    }
    if (changed !== undefined && isBeginning(words)) {
      this.#logger.warn('Only the beginning of a changed message was read', { message_id })
      await tellCut(changed, words)
    }
    await this.#sessionFollows(changed, work === 'none')
  }

  async deleted(message_id: MessageId): Promise<void> {
    const { messages, answers, clock } = this.#deps
    const changed = await messages.history.remove(message_id, clock.now())
    answers.recent.deleted(message_id)
    const ended = answers.underWay.deleted(message_id)
    const waiting = await messages.outbox.withdraw(message_id, 'all')
    if (!ended) await answers.again(waiting)
    if (changed === undefined) return
    this.#logger.info('A message was deleted by its author and is forgotten', { message_id })
    await this.#sessionFollows(changed, !ended)
  }

  async reacted({ message_id, sender, emoji, at }: Reaction): Promise<void> {
    const { people, messages } = this.#deps
    const { person_id } = await people.resolve(sender)
    await messages.history.rate({ message_id, person_id, value: ratingOf(emoji), at })
  }

  /** @param wait whether to wait for it; not while the message is being answered, which may take long */
  async #sessionFollows(changed: ChangedMessage | undefined, wait: boolean): Promise<void> {
    if (changed?.session_id === undefined) return
    const { scope, session_id } = changed
    const { windows, exclusive, sessionChanged } = this.#deps
    const follows = exclusive(scope, () => windows.refresh(session_id)).then(sessionChanged)
    if (wait) await follows
    else {
      follows.catch((error: unknown) => {
        this.#logger.error('A session could not follow a change', { reason: asDenidinError(error).message })
      })
    }
  }
}

/** Thumbs up and down, in every skin tone; other reactions say nothing about quality. */
const ratingOf = (emoji: string | undefined): 1 | -1 | undefined =>
  emoji?.startsWith('\u{1F44D}') === true ? 1 : emoji?.startsWith('\u{1F44E}') === true ? -1 : undefined
