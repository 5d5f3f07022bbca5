/**
 * The vectors feature: one store, one Chroma server, an index for memories and one for messages, the previous embedding
 * model while it still answers, and maintenance over all of them.
 */
import type { DerivedDatabase } from '../database/sqlite/derived-database.ts'
import type { Module } from '../lifecycle/module.ts'
import type { ChangeLog } from '../messages/change-log.ts'
import type { MessageContext } from '../messages/message-context.ts'
import { scopeOfPerson } from '../messages/scope.ts'
import type { Embedder } from '../models/embedder.ts'
import type { PersonalData } from '../people/personal-data.ts'
import type { PersonId } from '../people/person.ts'
import type { Clock } from '../platform/clock.ts'
import type { HealthCheck } from '../platform/health.ts'
import type { Ids } from '../platform/ids.ts'
import { JoinedRuns } from '../platform/joined-runs.ts'
import type { Logger } from '../platform/logger.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { SetAside } from '../platform/set-aside.ts'
import type { TokenCounter } from '../text/tokens.ts'
import { createChromaVectorIndex } from './chroma/chroma-vector-index.ts'
import type { ChromaServer } from './chroma/chroma-server.ts'
import { createManagedChromaServer } from './chroma/managed-chroma-server.ts'
import { createRemoteChromaServer } from './chroma/remote-chroma-server.ts'
import type { CollectionAllocator } from './collection-allocator.ts'
import { Embedding } from './embedding.ts'
import type { EmbeddingSource } from './embedding-source.ts'
import { messageSpace, modelSpace } from './embedding-spaces.ts'
import type { SessionMessages } from './maintenance/calibrate.ts'
import type { MemorySessions } from './maintenance/calibration-pairs.ts'
import type { IndexedSource } from './maintenance/indexed-source.ts'
import { StoredVectorMaintenance } from './maintenance/stored-vector-maintenance.ts'
import type { VectorMaintenance, VerifiablePart } from './maintenance/vector-maintenance.ts'
import { createMessageSource } from './message-embedding-source.ts'
import { createMessageVectors, type MessageVectors } from './message-vectors.ts'
import { createPersonalVectors } from './personal-vectors.ts'
import { createPreviousModel, noPreviousModel, type PreviousModel } from './previous-model.ts'
import { withQuestionCache } from './query-embedding-cache.ts'
import { SourceVectors } from './source-vectors.ts'
import { createSqliteCollectionAllocator } from './sqlite/sqlite-collection-allocator.ts'
import { createSqliteVectorStore } from './sqlite/sqlite-vector-store.ts'
import { openVectorDatabase } from './sqlite/vector-database.ts'
import { defaultMinSimilarity } from './thresholds.ts'
import type { VectorIndex } from './vector-index.ts'
import type { VectorStore } from './vector-store.ts'

export interface VectorsSettings {
  /** Path of `vectors.db`. */
  readonly database_path: string
  /** Folder in which a managed Chroma server stores its data. */
  readonly chroma_folder: string
  /** Address of a remote Chroma server; `undefined`: DeniDin runs its own. */
  readonly chroma_url: string | undefined
  readonly collection_name: string
  /** `undefined`: the threshold that suits the embedding model. */
  readonly min_similarity: number | undefined
  /** Whether messages get vectors too, or only memories. */
  readonly embed_messages: boolean
}

export interface VectorsModuleDeps {
  readonly settings: VectorsSettings
  readonly embedder: Embedder
  /** The embedder of a space that was used before; `undefined` if it can no longer be used. */
  readonly embedderOf: (space: string) => Embedder | undefined
  readonly memorySource: EmbeddingSource
  readonly memorySessions: MemorySessions
  readonly messages: {
    readonly context: MessageContext
    readonly changeLog: Pick<ChangeLog, 'contentChanges' | 'advance'>
    readonly history: SessionMessages
  }
  /** People who were merged into others, including while this feature was disabled. */
  readonly pastMerges: readonly { readonly from_id: PersonId; readonly into_id: PersonId }[]
  /** Further derived data that is verified with the vectors. */
  readonly verifiable: readonly VerifiablePart[]
  readonly runtime: VectorsRuntime
}

