/** Sends deferred replies once there is a reason to try again, and gives up old ones. */
import type { Channel } from '../../channels/channel.ts'
import type { ChatId } from '../../messages/message.ts'
import type { MessageStore } from '../../messages/message-store.ts'
import type { HeldReply, Reply } from '../../messages/outbox-store.ts'
import type { Clock } from '../../platform/clock.ts'
import type { DeliveryHealth } from '../delivery-health.ts'
import type { PartRecorder } from './part-recorder.ts'
import type { ReplyAddresses } from './reply-addresses.ts'
import { isOfOtherAccount, type Part, type PartSender, type SendResult } from './part-sender.ts'
import { RETRY_MS } from './retry-pauses.ts'
import type { SetAside } from '../../platform/set-aside.ts'

/** Why deferred replies may be sent now. */
export type ResendReason = 'reconnected' | 'resumed'

/** When a deferred reply may be sent. */
export interface HoldingRules {
  /** Whether deferred replies of this chat have to wait for the end of quiet hours or of a pause. */
  readonly delay: (reply: Reply) => Promise<boolean>
  /** A reply that is deferred for longer than this is no longer useful. */
  readonly useless_after_ms: number
}

export interface HeldReplySenderDeps {
  readonly messages: Pick<MessageStore, 'outbox'>
  readonly channelOf: (chat_id: ChatId) => Channel | undefined
  readonly addresses: ReplyAddresses
  readonly holding: HoldingRules
  readonly sender: PartSender
  readonly recorder: PartRecorder
  readonly health: DeliveryHealth
  readonly setAside: SetAside
  readonly clock: Clock
  readonly stopping: AbortSignal
}

export class HeldReplySender {
  readonly #deps: HeldReplySenderDeps
  /** Texts of deferred replies that may not be written to disk (memory is off), as long as this process lives. */
  readonly #unwritten = new Map<string, readonly Part[]>()
  /**
   * Deferred replies that a channel could have taken, if it had not been for quiet hours, a pause, a full disk, or
   * another account.
   */
  readonly #delayed = new Set<string>()

  constructor(deps: HeldReplySenderDeps) {
    this.#deps = deps
  }

  /** Whether any reply could be sent, if it were not for quiet hours, a pause, a full disk, or another account. */
  get waits(): boolean {
    return this.#delayed.size > 0
  }

  /** How many replies wait until the account that received their questions is linked again. */
  async countOfOtherAccounts(): Promise<number> {
    const { messages, channelOf } = this.#deps
    const held = await messages.outbox.held()
    return held.filter(({ reply }) => isOfOtherAccount(reply, channelOf(reply.chat_id))).length
  }

  /** Keeps what is needed to send the unsent parts of a reply later. */
  keepUnsent(
    { reply, channel }: { readonly reply: Reply; readonly channel: Channel | undefined },
    { unsent, unrecorded }: SendResult,
  ): void {
    if (!reply.keep && unsent.length > 0) this.#unwritten.set(reply.outbox_id, unsent)
    if (unrecorded || (unsent.length > 0 && isOfOtherAccount(reply, channel))) this.#delayed.add(reply.outbox_id)
  }

  /** Tries the deferred replies of a chat, oldest first. @returns replies of which a part may have been sent */
  async sendIn(chat_id: ChatId, reason: ResendReason): Promise<readonly Reply[]> {
    const { messages, recorder, channelOf, setAside } = this.#deps
    const channel = channelOf(chat_id)
    if (channel === undefined) return []
    const sent: Reply[] = []
    let diskRefuses = await recorder.settle(chat_id).then(
      () => false,
      () => true,
    )
    for (const held of await messages.outbox.held(chat_id)) {
      const { reply } = held
      if (diskRefuses) {
        // Later replies wait too, so that the order is kept.
        this.#delayed.add(reply.outbox_id)
        continue
      }
      if (this.#isStopping() || !(await this.#isDue(reply, reason, channel))) continue
      const attempt = await setAside.attempt('sending held replies', reply.outbox_id, () =>
        this.#resume(held, channel, reason),
      )
      if (!attempt.done) {
        await this.#giveUp(reply, 'it could not be sent')
        continue
      }
      const { first, unsent, unrecorded } = attempt.result
      if (first !== undefined && first.outcome !== 'not_sent') sent.push(reply)
      if (unsent.length === 0 || this.#isStopping()) continue
      if (unrecorded) {
        diskRefuses = true
        continue
      }
      if (isOfOtherAccount(reply, channel)) continue
      // Later replies wait too, so that the order is kept.
      if (reason === 'resumed') break
      await this.#giveUp(reply, 'the channel did not take it after a reconnect either')
    }
    return sent
  }

  /** Whether a reply may be sent now; one that is too old is given up instead. */
  async #isDue(reply: Reply, reason: ResendReason, channel: Channel): Promise<boolean> {
    const { clock, holding } = this.#deps
    if (reason === 'resumed' && !this.#delayed.has(reply.outbox_id)) return false
    this.#delayed.delete(reply.outbox_id)
    if (clock.now() - reply.created_at > holding.useless_after_ms) {
      await this.#giveUp(reply, isOfOtherAccount(reply, channel) ? 'another WhatsApp account was linked' : 'too old')
      return false
    }
    if (!isOfOtherAccount(reply, channel) && !(await holding.delay(reply))) return true
    this.#delayed.add(reply.outbox_id)
    return false
  }

  async #resume({ reply, waiting }: HeldReply, channel: Channel, reason: ResendReason): Promise<SendResult> {
    const { messages, sender, addresses, clock } = this.#deps
    const unwritten = this.#unwritten.get(reply.outbox_id)
    this.#unwritten.delete(reply.outbox_id)
    const parts = unwritten ?? waiting.flatMap(({ part, text }) => (text === undefined ? [] : [{ part, text }]))
    if (parts.length === 0) {
      await messages.outbox.abandon(reply, clock.now())
      return { first: undefined, unsent: [], unrecorded: false }
    }
    const retry_ms = reason === 'reconnected' ? RETRY_MS : []
    const result = await sender.send({
      reply,
      parts,
      channel,
      addresses: await addresses.ofHeld(reply, channel),
      since: undefined,
      retry_ms,
    })
    this.keepUnsent({ reply, channel }, result)
    return result
  }

  async #giveUp(reply: Reply, why: string): Promise<void> {
    const { messages, health, clock } = this.#deps
    await messages.outbox.fail(reply, clock.now())
    this.#unwritten.delete(reply.outbox_id)
    health.failed(reply, why)
  }

  #isStopping(): boolean {
    return this.#deps.stopping.aborted
  }
}
