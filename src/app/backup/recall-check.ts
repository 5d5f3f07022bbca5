/** Asks recall over restored messages for some of them by their rarest words, as a person would. */
import { join } from 'node:path'
import type { RecallCheck } from '../../backup/verification.ts'
import { openTruthDatabase } from '../../database/sqlite/truth-database.ts'
import { isConversation, type MessageRecord } from '../../messages/message.ts'
import type { Scope } from '../../messages/scope.ts'
import { createSqliteChangeLog } from '../../messages/sqlite/sqlite-change-log.ts'
import { createSqliteMessageErasure } from '../../messages/sqlite/sqlite-message-erasure.ts'
import { createSqliteMessageReader } from '../../messages/sqlite/sqlite-message-reader.ts'
import { createSqlitePreferences } from '../../people/sqlite/sqlite-preferences.ts'
import { zoneOf } from '../../people/personal-zones.ts'
import { systemClock } from '../../platform/clock.ts'
import { counted } from '../../platform/counted.ts'
import { silentLogger } from '../../platform/logger.ts'
import { createMetrics } from '../../platform/metrics.ts'
import { SetAside } from '../../platform/set-aside.ts'
import { createFullTextModule, type FullTextModule } from '../../retrieval/full-text/full-text-module.ts'
import { IndexedMessageSearch } from '../../retrieval/indexed-message-search.ts'
import { noVectorCandidates } from '../../retrieval/message-search.ts'
import { keepOrder } from '../../retrieval/ranking/reranker.ts'
import { FUSION, LEXICAL_WEIGHTS } from '../../retrieval/ranking/weights.ts'
import { questionWordsOf } from '../../text/analyser/analyser.ts'
import { allMigrations } from '../stores.ts'

const QUESTIONS = 3
/** Conversations that are looked through for something to ask. */
const MOST_SCOPES = 100
/** Messages of a conversation that are indexed: enough for a question, and some seconds of work at most. */
const MOST_MESSAGES = 1000
/** A message that many others hold in whole is found among them. */
const MOST_QUOTES = 50
const MOST_WORDS = 3
const LONGEST_TEXT = 4000

/** Messages of which one must be found by these words. */
interface Question {
  readonly scope: Scope
  readonly message_id: string
  readonly words: string
}

/**
 * Asks up to three questions over the `denidin.db` of a restored data folder, each in another conversation where there are
 * so many. The folder is changed: it is of no further use.
 * @throws DenidinError `damaged` when it cannot be opened; the reason of the signal
 */
export const askRecall = async (data_root: string, signal: AbortSignal): Promise<RecallCheck> => {
  using database = openTruthDatabase(join(data_root, 'denidin.db'), allMigrations)
  const feed = createSqliteMessageReader(database)
  const messages = createSqliteMessageErasure(database)
  const logger = silentLogger
  const fullText = await createFullTextModule({
    database_path: join(data_root, 'recall-check.db'),
    feed,
    changeLog: createSqliteChangeLog(database),
    zoneOf: zoneOf(createSqlitePreferences(database), systemClock),
    clock: systemClock,
    setAside: new SetAside(logger, createMetrics()),
    logger,
  })
  try {
    const search = createSearch(fullText, feed)
    const latest = await createSqliteChangeLog(database).latest()
    let [questions, answered] = [0, 0]
    for (const scope of await feed.recentScopes(MOST_SCOPES)) {
      signal.throwIfAborted()
      if (questions === QUESTIONS) break
      const records: MessageRecord[] = []
      for await (const page of messages.ofScope(scope)) {
        records.push(...page)
        if (records.length >= MOST_MESSAGES) break
      }
      const question = questionOf(scope, records.slice(0, MOST_MESSAGES))
      if (question === undefined) continue
      const ids = records.slice(0, MOST_MESSAGES).map(({ message_id }) => message_id)
      await fullText.following.indexer.readAgain(scope, ids, latest)
      const found = await search.findAllWords([{ scope, only: undefined }], question.words, { quotes: MOST_QUOTES })
      questions += 1
      if (found.some(({ message_id }) => message_id === question.message_id)) answered += 1
    }
    const missed = questions - answered
    const problems =
      missed === 0 ? [] : [`recall did not find ${String(missed)} of ${counted(questions, 'message')} by their words`]
    return { questions, answered, problems }
  } finally {
    await fullText.stop?.()
  }
}

const createSearch = (
  { index, following }: FullTextModule,
  feed: ReturnType<typeof createSqliteMessageReader>,
): IndexedMessageSearch =>
  new IndexedMessageSearch({
    feed,
    index,
    indexer: following.indexer,
    vectors: noVectorCandidates,
    weights: LEXICAL_WEIGHTS,
    fusion: FUSION,
    reranker: keepOrder,
    clock: systemClock,
    logger: silentLogger,
  })

/** The message whose words are the rarest in its conversation; `undefined` when no message has a word to ask for. */
const questionOf = (scope: Scope, records: readonly MessageRecord[]): Question | undefined => {
  const asked = records.filter(
    message => message.role === 'user' && isConversation(message) && message.text.length <= LONGEST_TEXT,
  )
  const words = new Map(asked.map(message => [message, subjectWords(message.text)]))
  const frequency = new Map<string, number>()
  for (const each of words.values()) for (const word of each) frequency.set(word, (frequency.get(word) ?? 0) + 1)
  const rarity = (word: string): number => frequency.get(word) ?? 0
  let best: (Question & { readonly rarest: number }) | undefined
  for (const [{ message_id }, own] of words) {
    const [first, ...others] = [...own].sort((one, other) => rarity(one) - rarity(other)).slice(0, MOST_WORDS)
    if (first === undefined || (best !== undefined && rarity(first) >= best.rarest)) continue
    best = { scope, message_id, words: [first, ...others].join(' '), rarest: rarity(first) }
  }
  return best
}

/** Whole words that recall looks for by themselves. */
const subjectWords = (text: string): ReadonlySet<string> =>
  new Set(
    (text.match(/\p{L}{4,}/gu) ?? [])
      .map(word => word.toLowerCase())
      .filter(word => {
        const analysed = questionWordsOf(word)
        return analysed.length === 1 && analysed[0]?.stop === false
      }),
  )
