/** Updates the archive's copy of the bot's conversations on request, and removes forgotten messages from it. */
import type { ChangeLog } from '../messages/change-log.ts'
import type { MessageReader } from '../messages/message-reader.ts'
import { isConversation, type MessageId, type MessageRecord } from '../messages/message.ts'
import type { ErasureBounds, PersonalData } from '../people/personal-data.ts'
import type { PersonId } from '../people/person.ts'
import { KeyedQueue } from '../platform/keyed-queue.ts'
import { yieldToEventLoop } from '../platform/yield.ts'
import type { ConversationCopy, CopiedMessage, CopyProgress, CopyState } from './conversation-copy.ts'

/** How many messages one step handles: a few milliseconds on the event loop. */
const BATCH = 200
/** After this many changes, the copy is updated without a request, so that the change log stays short. */
const SYNC_AFTER = 500
/** How many messages without a session are checked again by the next request. */
const MOST_UNSETTLED = 1000

export interface ConversationFollowerDeps {
  readonly copy: ConversationCopy
  readonly feed: Pick<MessageReader, 'inOrder'>
  readonly messages: { get(message_ids: readonly MessageId[]): Promise<readonly MessageRecord[]> }
  readonly changeLog: Pick<ChangeLog, 'changes' | 'advance' | 'register' | 'reached' | 'latest'>
  /** Whether there is an archive: otherwise there is nothing to forget. */
  readonly isThere: () => Promise<boolean>
  /** Whether conversations are copied; false while memory is off. */
  readonly enabled: boolean
  /** Runs `act` in the background; `what` names it in the log if it fails. */
  readonly background: (what: string, act: () => Promise<void>) => void
}

/** Runs one step of following, unless the caller has called it off. */
type Step = <T>(act: () => Promise<T>) => Promise<T>

/** Requests update the copy, so that no turn waits for it and the archive is not opened at startup. */
export class ConversationFollower {
  readonly #deps: ConversationFollowerDeps
  /**
   * Steps of following and acts of forgetting never overlap: what was read before must not be written after. Between two
   * steps, forgetting goes first, so that it does not wait for the rest of a long fill.
   */
  readonly #queue = new KeyedQueue<'following' | 'copy'>()
  /**
   * Messages without a session: a message joins its session shortly after it is recorded, which the change log does not
   * report.
   */
  #unsettled: ReadonlySet<MessageId> = new Set()
  #changes = 0

  constructor(deps: ConversationFollowerDeps) {
    this.#deps = deps
  }

  /** The personal data in the archive. The messages themselves are exported by their own store. */
  get personal(): PersonalData {
    return {
      name: 'archive',
      tables: ['archive_messages'],
      count: (person_id, bounds = {}) => this.#count(person_id, bounds),
      export: async function* () {},
      erase: (person_id, bounds = {}) => this.#erase(person_id, bounds),
      reassign: (from, to) => this.#reassign(from, to),
    }
  }

