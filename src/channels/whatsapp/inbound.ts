/** Passes events of WhatsApp to the pipeline: in order within a chat, and again if recording one fails. */
import type { ChannelEvents, BackfilledChat, OwnerMessage } from '../channel.ts'
import { textWithDetails } from '../../messages/message-details.ts'
import type { IncomingMessage, Mention } from '../../messages/message.ts'
import { addressOfIdentity } from '../../people/chat-addresses.ts'
import type { Identity } from '../../people/person.ts'
import { backoffDelay, type Backoff } from '../../platform/backoff.ts'
import { SECOND_MS, type Clock } from '../../platform/clock.ts'
import { asDenidinError } from '../../platform/errors.ts'
import type { Ids } from '../../platform/ids.ts'
import { KeyedQueue } from '../../platform/keyed-queue.ts'
import type { Logger } from '../../platform/logger.ts'
import type { GapTracker } from './gap-tracker.ts'
import type { MissedHistory } from './history-reader.ts'
import type { IdentityResolver } from './identity-resolver.ts'
import {
  identityOf,
  mentionedPeople,
  quotesSelf,
  reasonToIgnore,
  reasonToIgnoreOwn,
  spokenText,
  toIncoming,
} from './message-mapper.ts'
import { isGroup, isSelf, POLL_VOTE, type MessageChange, type Self, type WhatsAppMessage } from './whatsapp-message.ts'

export interface InboundDeps {
  /** A rejection means that the event is not recorded. */
  readonly events: Pick<ChannelEvents, 'message' | 'backfilled' | 'edited' | 'deleted' | 'reacted' | 'ownerWrote'>
  readonly identities: Pick<IdentityResolver, 'displayName' | 'resolve'>
  readonly gaps: GapTracker
  /** Whether this process sent an own message, as far as it can tell. */
  readonly isOurs: (message: WhatsAppMessage) => Promise<boolean>
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
}

/** Why a message could not be read, and when it was sent. */
interface Failure {
  readonly sent_at: number
  readonly reason: unknown
}

const ATTEMPTS = 5
/** Most people mentioned in one text whose names are looked up; a message may mention a whole group. */
const MOST_LOOKED_UP = 50
const BACKOFF: Backoff = { first_ms: SECOND_MS, most_ms: 8 * SECOND_MS }

export class Inbound {
  readonly #deps: InboundDeps
  readonly #stopping = new AbortController()
  readonly #chats = new KeyedQueue<string>()

  constructor(deps: InboundDeps) {
    this.#deps = deps
  }

