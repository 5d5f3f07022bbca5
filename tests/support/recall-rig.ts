import type { ZoneOf } from '../../src/people/personal-zones.ts'
import { UTC } from '../../src/platform/time-zone.ts'
import { Database } from '../../src/database/sqlite/database.ts'
import { IndexedMessageSearch, type MessageSearchDeps } from '../../src/retrieval/indexed-message-search.ts'
import { INDEX_VERSION } from '../../src/retrieval/full-text/index-document.ts'
import type { IndexedPersons, FullTextIndex } from '../../src/retrieval/full-text/full-text-index.ts'
import { FullTextIndexer } from '../../src/retrieval/full-text/full-text-indexer.ts'
import { noVectorCandidates } from '../../src/retrieval/message-search.ts'
import type { Quote } from '../../src/retrieval/quote.ts'
import { keepOrder } from '../../src/retrieval/ranking/reranker.ts'
import { scopeEntries } from '../../src/retrieval/scope-entries.ts'
import { FUSION, LEXICAL_WEIGHTS } from '../../src/retrieval/ranking/weights.ts'
import { indexMigrations } from '../../src/retrieval/sqlite/index-migrations.ts'
import { createSqliteFullTextIndex } from '../../src/retrieval/sqlite/sqlite-full-text-index.ts'
import type { SearchScope, Scope } from '../../src/messages/scope.ts'
import { messageMigrations } from '../../src/messages/sqlite/message-migrations.ts'
import { createSqliteChangeLog } from '../../src/messages/sqlite/sqlite-change-log.ts'
import { createSqliteMessageReader } from '../../src/messages/sqlite/sqlite-message-reader.ts'
import { createSqliteMessageStore, type SqliteMessageStore } from '../../src/messages/sqlite/sqlite-message-store.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { wordCounter } from './memory-rig.ts'
import { packedRecall, type RecallLimits } from './message-recall.ts'
import { testSetAside } from './test-set-aside.ts'

/** Said in a test: who, what, and how many minutes after the beginning. */
export interface Said {
  readonly id: string
  readonly who: string
  readonly text: string
  readonly minute: number
}

/** A Wednesday. */
export const BEGUN_AT = Date.parse('2024-05-22T10:00:00Z')
const MINUTE = 60_000

/** Message store, index and recall on real databases in memory. */
export class RecallRig implements AsyncDisposable {
  readonly database = new Database(':memory:', messageMigrations)
  readonly index_database = new Database(':memory:', indexMigrations)
  readonly messages: SqliteMessageStore = createSqliteMessageStore(this.database)
  readonly feed = createSqliteMessageReader(this.database)
  readonly changeLog = createSqliteChangeLog(this.database)
  readonly index: FullTextIndex & IndexedPersons = createSqliteFullTextIndex(this.index_database)
  readonly zoneOf: ZoneOf = async () => UTC
  readonly indexer = new FullTextIndexer({
    feed: this.feed,
    changeLog: this.changeLog,
    index: this.index,
    setAside: testSetAside(),
    zoneOf: this.zoneOf,
    logger: silentLogger,
  })
  #n = 0

  constructor() {
    this.index_database.run('insert into progress (one, version, change) values (1, :version, 0)', {
      version: INDEX_VERSION,
    })
  }

  async say(scope: Scope, { id, who, text, minute }: Said): Promise<void> {
    await this.messages.inbox.receive({
      message: {
        message_id: id,
        chat_id: scope,
        chat_kind: 'group',
        text,
        sent_at: BEGUN_AT + minute * MINUTE,
        sender: { identities: [], name: who },
        addressed: false,
        may_continue: false,
      },
      person_id: who.toLowerCase(),
      scope,
      received_at: BEGUN_AT,
      state: 'heard',
      tokens: wordCounter.count(text),
    })
  }

  /** A conversation, one line a minute: `Ann: We moved to Oslo`. Ids count up. */
  async talk(scope: Scope, from_minute: number, lines: readonly string[]): Promise<void> {
    for (const [at, line] of lines.entries()) {
      const [who = '', text = ''] = line.split(/: (.*)/s)
      await this.say(scope, { id: `m${String(++this.#n)}`, who, text, minute: from_minute + at })
    }
  }

  async ask(
    reach: Scope | SearchScope,
    text: string,
    options: Partial<RecallLimits> & {
      readonly days_later?: number
      readonly asker?: string
      readonly parts?: Partial<MessageSearchDeps>
    } = {},
  ): Promise<readonly Quote[]> {
    const recall = packedRecall(this.search(options.parts), wordCounter)
    const asked_at = BEGUN_AT + (options.days_later ?? 200) * 24 * 60 * MINUTE
    return await recall.recall(
      typeof reach === 'string' ? { scope: reach } : reach,
      { text, asked_at, asker: options.asker, zone: UTC },
      { quotes: 10, tokens: 1000, ...options },
      { purpose: 'recall' },
    )
  }

  /** What holds all of these words, newest first: ids. */
  async findAllWords(scope: Scope | SearchScope, words: string, limit = 10): Promise<readonly string[]> {
    const search = this.search()
    const searched = typeof scope === 'string' ? { scope } : scope
    await search.indexNewest(searched)
    const entries = await scopeEntries(searched, [search])
    return (await search.findAllWords(entries, words, { quotes: limit })).map(each => each.message_id)
  }

  search(deps: Partial<MessageSearchDeps> = {}): IndexedMessageSearch {
    return new IndexedMessageSearch({
      feed: this.feed,
      index: this.index,
      indexer: this.indexer,
      clock: systemClock,
      logger: silentLogger,
      weights: LEXICAL_WEIGHTS,
      fusion: FUSION,
      reranker: keepOrder,
      vectors: noVectorCandidates,
      ...deps,
    })
  }

  /** Every row of the index as one text, to look for what should not be there. */
  everything(): string {
    return ['scopes', 'speakers', 'documents', 'parts', 'postings']
      .flatMap(table => this.index_database.all(`select * from ${table}`))
      .map(row => JSON.stringify(row))
      .join('\n')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.indexer[Symbol.asyncDispose]()
    this.database[Symbol.dispose]()
    this.index_database[Symbol.dispose]()
  }
}
