/** Keeps the full-text index in step with the messages, in the background. */
import { BackgroundTasks } from '../../platform/background-tasks.ts'
import { BackgroundPatience, BackgroundSlices } from '../../platform/urgent-work.ts'
import { yieldToEventLoop } from '../../platform/yield.ts'
import type { Logger } from '../../platform/logger.ts'
import { isOfItem, type SetAside } from '../../platform/set-aside.ts'
import type { ChangeLog, SearchedMessages } from '../../messages/change-log.ts'
import type { MessageId } from '../../messages/message.ts'
import type { MessageReader } from '../../messages/message-reader.ts'
import type { Scope } from '../../messages/scope.ts'
import type { ZoneOf } from '../../people/personal-zones.ts'
import type { IndexProgress, FullTextIndex, MessageState } from './full-text-index.ts'
import { readAhead } from './index-document.ts'
import { stateOf } from './index-eligibility.ts'

/** How many messages one transaction contains: a few milliseconds of work, then control returns to the event loop. */
const BATCH = 32
/** How many characters the messages of one transaction contain, unless a single message is longer. */
const MOST_CHARACTERS = 20_000
/** A longer message is read before it is written, so that neither takes long. */
const LONG_CHARACTERS = 4000
/** After more changes that the index lacks, they are not examined one by one. */
const MOST_MISSING = 200
/** After how many changes the change log is shortened. */
const PURGE_AFTER = 2000

export interface FullTextIndexerDeps {
  readonly feed: MessageReader
  readonly changeLog: Pick<ChangeLog, 'changes' | 'changedAfter' | 'latest' | 'advance'>
  readonly index: FullTextIndex
  readonly setAside: SetAside
  readonly zoneOf: ZoneOf
  readonly logger: Logger
}

/**
 * Keeps the full-text index in step with the messages, in the background. The remaining work is determined from the
 * index and the messages each time, so a crash at any moment loses nothing.
 */
export class FullTextIndexer implements AsyncDisposable {
  readonly #deps: FullTextIndexerDeps
  readonly #background: BackgroundTasks
  readonly #soon: () => void
  readonly #patience = new BackgroundPatience()
  #stopping = false
  #since_purge = 0

  constructor(deps: FullTextIndexerDeps) {
    this.#deps = deps
    this.#background = new BackgroundTasks(deps.logger.for('memory.index'))
    this.#soon = this.#background.coalesced('indexing messages', () => this.#catchUp())
  }

