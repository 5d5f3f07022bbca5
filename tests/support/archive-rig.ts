/** An archive with its index in a folder of a test, filled without files. */
import { join } from 'node:path'
import type { ArchiveAnswer, ArchiveQuestion } from '../../src/archive/archive-search.ts'
import type { SourceMessage } from '../../src/archive/archive-message.ts'
import type { PartBuildings } from '../../src/archive/index/part-building.ts'
import { SqliteArchiveSearch } from '../../src/archive/index/sqlite/sqlite-archive-search.ts'
import { openArchive } from '../../src/archive/sqlite/open-archive.ts'
import { SqliteArchiveStore } from '../../src/archive/sqlite/sqlite-archive-store.ts'
import type { Database } from '../../src/database/sqlite/database.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { silentLogger } from '../../src/platform/logger.ts'

/** Messages that are written at once. */
const BATCH = 500

export class ArchiveRig implements AsyncDisposable {
  readonly path: string
  readonly archive: Database
  readonly store: SqliteArchiveStore
  search: SqliteArchiveSearch
  readonly #beside: PartBuildings | undefined
  #run: number | undefined
  #line = 0

  /** @param beside builds parts of the index in another thread */
  constructor(folder: string, beside?: PartBuildings) {
    this.#beside = beside
    this.path = join(folder, 'archive-index.db')
    this.archive = openArchive(join(folder, 'archive.db'))
    this.store = new SqliteArchiveStore(this.archive, systemClock)
    this.search = this.#open()
  }

  /** Writes messages; the index does not know them yet. */
  async write(messages: Iterable<SourceMessage>): Promise<void> {
    this.#run ??= (
      await this.store.begin({
        source_type: 'projects',
        phase: 7,
        source_file: '/made/up.jsonl',
        file_size_bytes: 1,
        source_checksum: 'none',
        started_by: 'test',
      })
    ).run_id
    let batch: SourceMessage[] = []
    const flush = async (): Promise<void> => {
      const found = batch.map(message => ({ message, line: ++this.#line }))
      batch = []
      await this.store.write(this.#run ?? 0, { found, rejected: [], reached: { position: 0, lines: 0, ahead: 0 } })
    }
    for (const message of messages) {
      batch.push(message)
      if (batch.length === BATCH) await flush()
    }
    if (batch.length > 0) await flush()
  }

  /** Writes and indexes messages. */
  async add(messages: Iterable<SourceMessage>): Promise<void> {
    await this.write(messages)
    await this.search.indexer.sync()
  }

  async ask(query: string | undefined, question: Partial<ArchiveQuestion> = {}): Promise<ArchiveAnswer> {
    return await this.search.search({
      query,
      filters: {},
      access: 'all',
      sort: 'relevance',
      limit: 10,
      time_zone: 'UTC',
      ...question,
    })
  }

  /** Texts of what is found, in their order. */
  async texts(query: string | undefined, question: Partial<ArchiveQuestion> = {}): Promise<readonly string[]> {
    const { messages } = await this.ask(query, question)
    return messages.map(({ snippet }) => snippet.map(({ text }) => text).join(''))
  }

  /** Closes and opens the index. */
  async reopen(): Promise<void> {
    await this.search[Symbol.asyncDispose]()
    this.search = this.#open()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.search[Symbol.asyncDispose]()
    this.archive[Symbol.dispose]()
  }

  #open(): SqliteArchiveSearch {
    return new SqliteArchiveSearch({
      archive: this.archive,
      path: this.path,
      beside: this.#beside,
      clock: systemClock,
      logger: silentLogger,
    })
  }
}

/** A message with this text, and what else a test says of it. */
export const archived = (content: string, rest: Partial<SourceMessage> = {}): SourceMessage => ({
  content,
  role: 'user',
  at: Date.UTC(2026, 0, 1),
  source_type: 'projects',
  ...rest,
})