  /** Takes a message; messages that no person wrote are ignored. `self` is the account, to recognise mentions of it. */
  take(message: WhatsAppMessage, self: Self): void {
    const { events, gaps } = this.#deps
    const own_vote = message.type === POLL_VOTE && isSelf(message.author_id, self)
    if (this.#isIgnored(own_vote ? 'own vote' : reasonToIgnore(message))) return
    void this.#enqueue(message.chat_id, message.message_id, async () => {
      const incoming = await this.#incoming(message, self)
      await events.message(gaps.isComplete(message.chat_id) ? { ...incoming, gapless: true } : incoming)
    })
  }

  /** Takes an own message that just appeared. If we did not send it, the account owner wrote it. */
  takeOwn(message: WhatsAppMessage, self: Self): void {
    const { events, isOurs, logger } = this.#deps
    if (this.#isIgnored(reasonToIgnoreOwn(message))) return
    const { message_id, chat_id } = message
    void isOurs(message).then(
      ours => {
        if (ours) return
        void this.#enqueue(chat_id, message_id, async () => {
          await events.ownerWrote(await this.#ownerMessage(message, self))
        })
      },
      (error: unknown) => {
        const reason = asDenidinError(error).message
        logger.warn('It is unknown who wrote an own message', { message_id, reason })
      },
    )
  }

  /** Takes the missed messages of a chat. False if some of them could not be recorded. */
  async takeHistory({ chat_id, messages, changes, until }: MissedHistory, self: Self): Promise<boolean> {
    const { events, gaps } = this.#deps
    return await this.#enqueue(chat_id, messages[0]?.message_id ?? chat_id, async () => {
      const { said, failed } = await this.#backfilled(messages, self)
      // A message that cannot be read or applied does not hold up the others, and is read again: the mark of the chat
      // stays before it.
      const whole_until = failed === undefined ? until : Math.min(until, failed.sent_at - 1)
      let failure = failed
      // First, so that what is said next is answered with the messages as they are now.
      for (const change of changes) {
        await this.#applyChange(change, self).catch((reason: unknown) => (failure ??= { sent_at: until, reason }))
      }
      await events.backfilled({ chat_id, said, until: whole_until })
      if (failure !== undefined) throw failure.reason as Error
      gaps.complete(chat_id)
    })
  }

  /** Takes a change of a message; reactions of the account itself are ignored. */
  change(change: MessageChange, self: Self): void {
    void this.#enqueue(change.chat_id, change.message_id, () => this.#applyChange(change, self))
  }

  /** Whether anything is being recorded. */
  get busy(): boolean {
    return this.#chats.busy
  }

  /** Stops taking messages; resolves when everything taken is recorded or given up. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#chats.whenIdle()
  }

  #isIgnored(reason: string | undefined): boolean {
    if (reason !== undefined) this.#deps.logger.debug('A message was ignored', { reason })
    return reason !== undefined
  }

  async #incoming(message: WhatsAppMessage, self: Self): Promise<IncomingMessage> {
    const { attachment } = message.details ?? {}
    if (attachment?.kind === 'unknown') {
      this.#deps.logger.info('A message of an unknown kind arrived', { type: attachment.type })
    }
    const [identities, mentions, quoted] = await Promise.all([
      this.#deps.identities.resolve(message.author_id),
      this.#mentions(message, self),
      this.#quotedPerson(message, self),
    ])
    return toIncoming(message, self, identities, mentions, quoted)
  }

  /** The author of the message that a message quotes; `undefined` if that is the account itself, or unknown. */
  async #quotedPerson(message: WhatsAppMessage, self: Self): Promise<readonly Identity[] | undefined> {
    const { quoted_author_id } = message
    if (quoted_author_id === undefined || isGroup(quoted_author_id) || quotesSelf(message, self)) return undefined
    return await this.#deps.identities.resolve(quoted_author_id)
  }

  async #ownerMessage(message: WhatsAppMessage, self: Self): Promise<OwnerMessage> {
    const { message_id, chat_id, sent_at, expires_at } = message
    const text = textWithDetails(message.text, message.details)
    const group = isGroup(chat_id)
    const other = group ? undefined : { identities: await this.#deps.identities.resolve(chat_id) }
    const mentions = await this.#mentions(message, self)
    return { message_id, chat_id, chat_kind: group ? 'group' : 'direct', other, text, mentions, sent_at, expires_at }
  }

  /** The people whom a text mentions. Beyond the limit, people keep the address in the text as their name. */
  async #mentions(message: Parameters<typeof mentionedPeople>[0], self: Self): Promise<readonly Mention[]> {
    const { identities } = this.#deps
    return await Promise.all(
      mentionedPeople(message, self).map(async (address, index) => {
        const { value: written } = identityOf(address)
        if (index >= MOST_LOOKED_UP) return { written, identities: [identityOf(address)], name: undefined }
        const known = await identities.resolve(address)
        const addresses = [address, ...known.map(addressOfIdentity)].filter(each => each !== undefined)
        return { written, identities: known, name: await identities.displayName([...new Set(addresses)]) }
      }),
    )
  }

  /** The messages in order, and the first one that could not be read, if any. */
  async #backfilled(
    messages: readonly WhatsAppMessage[],
    self: Self,
  ): Promise<Pick<BackfilledChat, 'said'> & { readonly failed: Failure | undefined }> {
    const said: BackfilledChat['said'][number][] = []
    let failed: Failure | undefined
    for (const message of messages) {
      try {
        const each = await this.#said(message, self)
        if (each !== undefined) said.push(each)
      } catch (reason) {
        failed ??= { sent_at: message.sent_at, reason }
      }
    }
    return { said, failed }
  }

  /** `undefined` for messages that neither a person nor the account owner wrote. */
  async #said(message: WhatsAppMessage, self: Self): Promise<BackfilledChat['said'][number] | undefined> {
    if (message.from_me) {
      if (this.#isIgnored(reasonToIgnoreOwn(message)) || (await this.#deps.isOurs(message))) return undefined
      return { by: 'account', message: await this.#ownerMessage(message, self) }
    }
    return this.#isIgnored(reasonToIgnore(message))
      ? undefined
      : { by: 'person', message: await this.#incoming(message, self) }
  }

  async #applyChange(change: MessageChange, self: Self): Promise<void> {
    const { events, identities } = this.#deps
    const { message_id, chat_id } = change
    switch (change.kind) {
      case 'edited':
        await events.edited({
          message_id,
          text: spokenText(change, self),
          ...(change.mentioned_ids === undefined ? {} : { chat_id, mentions: await this.#mentions(change, self) }),
        })
        return
      case 'deleted':
        await events.deleted(message_id)
        return
      case 'reacted': {
        const { author_id, emoji, at } = change
        if (isSelf(author_id, self)) return
        await events.reacted({ message_id, sender: { identities: await identities.resolve(author_id) }, emoji, at })
      }
    }
  }

  /** Resolves, never rejects, once the message is recorded (true) or given up. */
  async #enqueue(chat_id: string, message_id: string, act: () => Promise<void>): Promise<boolean> {
    if (this.#stopping.signal.aborted) return false
    return await this.#chats.run(chat_id, () => this.#record(chat_id, message_id, act))
  }

  async #record(chat_id: string, message_id: string, act: () => Promise<void>): Promise<boolean> {
    const { clock, ids, logger, gaps } = this.#deps
    for (let failures = 1; ; failures++) {
      try {
        await act()
        return true
      } catch (error) {
        const reason = asDenidinError(error).message
        if (failures === ATTEMPTS || this.#stopping.signal.aborted) {
          // Later messages of the chat must not move its mark past this one, so that the next start looks for it.
          gaps.gap(chat_id)
          logger.error('A message could not be recorded', { message_id, reason })
          return false
        }
        logger.warn('A message could not be recorded and is tried again', { message_id, reason })
        await clock.sleep(backoffDelay(BACKOFF, failures, ids), this.#stopping.signal).catch(() => undefined)
      }
    }
  }
}