  /** Call this when messages may have changed. */
  requestSync(): void {
    if (!this.#stopping) this.#soon()
  }

  /**
   * Whether the index contains the messages of a search as they are now. If it lacks very many changes, the answer is no.
   * @param leavesOut whether the search does not need any of these messages
   */
  async hasAll(
    searched: SearchedMessages,
    leavesOut: (message_ids: readonly MessageId[]) => boolean,
  ): Promise<boolean> {
    const { index, changeLog } = this.#deps
    const { filled_to, change } = await index.progress()
    if (filled_to !== undefined || (await changeLog.latest()) - change > MOST_MISSING) return false
    const changed = await changeLog.changedAfter(change, searched)
    return changed.length === 0 || leavesOut(changed)
  }

  /** Resolves when everything so far is indexed, or cannot be indexed. */
  async whenIdle(): Promise<void> {
    this.#patience.end()
    await this.#background.whenIdle()
  }

  /**
   * Call this after a scope was dropped: indexes its remaining messages, and all changes since then, even if they were
   * indexed already.
   * @param message_ids messages that remain, in their order
   * @param since number of the last change before the scope was dropped
   */
  async readAgain(scope: Scope, message_ids: readonly MessageId[], since: number): Promise<void> {
    const { feed, zoneOf } = this.#deps
    for (let from = 0; from < message_ids.length; from += BATCH) {
      const ids = message_ids.slice(from, from + BATCH)
      const kept = new Map((await feed.get(scope, ids)).map(message => [message.message_id, message]))
      await this.#apply(
        await Promise.all(ids.filter(id => kept.has(id)).map(id => stateOf(id, kept.get(id), zoneOf))),
        {},
      )
      await yieldToEventLoop()
    }
    let next = await this.#changesAfter(since)
    for (; next !== undefined; next = await this.#changesAfter(next.change)) await this.#apply(next.states, {})
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true
    await this.whenIdle()
  }

  async #catchUp(): Promise<void> {
    const { index, logger } = this.#deps
    await this.#patience.letUrgentWorkPass()
    const filling = (await index.progress()).filled_to !== undefined
    for (;;) {
      if (this.#stopping) return
      // Read each time, because a damaged index may have been recreated in the meantime.
      const progress = await index.progress()
      const goesOn =
        progress.filled_to === undefined ? await this.#follow(progress) : await this.#fill(progress.filled_to)
      if (!goesOn) break
      await yieldToEventLoop()
    }
    if (filling) logger.for('memory.index').info('All messages are indexed', await index.counts())
    if (filling || this.#since_purge >= PURGE_AFTER) await this.#purge((await index.progress()).change)
  }

  /**
   * Indexes the next messages from the beginning, in their order, so that neighbours in a conversation stay neighbours.
   */
  async #fill(filled_to: number): Promise<true> {
    const { feed, zoneOf } = this.#deps
    const page = await feed.inOrder(filled_to, BATCH)
    await this.#apply(await Promise.all(page.map(({ message }) => stateOf(message.message_id, message, zoneOf))), {
      filled_to: page.at(-1)?.seq,
    })
    return true
  }

  /** @returns whether there may be more changes. Newer changes are reported by `requestSync`. */
  async #follow({ change }: IndexProgress): Promise<boolean> {
    const next = await this.#changesAfter(change)
    if (next === undefined) return false
    await this.#apply(next.states, { change: next.change })
    this.#since_purge += next.states.length
    return next.states.length === BATCH
  }

  /** The next changes after this one, with the number of the last of them. */
  async #changesAfter(
    after: number,
  ): Promise<{ readonly states: readonly MessageState[]; readonly change: number } | undefined> {
    const { changeLog, zoneOf } = this.#deps
    const changes = await changeLog.changes(after, BATCH)
    const last = changes.at(-1)
    if (last === undefined) return undefined
    const states = await Promise.all(changes.map(({ message_id, now }) => stateOf(message_id, now, zoneOf)))
    return { states, change: last.change }
  }

  /** Writes long messages a few at a time, so that other work can proceed in between. */
  async #apply(states: readonly MessageState[], reached: Partial<IndexProgress>): Promise<void> {
    const groups = shortGroups(states)
    for (const group of groups.slice(0, -1)) {
      await this.#applyGroup(group, {})
      await yieldToEventLoop()
    }
    await this.#applyGroup(groups.at(-1) ?? [], reached)
  }

  /** A message that cannot be indexed is skipped. */
  async #applyGroup(states: readonly MessageState[], reached: Partial<IndexProgress>): Promise<void> {
    const { index, setAside } = this.#deps
    try {
      const slices = new BackgroundSlices()
      for (const { now } of states) {
        if (now === undefined || now.message.text.length <= LONG_CHARACTERS) continue
        await readAhead(now.message, () => slices.pause())
      }
      await index.apply(states, reached)
    } catch (error) {
      if (!isOfItem(error)) throw error
      for (const state of states) {
        await setAside.attempt('indexing messages', state.message_id, () => index.apply([state], {}))
      }
      await index.apply([], reached)
    }
  }

  /** Removes changes that the index has safely on disk. */
  async #purge(change: number): Promise<void> {
    await this.#deps.index.checkpoint()
    await this.#deps.changeLog.advance('full_text', change)
    this.#since_purge = 0
  }
}

/** Splits the messages, in their order, into groups that can be written quickly. */
const shortGroups = (states: readonly MessageState[]): readonly (readonly MessageState[])[] => {
  const groups: MessageState[][] = []
  let left = 0
  for (const state of states) {
    const characters = state.now?.message.text.length ?? 0
    const group = groups.at(-1)
    if (group === undefined || characters > left) {
      groups.push([state])
      left = MOST_CHARACTERS - characters
    } else {
      group.push(state)
      left -= characters
    }
  }
  return groups
}
