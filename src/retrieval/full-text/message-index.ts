/** The full-text index as the rest of DeniDin sees it: follows the messages, forgets persons, and can be verified. */
import { scopeOfPerson } from '../../messages/scope.ts'
import type { ChangeLog } from '../../messages/change-log.ts'
import type { MessageReader } from '../../messages/message-reader.ts'
import type { MessageId } from '../../messages/message.ts'
import type { ZoneOf } from '../../people/personal-zones.ts'
import type { PersonalData } from '../../people/personal-data.ts'
import type { PersonId } from '../../people/person.ts'
import type { Logger } from '../../platform/logger.ts'
import type { SetAside } from '../../platform/set-aside.ts'
import { yieldToEventLoop } from '../../platform/yield.ts'
import type { VerifiablePart } from '../../vectors/maintenance/vector-maintenance.ts'
import type { IndexedPersons, FullTextIndex } from './full-text-index.ts'
import { FullTextIndexer } from './full-text-indexer.ts'
import { verifyFullTextIndex } from './verify-full-text-index.ts'

export interface MessageIndex extends AsyncDisposable {
  /** What the index holds of a person. The messages themselves are exported by their own store. */
  readonly personal: PersonalData
  /** Compares the index with the messages. */
  readonly verification: VerifiablePart
  /** Messages arrived or changed: they are indexed in the background, within milliseconds. */
  requestSync(): void
  /** Call after messages were deleted. Resolves when index and files hold none of their words. */
  forget(message_ids: readonly MessageId[]): Promise<void>
  /** Resolves when every message is indexed. */
  whenIdle(): Promise<void>
}

export interface MessageIndexDeps {
  readonly feed: MessageReader
  readonly changeLog: ChangeLog
  readonly index: FullTextIndex & IndexedPersons
  readonly setAside: SetAside
  /** Where a person is: their “today” is a day there. */
  readonly zoneOf: ZoneOf
  readonly logger: Logger
}

export class FollowingMessageIndex implements MessageIndex {
  readonly indexer: FullTextIndexer
  readonly verification: VerifiablePart
  readonly #index: FullTextIndex & IndexedPersons

  constructor(deps: MessageIndexDeps) {
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
      erase: person_id => this.#erase(person_id),
      reassign: (from, to) => this.#reassign(from, to),
    }
  }

  requestSync(): void {
    this.indexer.requestSync()
  }

  async forget(_message_ids: readonly MessageId[]): Promise<void> {
    this.indexer.requestSync()
    await this.indexer.whenIdle()
    await this.#index.checkpoint()
  }

  async whenIdle(): Promise<void> {
    await this.indexer.whenIdle()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.indexer[Symbol.asyncDispose]()
  }

  async #erase(person_id: PersonId): Promise<number> {
    const before = await this.#index.count(person_id)
    // All at once: taking messages out one by one takes many times as long.
    await this.#dropScope(person_id)
    await this.forget([])
    // What came into it meanwhile.
    await this.#dropScope(person_id)
    await this.#index.checkpoint()
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
