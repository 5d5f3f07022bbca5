/**
 * Forgets messages of chats with disappearing messages once they expire: from every store, as if their person had asked
 * for it. What a person asked to remember stays, and so do messages that were kept in the chat.
 */
import type { MessageErasure } from '../messages/message-erasure.ts'
import type { ChatId, MessageId, MessageRecord } from '../messages/message.ts'
import type { Scope } from '../messages/scope.ts'
import type { MemoryStore } from '../memory/memory-store.ts'
import { HOUR_MS, type Clock } from '../platform/clock.ts'
import { KeyedQueue } from '../platform/keyed-queue.ts'
import type { Logger } from '../platform/logger.ts'
import type { SetAside } from '../platform/set-aside.ts'
import type { Erasure } from './erasure.ts'
import { byScope } from './erasure-targets.ts'

export interface MessageExpiryDeps {
  readonly messages: Pick<MessageErasure, 'eraseMessages' | 'expired' | 'keep'>
  readonly memories: Pick<MemoryStore, 'ofSources'>
  readonly erasure: Pick<Erasure, 'things'>
  /** Which of these messages were kept in their chat; `undefined` if no channel can tell now. */
  readonly keptIn: (chat_id: ChatId, message_ids: readonly MessageId[]) => Promise<ReadonlySet<MessageId> | undefined>
  /** Runs an act while no turn of the conversation is under way. */
  readonly exclusive: <T>(scope: Scope, act: () => Promise<T>) => Promise<T>
  readonly setAside: SetAside
  readonly clock: Clock
  readonly logger: Logger
}

/** Most messages of one act of erasure. */
const AT_ONCE = 500
/** How long after its expiry, and after the start, a message waits if no channel can tell whether it was kept. */
const MOST_WAIT_MS = HOUR_MS

export class MessageExpiry {
  readonly #deps: MessageExpiryDeps
  readonly #logger: Logger
  readonly #began: number
  readonly #queue = new KeyedQueue<'sweep'>()

  constructor(deps: MessageExpiryDeps) {
    this.#deps = deps
    this.#logger = deps.logger.for('cleanup')
    this.#began = deps.clock.monotonic()
  }

  /**
   * Forgets expired messages. A conversation that fails does not hold up the others. If it is called while a sweep is
   * running, that sweep repeats afterwards: two sweeps side by side would find, erase and audit the same messages.
   * @returns how many messages were forgotten
   */
  async sweep(options: { readonly signal?: AbortSignal } = {}): Promise<number> {
    return await this.#queue.run('sweep', () => this.#sweep(options))
  }

  async #sweep({ signal }: { readonly signal?: AbortSignal }): Promise<number> {
    const { messages, clock, setAside } = this.#deps
    const now = clock.now()
    let forgotten = 0
    /** The position after which messages have not been checked yet. */
    let after = 0
    for (;;) {
      const due = await messages.expired({ now, after, limit: AT_ONCE })
      after = due.at(-1)?.seq ?? after
      const ripe = await this.#withoutKept(due.map(({ message }) => message))
      for (const [place, theirs] of Map.groupBy(ripe, ({ scope, person_id }) => `${person_id} ${scope}`)) {
        if (signal?.aborted) return forgotten
        const done = await setAside.attempt('forgetting disappearing messages', place, () => this.#forget(theirs))
        if (done.done) forgotten += theirs.length
      }
      if (due.length < AT_ONCE) break
    }
    if (forgotten > 0) this.#logger.info('Disappearing messages are forgotten', { messages: forgotten })
    return forgotten
  }

  async #withoutKept(due: readonly MessageRecord[]): Promise<readonly MessageRecord[]> {
    const { messages, keptIn, clock } = this.#deps
    const ripe: MessageRecord[] = []
    for (const [chat_id, theirs] of Map.groupBy(due, message => message.chat_id)) {
      const kept = await keptIn(
        chat_id,
        theirs.map(message => message.message_id),
      )
      const waited = clock.monotonic() - this.#began >= MOST_WAIT_MS
      const isRipe = ({ expires_at = 0 }: MessageRecord): boolean =>
        kept !== undefined || (waited && clock.now() - expires_at >= MOST_WAIT_MS)
      if (kept !== undefined && kept.size > 0) await messages.keep([...kept])
      ripe.push(...theirs.filter(message => kept?.has(message.message_id) !== true && isRipe(message)))
    }
    return ripe
  }

  /** Forgets messages of one person in one conversation. */
  async #forget(theirs: readonly MessageRecord[]): Promise<void> {
    const { messages, memories, erasure, exclusive } = this.#deps
    const [first] = theirs
    if (first === undefined) return
    const { person_id, scope } = first
    await exclusive(scope, async () => {
      const asked = new Set<MessageId>()
      for (const [place, ids] of byScope(theirs)) {
        for (const { kind, sources } of await memories.ofSources(place, ids)) {
          if (kind === 'explicit') for (const source of sources) asked.add(source)
        }
      }
      const said = theirs.filter(({ message_id, kind }) => kind !== 'command' && !asked.has(message_id))
      if (said.length > 0) await erasure.things({ person_id, by: 'expiry' }, { messages: said })
      // What a command asked to remember stays; the command itself is deleted.
      const rest = theirs.filter(message => !said.includes(message))
      await messages.eraseMessages(rest.map(({ message_id }) => message_id))
    })
  }
}
