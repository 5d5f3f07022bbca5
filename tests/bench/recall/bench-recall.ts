import { UTC } from '../../../src/platform/time-zone.ts'
import { join } from 'node:path'
import { allMigrations } from '../../../src/app/stores.ts'
import { Database } from '../../../src/database/sqlite/database.ts'
import { IndexedMessageSearch, type MessageSearchDeps } from '../../../src/retrieval/indexed-message-search.ts'
import { FullTextIndexer } from '../../../src/retrieval/full-text/full-text-indexer.ts'
import { noVectorCandidates } from '../../../src/retrieval/message-search.ts'
import { packedRecall, type MessageRecall } from '../../support/message-recall.ts'
import { keepOrder } from '../../../src/retrieval/ranking/reranker.ts'
import { FUSION, LEXICAL_WEIGHTS } from '../../../src/retrieval/ranking/weights.ts'
import { openIndexDatabase } from '../../../src/retrieval/sqlite/index-database.ts'
import { createSqliteFullTextIndex } from '../../../src/retrieval/sqlite/sqlite-full-text-index.ts'
import type { MessageId } from '../../../src/messages/message.ts'
import type { Scope } from '../../../src/messages/scope.ts'
import { createSqliteChangeLog } from '../../../src/messages/sqlite/sqlite-change-log.ts'
import { createSqliteMessageReader } from '../../../src/messages/sqlite/sqlite-message-reader.ts'
import { createSqliteMessageStore } from '../../../src/messages/sqlite/sqlite-message-store.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { silentLogger } from '../../../src/platform/logger.ts'
import { createTokenCounter } from '../../../src/text/tokens.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import type { Dialogue, DialogueTurn } from '../../support/dialogues/dialogue.ts'
import { testSetAside } from '../../support/test-set-aside.ts'

/** What a variant of recall has otherwise than the product. */
export type RecallVariant = Partial<Pick<MessageSearchDeps, 'weights' | 'fusion' | 'reranker' | 'vectors'>>

/** The product's message store, index and recall, filled with dialogues. */
export interface BenchRecall extends AsyncDisposable {
  recall(variant?: RecallVariant): MessageRecall
  /** Takes in one more message; resolves when it can be found. */
  hear(name: string, turn: DialogueTurn): Promise<void>
  /** Milliseconds that it took to index everything. */
  readonly indexing_ms: number
}

export const scopeOfDialogue = ({ name }: Pick<Dialogue, 'name'>): Scope => `chat:${name}@g.us`

/** Id of a turn as a message. */
export const idOfTurn = (name: string, { id }: Pick<DialogueTurn, 'id'>): MessageId => `${name} ${id}`

const tokens = createTokenCounter()

/** Stores dialogues as messages of groups, one a dialogue, and indexes them. */
export const openBenchRecall = async (dialogues: readonly Pick<Dialogue, 'name' | 'turns'>[]): Promise<BenchRecall> => {
  await using cleanup = new AsyncDisposableStack()
  const { path } = cleanup.use(await temporaryFolder())
  const database = cleanup.use(new Database(join(path, 'denidin.db'), allMigrations))
  database.run('pragma synchronous = off')
  const messages = createSqliteMessageStore(database)
  for (const dialogue of dialogues) {
    for (const turn of dialogue.turns) await messages.inbox.receive(receiptOf(dialogue.name, turn))
  }
  const feed = createSqliteMessageReader(database)
  const changeLog = createSqliteChangeLog(database)
  const index_database = cleanup.use(
    openIndexDatabase({
      path: join(path, 'index.db'),
      latest_change: await changeLog.latest(),
      clock: systemClock,
      logger: silentLogger,
    }).database,
  )
  const index = createSqliteFullTextIndex(index_database)
  const indexer = cleanup.use(
    new FullTextIndexer({
      feed,
      changeLog,
      index,
      zoneOf: async () => UTC,
      setAside: testSetAside(),
      logger: silentLogger,
    }),
  )
  const begun = performance.now()
  indexer.requestSync()
  await indexer.whenIdle()
  const indexing_ms = performance.now() - begun
  const kept = cleanup.move()
  return {
    indexing_ms,
    recall: (variant = {}) =>
      packedRecall(
        new IndexedMessageSearch({
          feed,
          index,
          indexer,
          clock: systemClock,
          logger: silentLogger,
          weights: LEXICAL_WEIGHTS,
          fusion: FUSION,
          reranker: keepOrder,
          vectors: noVectorCandidates,
          ...variant,
        }),
        tokens,
      ),
    hear: async (name, turn) => {
      await messages.inbox.receive(receiptOf(name, turn))
      indexer.requestSync()
      await indexer.whenIdle()
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

const receiptOf = (name: string, { id, speaker, role, text, sent_at }: DialogueTurn) => ({
  message: {
    message_id: idOfTurn(name, { id }),
    chat_id: `${name}@g.us`,
    chat_kind: 'group' as const,
    text,
    sent_at,
    sender: { identities: [], name: speaker },
    addressed: false,
    may_continue: false,
  },
  person_id: speaker,
  scope: scopeOfDialogue({ name }),
  received_at: sent_at,
  role: role ?? ('user' as const),
  state: 'heard' as const,
  tokens: tokens.count(text),
})
