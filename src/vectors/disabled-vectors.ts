/** Vectors of an earlier run while long-term memory is disabled: nothing is found, but forgotten data is erased. */
import type { ChangeLog } from '../messages/change-log.ts'
import type { MessageContext } from '../messages/message-context.ts'
import { scopeOfPerson } from '../messages/scope.ts'
import type { PersonalData } from '../people/personal-data.ts'
import type { PersonId } from '../people/person.ts'
import { exists, remove } from '../platform/files.ts'
import { createMessageSource } from './message-embedding-source.ts'
import { createPersonalVectors } from './personal-vectors.ts'
import { createSqliteVectorStore } from './sqlite/sqlite-vector-store.ts'
import { openVectorDatabase } from './sqlite/vector-database.ts'
import { deleteStaleVectors } from './vector-sync.ts'
import type { VectorStore } from './vector-store.ts'
import type { VectorsRuntime, VectorsSettings } from './vectors-module.ts'

export interface DisabledVectorsDeps {
  readonly settings: Pick<VectorsSettings, 'database_path' | 'chroma_folder' | 'chroma_url'>
  readonly messages: {
    readonly context: MessageContext
    readonly changeLog: Pick<ChangeLog, 'contentChanges' | 'advance'>
  }
  /** People who were merged into others; their vectors did not follow while the feature was disabled. */
  readonly pastMerges: () => readonly { readonly from_id: PersonId; readonly into_id: PersonId }[]
  readonly runtime: Pick<VectorsRuntime, 'clock' | 'logger' | 'tokens'>
}

/** Opens the vector store for each erasure and closes it again; if there is none, none is created. */
export class DisabledVectors {
  readonly #deps: DisabledVectorsDeps
  readonly personal: PersonalData
  /** Whether the file was already checked as a whole, which happens when it is first opened. */
  #isChecked = false

  constructor(deps: DisabledVectorsDeps) {
    this.#deps = deps
    this.personal = createPersonalVectors(
      {
        countOfScope: async (scope, except) => (await this.#open(store => store.countOfScope(scope, except))) ?? 0,
        deleteScope: async (scope, except) => (await this.#open(store => store.deleteScope(scope, except))) ?? 0,
        // The vectors follow their memories when the store is next opened.
        rescope: async () => undefined,
      },
      () => undefined,
    )
  }

  /** Deletes the vectors of memories. */
  async deleteMemories(memory_ids: readonly string[]): Promise<void> {
    if (memory_ids.length > 0) await this.#open(store => store.delete(memory_ids))
  }

  /** Deletes the vectors of deleted messages, and of their neighbours, which contain their words. */
  async deleteMessages(): Promise<void> {
    const { messages, runtime } = this.#deps
    const source = createMessageSource({ ...messages, tokens: runtime.tokens, clock: runtime.clock })
    await this.#open(vectors => deleteStaleVectors({ source, vectors }))
  }

  /**
   * Removes the files of the index if they may contain deleted vectors; they are filled again from the vector store.
   * @returns false if they are on a remote server, which is purged once memory is enabled again
   */
  async purge(): Promise<boolean> {
    const { chroma_folder, chroma_url } = this.#deps.settings
    const pending = await this.#open(async store => {
      await store.requestPurge()
      return await store.purgePending()
    })
    if (chroma_url !== undefined) return pending !== true
    // Without a vector store, no one knows what the files contain.
    if (pending !== false) await remove(chroma_folder)
    return true
  }

  async #open<T>(act: (store: VectorStore) => Promise<T>): Promise<T | undefined> {
    const { settings, pastMerges, runtime } = this.#deps
    if (!(await exists(settings.database_path))) return undefined
    using derived = openVectorDatabase(settings.database_path, runtime.clock, runtime.logger, !this.#isChecked)
    this.#isChecked = true
    const { database } = derived
    const store = createSqliteVectorStore(database)
    for (const { from_id, into_id } of pastMerges()) await store.rescope(scopeOfPerson(from_id), scopeOfPerson(into_id))
    const result = await act(store)
    database.scrub()
    return result
  }
}
