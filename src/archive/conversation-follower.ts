/** Keeps the archive's copy of the bot's conversations in step with the messages, on request, and forgets what is forgotten. */
import type { ChangeLog } from '../messages/change-log.ts'
import type { MessageReader } from '../messages/message-reader.ts'
import { isConversation, type MessageId, type MessageRecord } from '../messages/message.ts'
import type { ErasureBounds, PersonalData } from '../people/personal-data.ts'
import type { PersonId } from '../people/person.ts'
import { KeyedQueue } from '../platform/keyed-queue.ts'
import { yieldToEventLoop } from '../platform/yield.ts'
import type { ConversationCopy, CopiedMessage, CopyProgress, CopyState } from './conversation-copy.ts'

/** Messages of one step: a few milliseconds of reading on the event loop. */
const BATCH = 200
/** Changes after which the copy is brought up to date without a request, so that the change log stays short. */
const SYNC_AFTER = 500
/** Messages without a session that are looked at again by the next request. */
const MOST_UNSETTLED = 1000

export interface ConversationFollowerDeps {
  readonly copy: ConversationCopy
  readonly feed: Pick<MessageReader, 'inOrder'>
  readonly messages: { get(message_ids: readonly MessageId[]): Promise<readonly MessageRecord[]> }
  readonly changeLog: Pick<ChangeLog, 'changes' | 'advance' | 'register' | 'reached' | 'latest'>
  /** Whether there is an archive at all: without one there is nothing to forget. */
  readonly isThere: () => Promise<boolean>
  /** Whether conversations are copied: not while memory is off. */
  readonly enabled: boolean
  /** Runs `act` in the background; `what` names it in the log should it fail. */
  readonly background: (what: string, act: () => Promise<void>) => void
}

/** The copy is followed by requests alone, so that no turn waits for it and no start opens the archive. */
export class ConversationFollower {
  readonly #deps: ConversationFollowerDeps
  /** Following and forgetting never overlap: what was read before must not be written after. */
  readonly #queue = new KeyedQueue<'copy'>()
  /** A message joins its session a moment after it is recorded, and that is not a change that the log has. */
  #unsettled: ReadonlySet<MessageId> = new Set()
  #changes = 0

  constructor(deps: ConversationFollowerDeps) {
    this.#deps = deps
  }

  /** What the archive holds of a person. The messages themselves are exported by their own store. */
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

  /** A message came or changed. Most of the time this does nothing: the next request brings the copy up to date. */
  heard(): void {
    if (++this.#changes < SYNC_AFTER) return
    this.#changes = 0
    const { background, isThere, changeLog } = this.#deps
    background('copying conversations into the archive', async () => {
      if (await isThere()) await this.sync()
      // Of an archive that was removed, no change is kept: a new one is filled from the beginning.
      else await changeLog.advance('archive', await changeLog.latest())
    })
  }

  /** Brings the copy up to date. Call it before the archive is searched or counted. */
  async sync(signal?: AbortSignal): Promise<void> {
    if (!this.#deps.enabled) return
    await this.#queue.run('copy', () => this.#sync(signal))
  }

  /** Removes messages from the copy for good. */
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
    let progress = await this.#begin()
    while (progress.filled_to !== undefined) {
      signal?.throwIfAborted()
      progress = await this.#fill(progress, progress.filled_to)
    }
    const from = progress.change
    await this.#settle(progress)
    for (;;) {
      signal?.throwIfAborted()
      const changes = await this.#deps.changeLog.changes(progress.change, BATCH)
      const last = changes.at(-1)
      if (last === undefined) break
      progress = { filled_to: undefined, change: last.change }
      await this.#apply(
        changes.map(({ message_id, now }) => stateOf(message_id, now)),
        progress,
      )
    }
    if (progress.change > from) await this.#deps.changeLog.advance('archive', progress.change)
  }

  /**
   * An archive that is new, older than the change log remembers, or newer than the messages (one of both was restored)
   * is filled again from the beginning.
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

  async #fill({ change }: CopyProgress, filled_to: number): Promise<CopyProgress> {
    const page = await this.#deps.feed.inOrder(filled_to, BATCH)
    const last = page.at(-1)
    const reached = { filled_to: last?.seq, change }
    if (last === undefined) await this.#removeGone({ filled_to, change })
    await this.#apply(
      page.map(({ message }) => stateOf(message.message_id, message)),
      reached,
    )
    return reached
  }

  /** Takes out messages that are in the copy and nowhere else: of an archive that was filled before. */
  async #removeGone(progress: CopyProgress): Promise<void> {
    for (let after: number | undefined = 0; after !== undefined;) {
      const { message_ids, next } = await this.#deps.copy.copied(after)
      const states = await this.#statesOf(message_ids)
      const gone = states.filter(({ now }) => now === undefined)
      if (gone.length > 0) await this.#deps.copy.apply(gone, progress)
      await yieldToEventLoop()
      after = next
    }
  }

  async #settle(progress: CopyProgress): Promise<void> {
    if (this.#unsettled.size === 0) return
    const states = await this.#statesOf([...this.#unsettled])
    this.#unsettled = new Set()
    await this.#apply(states, progress)
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

/** What its person does not want to be found is not copied; nor are commands and notices. */
const stateOf = (message_id: MessageId, now: MessageRecord | undefined): CopyState => {
  if (now === undefined || !isConversation(now)) return { message_id, now: undefined }
  const { chat_id, scope, person_id, role, sender_name, text, sent_at, session_id } = now
  const copied: CopiedMessage = { message_id, chat_id, scope, person_id, role, sender_name, text, sent_at, session_id }
  return { message_id, now: text.trim() === '' ? undefined : copied }
}
