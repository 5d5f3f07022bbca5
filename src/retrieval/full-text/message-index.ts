/**
 * The full-text index as the rest of DeniDin uses it: it follows the messages, forgets persons, and can be verified.
 */
import { scopeOfPerson } from '../../messages/scope.ts'
import type { ChangeLog } from '../../messages/change-log.ts'
import type { MessageReader } from '../../messages/message-reader.ts'
import type { MessageId } from '../../messages/message.ts'
import type { ZoneOf } from '../../people/personal-zones.ts'
import type { ErasureBounds, PersonalData } from '../../people/personal-data.ts'
import type { PersonId } from '../../people/person.ts'
import type { Logger } from '../../platform/logger.ts'
import type { SetAside } from '../../platform/set-aside.ts'
import { yieldToEventLoop } from '../../platform/yield.ts'
import type { VerifiablePart } from '../../vectors/maintenance/vector-maintenance.ts'
import type { IndexedPersons, FullTextIndex } from './full-text-index.ts'
import { FullTextIndexer } from './full-text-indexer.ts'
import { verifyFullTextIndex } from './verify-full-text-index.ts'

export interface MessageIndex extends AsyncDisposable {
  /** The personal data in the index. The messages themselves are exported by their own store. */
  readonly personal: PersonalData
  /** Compares the index with the messages. */
  readonly verification: VerifiablePart
  /** Call this when messages arrived or changed: they are indexed in the background, within milliseconds. */
  requestSync(): void
  /** Call this after messages were deleted. Resolves when the index and its files contain none of their words. */
  forget(message_ids: readonly MessageId[]): Promise<void>
  /** Resolves when every message is indexed. */
  whenIdle(): Promise<void>
}

export interface MessageIndexDeps {
  readonly feed: MessageReader
  readonly changeLog: ChangeLog
  readonly index: FullTextIndex & IndexedPersons
  readonly setAside: SetAside
  /** The time zone of a person: “today” is a day there. */
  readonly zoneOf: ZoneOf
  readonly logger: Logger
}

/** How many messages are looked up in one step: a few milliseconds. */
const LOOKED_FOR_AT_ONCE = 1000

export class FollowingMessageIndex implements MessageIndex {
  readonly indexer: FullTextIndexer
  readonly verification: VerifiablePart
  readonly #feed: MessageReader
  readonly #changeLog: ChangeLog
  readonly #index: FullTextIndex & IndexedPersons

  constructor(deps: MessageIndexDeps) {
    this.#feed = deps.feed
    this.#changeLog = deps.changeLog
    this.#index = deps.index
    this.indexer = new FullTextIndexer(deps)
    this.verification = verifyFullTextIndex({ ...deps, indexer: this.indexer })
  }

  get personal(): PersonalData {
    return {
      name: this.#index.name,
      tables: this.#index.tables,
      count: (person_id, bounds) => this.#index.count(person_id, bounds),
      export: async function* () {},
      erase: (person_id, bounds = {}) => this.#erase(person_id, bounds),
      reassign: (from, to) => this.#reassign(from, to),
    }
  }

  requestSync(): void {
    this.indexer.requestSync()
  }

  async forget(message_ids: readonly MessageId[]): Promise<void> {
    this.indexer.requestSync()
    await this.indexer.whenIdle()
    await this.#takeOutGone(message_ids)
    await this.#index.checkpoint()
  }

  async whenIdle(): Promise<void> {
    await this.indexer.whenIdle()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.indexer[Symbol.asyncDispose]()
  }

  /**
   * Removes those of these messages that no longer exist. If the removal of a message failed when it was deleted, the
   * message was skipped, and following the change log does not try it again.
   */
  async #takeOutGone(message_ids: readonly MessageId[]): Promise<void> {
    for (let from = 0; from < message_ids.length; from += LOOKED_FOR_AT_ONCE) {
      const indexed = await this.#index.scopesOf(message_ids.slice(from, from + LOOKED_FOR_AT_ONCE))
      for (const [message_id, scope] of indexed) {
        const [kept] = await this.#feed.get(scope, [message_id])
        if (kept === undefined) await this.#index.apply([{ message_id, now: undefined }], {})
      }
      await yieldToEventLoop()
    }
  }

  async #erase(person_id: PersonId, bounds: ErasureBounds): Promise<number> {
    const { spared = [] } = bounds
    const before = await this.#index.count(person_id, bounds)
    const since = await this.#changeLog.latest()
    // The whole scope is dropped, because removing messages one by one takes many times as long.
    await this.#dropScope(person_id)
    await this.indexer.readAgain(scopeOfPerson(person_id), spared, since)
    await this.forget(spared)
    return before
  }

  async #reassign(from: PersonId, to: PersonId): Promise<void> {
    if (from === to) return
    await this.#dropScope(from)
    await this.#index.reassign(from, to)
    this.indexer.requestSync()
  }

  async #dropScope(person_id: PersonId): Promise<void> {
    while (!(await this.#index.dropScope(scopeOfPerson(person_id)))) await yieldToEventLoop()
  }
}