export interface VectorsRuntime {
  readonly clock: Clock
  readonly ids: Ids
  readonly setAside: SetAside
  readonly logger: Logger
  readonly metrics: Pick<Metrics, 'observe'>
  readonly tokens: TokenCounter
}

export interface VectorsModule extends Module {
  /** The vectors of the memories. */
  readonly memories: SourceVectors
  readonly messages: MessageVectors
  readonly maintenance: VectorMaintenance
  /** Rewrites index files that still contain deleted vectors. @returns whether none is left that does */
  purge(): Promise<boolean>
  /** The people's data in the vector store. */
  readonly personal: PersonalData
  /** Whether there is any vector, of any model. */
  holdsAny(): Promise<boolean>
  /** From the next round on, everything is compared with its source, not only new items. */
  compareAll(): Promise<void>
  /** The health of the file. */
  readonly file: HealthCheck
}

/** Opens the vector store; the Chroma server starts when it is first needed. */
export const createVectorsModule = async (deps: VectorsModuleDeps): Promise<VectorsModule> => {
  const { settings, runtime } = deps
  const derived = openVectorDatabase(settings.database_path, runtime.clock, runtime.logger)
  const vectors = createSqliteVectorStore(derived.database)
  for (const { from_id, into_id } of deps.pastMerges) {
    await vectors.rescope(scopeOfPerson(from_id), scopeOfPerson(into_id))
  }
  const previous = await previousEmbedder(vectors, deps.embedder.space, deps.embedderOf)
  return assemble(deps, { derived, vectors, previous })
}

interface Opened {
  readonly derived: DerivedDatabase
  readonly vectors: VectorStore
  readonly previous: Embedder | undefined
}

const assemble = (deps: VectorsModuleDeps, opened: Opened): VectorsModule => {
  const { settings, runtime } = deps
  const { derived, vectors } = opened
  const embedder = withQuestionCache(deps.embedder)
  const min_similarity = settings.min_similarity ?? defaultMinSimilarity(embedder.model)
  const sources = new FollowedSources({ ...opened, settings, runtime, embedder, min_similarity })
  const { context, changeLog } = deps.messages
  const messageSource = createMessageSource({ ...runtime, context, changeLog })
  const memories = sources.follow(deps.memorySource, embedder.space, true)
  const messages = sources.follow(messageSource, messageSpace(embedder.space), settings.embed_messages)
  derived.onRenewed(() => {
    memories.vectors.requestFullSync()
    messages.vectors.requestFullSync()
  })
  const embeds = settings.embed_messages
  const messageVectors = createMessageVectors({ ...runtime, context, vectors: messages.vectors, embeds })
  const personal = createPersonalVectors(vectors, () => memories.vectors.requestFullSync())
  const purges = new JoinedRuns(() => purgeAll(opened, memories.vectors, messages.vectors))
  return {
    name: 'vectors',
    memories: memories.vectors,
    messages: messageVectors,
    personal,
    purge: () => purges.run(),
    holdsAny: async () => (await vectors.spaces()).length > 0,
    compareAll: async () => {
      for (const { space } of await vectors.spaces()) await vectors.setMark(space, undefined)
    },
    file: derived,
    personalData: [personal],
    backupSources: [
      { name: 'vectors', path: settings.database_path, kind: 'sqlite', content: 'paid' },
      { name: 'chroma', path: settings.chroma_folder, kind: 'folder', content: 'derived' },
    ],
    maintenance: new StoredVectorMaintenance({
      memories: memories.indexed,
      messages: { ...messages.indexed, pending: () => messageVectors.pending() },
      memorySessions: deps.memorySessions,
      history: deps.messages.history,
      vectors,
      embedder,
      previous_space: opened.previous?.space,
      min_similarity,
      others: deps.verifiable,
      ids: runtime.ids,
    }),
    start: async () => {
      messageVectors.start()
    },
    stop: async () => {
      await messageVectors[Symbol.asyncDispose]()
      await memories.vectors[Symbol.asyncDispose]()
      derived[Symbol.dispose]()
    },
  }
}

/** Another part of the program may delete vectors meanwhile, which needs a further round. */
const PURGE_ROUNDS = 3