  /** A message arrived or changed. Most calls do nothing, because the next request updates the copy. */
  heard(): void {
    if (++this.#changes < SYNC_AFTER) return
    this.#changes = 0
    const { background, isThere, changeLog } = this.#deps
    background('copying conversations into the archive', async () => {
      if (await isThere()) await this.sync()
      // If the archive was removed, no changes are kept for it: a new archive is filled from the beginning.
      else await changeLog.advance('archive', await changeLog.latest())
    })
  }

  /** Updates the copy. Call it before the archive is searched or counted. */
  async sync(signal?: AbortSignal): Promise<void> {
    if (!this.#deps.enabled) return
    await this.#queue.run('following', () => this.#sync(signal))
  }

  /** Removes messages from the copy permanently. */
  async forget(message_ids: readonly MessageId[]): Promise<void> {
    await this.#queue.run('copy', async () => {
      if (message_ids.length > 0 && (await this.#deps.isThere())) await this.#deps.copy.forget(message_ids)
    })
  }

  async #count(person_id: PersonId, bounds: ErasureBounds): Promise<number> {
    return (await this.#deps.isThere()) ? await this.#deps.copy.count(person_id, bounds) : 0
  }

  async #erase(person_id: PersonId, bounds: ErasureBounds): Promise<number> {
    return await this.#queue.run('copy', async () =>
      (await this.#deps.isThere()) ? await this.#deps.copy.erase(person_id, bounds) : 0,
    )
  }

  async #reassign(from: PersonId, to: PersonId): Promise<void> {
    await this.#queue.run('copy', async () => {
      if (await this.#deps.isThere()) await this.#deps.copy.reassign(from, to)
    })
  }

  async #sync(signal: AbortSignal | undefined): Promise<void> {
    const step: Step = async act => {
      signal?.throwIfAborted()
      return await this.#queue.run('copy', act)
    }
    const { filled_to, change } = await step(() => this.#begin())
    if (filled_to !== undefined) await this.#fillFrom(filled_to, change, step)
    await step(() => this.#settle(change))
    let reached = change
    for (let next: number | undefined = change; next !== undefined;) {
      const from: number = next
      reached = from
      next = await step(() => this.#follow(from))
    }
    if (reached > change) await this.#deps.changeLog.advance('archive', reached)
  }

  /** Copies all messages from a place on; then takes out those that are gone. */
  async #fillFrom(filled_to: number, change: number, step: Step): Promise<void> {
    for (let place: number | undefined = filled_to; place !== undefined;) {
      const from: number = place
      place = await step(() => this.#fill(from, change))
    }
    for (let place: number | undefined = 0; place !== undefined;) {
      const from: number = place
      place = await step(() => this.#removeGone(from, { filled_to, change }))
    }
    await step(() => this.#deps.copy.apply([], { filled_to: undefined, change }))
  }

  /** @returns the last change that is in the copy now; `undefined` when there was none to follow */
  async #follow(change: number): Promise<number | undefined> {
    const changes = await this.#deps.changeLog.changes(change, BATCH)
    const last = changes.at(-1)
    if (last === undefined) return undefined
    await this.#apply(
      changes.map(({ message_id, now }) => stateOf(message_id, now)),
      { filled_to: undefined, change: last.change },
    )
    return last.change
  }

  /**
   * The copy starts from the beginning if the archive is new, older than the oldest entry of the change log, or newer
   * than the messages (because one of them was restored from a backup).
   */
  async #begin(): Promise<CopyProgress> {
    const { copy, changeLog } = this.#deps
    const progress = await copy.progress()
    const reached = await changeLog.reached('archive')
    const latest = await changeLog.latest()
    if (progress !== undefined && reached !== undefined && progress.change >= reached && progress.change <= latest) {
      return progress
    }
    await changeLog.register('archive')
    const start = { filled_to: 0, change: latest }
    await copy.apply([], start)
    await changeLog.advance('archive', latest)
    return start
  }

  /** @returns the place of the last message that was copied; `undefined` when there was none */
  async #fill(filled_to: number, change: number): Promise<number | undefined> {
    const page = await this.#deps.feed.inOrder(filled_to, BATCH)
    const last = page.at(-1)
    if (last === undefined) return undefined
    await this.#apply(
      page.map(({ message }) => stateOf(message.message_id, message)),
      { filled_to: last.seq, change },
    )
    return last.seq
  }

  /** Removes messages that exist only in the copy; needed if the archive was not empty. */
  async #removeGone(after: number, progress: CopyProgress): Promise<number | undefined> {
    const { message_ids, next } = await this.#deps.copy.copied(after)
    const states = await this.#statesOf(message_ids)
    const gone = states.filter(({ now }) => now === undefined)
    if (gone.length > 0) await this.#deps.copy.apply(gone, progress)
    await yieldToEventLoop()
    return next
  }

  async #settle(change: number): Promise<void> {
    if (this.#unsettled.size === 0) return
    const states = await this.#statesOf([...this.#unsettled])
    this.#unsettled = new Set()
    await this.#apply(states, { filled_to: undefined, change })
  }

  async #statesOf(message_ids: readonly MessageId[]): Promise<readonly CopyState[]> {
    const kept = new Map((await this.#deps.messages.get(message_ids)).map(each => [each.message_id, each]))
    return message_ids.map(id => stateOf(id, kept.get(id)))
  }

  async #apply(states: readonly CopyState[], reached: CopyProgress): Promise<void> {
    await this.#deps.copy.apply(states, reached)
    const without = states.flatMap(({ message_id, now }) =>
      now !== undefined && now.session_id === undefined ? [message_id] : [],
    )
    this.#unsettled = new Set([...this.#unsettled, ...without].slice(-MOST_UNSETTLED))
    await yieldToEventLoop()
  }
}

/** Messages that their person does not want to be found are not copied, and neither are commands and notices. */
const stateOf = (message_id: MessageId, now: MessageRecord | undefined): CopyState => {
  if (now === undefined || !isConversation(now)) return { message_id, now: undefined }
  const { chat_id, scope, person_id, role, sender_name, text, sent_at, session_id } = now
  const copied: CopiedMessage = { message_id, chat_id, scope, person_id, role, sender_name, text, sent_at, session_id }
  return { message_id, now: text.trim() === '' ? undefined : copied }
}