/** Rewrites the index files of both sources. @returns whether no deleted vector is left in them */
const purgeAll = async (
  { derived, vectors }: Opened,
  memories: SourceVectors,
  messages: SourceVectors,
): Promise<boolean> => {
  let isClean = false
  for (let round = 0; round < PURGE_ROUNDS && !isClean; round++) {
    // They share a server: if the first cannot be rewritten now, the second cannot either.
    if (!(await memories.purge())) {
      messages.requestFullSync()
      break
    }
    if (!(await messages.purge())) break
    isClean = !(await vectors.purgePending())
  }
  derived.database.scrub()
  return isClean
}

interface FollowedSource {
  readonly vectors: SourceVectors
  readonly indexed: IndexedSource
}

interface FollowedSourcesDeps extends Opened {
  readonly settings: VectorsSettings
  readonly runtime: VectorsRuntime
  readonly embedder: Embedder
  readonly min_similarity: number
}

/** Creates the vectors of sources over one vector store; their indexes share a Chroma server. */
class FollowedSources {
  readonly #deps: FollowedSourcesDeps
  readonly #server: ChromaServer

  constructor(deps: FollowedSourcesDeps) {
    this.#deps = deps
    const { settings, runtime } = deps
    this.#server =
      settings.chroma_url === undefined
        ? createManagedChromaServer({ ...runtime, folder: settings.chroma_folder })
        : createRemoteChromaServer({ ...runtime, url: settings.chroma_url })
  }

  follow(source: EmbeddingSource, space: string, embeds: boolean): FollowedSource {
    const { vectors, embedder, min_similarity, runtime } = this.#deps
    const table = this.#tableOf(space)
    const index = this.#indexOver(table)
    const followed = new SourceVectors({
      ...runtime,
      source,
      space,
      vectors,
      index,
      embeds,
      model: { embedding: this.#embeddingBy(embedder), min_similarity, previous: this.#previousOf(space) },
    })
    return { vectors: followed, indexed: { source, space, table, index, embeds, syncNow: () => followed.syncNow() } }
  }

  /** The table of the memories cleans up after all others. */
  #tableOf(space: string): CollectionAllocator {
    const { previous, embedder } = this.#deps
    const { database } = this.#deps.derived
    if (space !== embedder.space) return createSqliteCollectionAllocator(database, { space, tidies: false })
    const previous_spaces = previous === undefined ? [] : [previous.space, messageSpace(previous.space)]
    const in_use = [messageSpace(space), ...previous_spaces]
    return createSqliteCollectionAllocator(database, { space, tidies: true, in_use })
  }

  #indexOver(table: CollectionAllocator): VectorIndex {
    const { clock, logger, metrics } = this.#deps.runtime
    const { collection_name } = this.#deps.settings
    return createChromaVectorIndex({ table, server: this.#server, collection_name, clock, logger, metrics })
  }

  /** The previous embedding model with its own vectors of the same source. */
  #previousOf(present: string): PreviousModel {
    const { previous, vectors, embedder, runtime } = this.#deps
    if (previous === undefined) return noPreviousModel
    const space = present === embedder.space ? previous.space : messageSpace(previous.space)
    return createPreviousModel({
      embedding: this.#embeddingBy(previous),
      index: this.#indexOver(this.#tableOf(space)),
      space,
      present,
      vectors,
      clock: runtime.clock,
      logger: runtime.logger,
    })
  }

  #embeddingBy(embedder: Embedder): Embedding {
    const { tokens, clock, logger } = this.#deps.runtime
    return new Embedding(embedder, tokens, clock, logger)
  }
}

/** The embedder with the most vectors, if it has more than the current one and can still be used. */
const previousEmbedder = async (
  vectors: VectorStore,
  present: string,
  embedderOf: VectorsModuleDeps['embedderOf'],
): Promise<Embedder | undefined> => {
  const sizes = new Map((await vectors.spaces()).map(each => [each.space, each.vectors]))
  const others = [...sizes].filter(([space]) => modelSpace(space) === space && space !== present)
  const [largest] = others.sort(([, a], [, b]) => b - a)
  if (largest === undefined || largest[1] <= (sizes.get(present) ?? 0)) return undefined
  return embedderOf(largest[0])
}
