import { expect, test } from '@jest/globals'
import { Database } from '../../src/database/sqlite/database.ts'
import { createMessageVectors } from '../../src/vectors/message-vectors.ts'
import { Embedding } from '../../src/vectors/embedding.ts'
import { noPreviousModel } from '../../src/vectors/previous-model.ts'
import { SourceVectors } from '../../src/vectors/source-vectors.ts'
import { createMessageSource } from '../../src/vectors/message-embedding-source.ts'
import { vectorMigrations } from '../../src/vectors/sqlite/vector-migrations.ts'
import { createSqliteVectorStore } from '../../src/vectors/sqlite/sqlite-vector-store.ts'
import { contextualText } from '../../src/vectors/contextual-text.ts'
import { messageMigrations } from '../../src/messages/sqlite/message-migrations.ts'
import { createSqliteMessageStore } from '../../src/messages/sqlite/sqlite-message-store.ts'
import { createSqliteChangeLog } from '../../src/messages/sqlite/sqlite-change-log.ts'
import { createSqliteMessageContext } from '../../src/messages/sqlite/sqlite-message-context.ts'
import type { Scope } from '../../src/messages/scope.ts'
import { DenidinError } from '../../src/platform/errors.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { createTokenCounter } from '../../src/text/tokens.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { ExactVectorIndex } from '../support/memory-exact-index.ts'
import { wordCounter } from '../support/memory-rig.ts'
import { WordEmbedder } from '../support/memory-words.ts'
import { sayAll } from '../support/said.ts'
import { testSetAside } from '../support/test-set-aside.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const SPACE = 'words/messages'

const rigOf = (options: { readonly embeds?: boolean } = {}) => {
  const clock = new FakeClock()
  const database = new Database(':memory:', messageMigrations)
  const vectors = createSqliteVectorStore(new Database(':memory:', vectorMigrations))
  const turns = createSqliteMessageContext(database)
  const store = createSqliteMessageStore(database)
  const embedder = new WordEmbedder()
  const index = new ExactVectorIndex(SPACE, vectors, async (): Promise<Scope[]> => ['person:a', 'person:b', 'chat:g'])
  const embeds = options.embeds ?? true
  const open = () =>
    createMessageVectors({
      context: turns,
      embeds,
      logger: silentLogger,
      vectors: new SourceVectors({
        source: createMessageSource({
          context: turns,
          changeLog: createSqliteChangeLog(database),
          tokens: wordCounter,
          clock,
        }),
        space: SPACE,
        vectors,
        index,
        model: {
          embedding: new Embedding(embedder, wordCounter, clock, silentLogger),
          min_similarity: 0.2,
          previous: noPreviousModel,
        },
        setAside: testSetAside(),
        embeds,
        clock,
        logger: silentLogger,
        ids: { uuid: () => 'id', fraction: () => 0.5 },
      }),
    })
  const messages = open()
  const say = (message_id: string, text: string, more: object = {}): void =>
    sayAll(database, [{ message_id, text, sent_at: clock.now(), ...more }])
  const near = async (question: string, scope: Scope = 'person:a'): Promise<string[]> =>
    (await messages.findSimilar(scope, question, 10, { purpose: 'recall' })).map(each => each.message_id)
  /** Lets a message come of age, and all that follows be done. */
  const later = async (milliseconds = HOUR): Promise<void> => {
    await clock.advance(milliseconds)
    await messages.whenIdle()
  }
  return { clock, database, vectors, store, embedder, index, messages, open, say, near, later }
}

test('what a person said is found by its meaning once it has settled, in their scope alone', async () => {
  const { messages, say, near, later } = rigOf()
  messages.start()
  say('1', 'my cat is called Tom')
  say('2', 'my cat is called Kitty', { scope: 'person:b' })
  await later(5 * MINUTE)
  expect(await near('how is the cat called')).toEqual([])
  await later(10 * MINUTE)
  expect(await near('how is the cat called')).toEqual(['1'])
  expect(await near('how is the cat called', 'person:b')).toEqual(['2'])
  expect(await near('how is the cat called', 'chat:g')).toEqual([])
})

test('a message is embedded once, with what was said before and after it; replies and commands are context at most', async () => {
  const { messages, say, embedder, later } = rigOf()
  messages.start()
  say('1', 'where shall I go')
  say('2', 'to Haifa', { role: 'assistant' })
  say('3', '/status')
  say('4', 'good, Haifa it is', { sender_name: 'Dana' })
  await later()
  await later()
  expect(embedder.texts).toHaveLength(2)
  expect(embedder.texts[1]).toMatch(/^where shall I go\nDeniDin: to Haifa\n\d{4}-\d\d-\d\d Dana: good, Haifa it is$/)
})

test('edited words are found and the old ones are not; what stood beside them is renewed with them', async () => {
  const { messages, say, store, embedder, vectors, near, later } = rigOf()
  messages.start()
  say('1', 'my favourite colour is turquoise')
  say('2', 'thanks')
  await later()
  await store.history.edit('1', 'my favourite colour is purple', 5)
  await later()
  expect(embedder.texts.slice(2).join('\n')).not.toContain('turquoise')
  expect(embedder.texts.slice(2)).toHaveLength(2)
  expect(await near('favourite colour purple')).toEqual(['1', '2'])
  expect(await vectors.count(SPACE)).toBe(2)
})

test('a message that was taken back leaves no vector behind, not even in that of its neighbour', async () => {
  const { messages, say, store, embedder, vectors, later } = rigOf()
  messages.start()
  say('1', 'the code of the safe is 4711')
  say('2', 'and the window is open')
  await later()
  embedder.failure = new DenidinError('unavailable', 'the embedder is down', { retryable: true })
  await store.history.remove('1', 0)
  await later(2 * MINUTE)
  expect(await vectors.count(SPACE)).toBe(0)
  embedder.failure = undefined
  embedder.texts = []
  await later()
  expect(embedder.texts).toEqual([expect.not.stringContaining('4711')])
  expect(await vectors.idsOf('message:', { limit: 10 })).toEqual(['message:2'])
})

test('what is forgotten leaves no vector behind at once, not even in a neighbour, whether or not anything can be embedded', async () => {
  const { messages, say, store, embedder, vectors, index, later } = rigOf()
  messages.start()
  for (let n = 0; n < 1100; n++) say(`m${String(n)}`, `number ${String(n)}`, { session_id: `s${String(n % 400)}` })
  say('1', 'the code of the safe is 4711')
  say('2', 'and the window is open')
  say('other', 'elsewhere it rains', { scope: 'person:b', session_id: 'another' })
  await later()
  embedder.failure = new DenidinError('unavailable', 'the embedder is down', { retryable: true })
  const gone = ['1', ...Array.from({ length: 1100 }, (_, n) => `m${String(n)}`)]
  for (const message_id of gone) await store.history.remove(message_id, 0)
  const before = index.catchUps
  await messages.forget(gone)
  expect(await vectors.idsOf('message:', { limit: 10 })).toEqual(['message:other'])
  expect(index.catchUps).toBeGreaterThan(before)
})

test('an index that is down does not keep a vector from being forgotten', async () => {
  const { messages, say, store, vectors, index, later } = rigOf()
  messages.start()
  say('1', 'the code of the safe is 4711')
  await later()
  index.down = true
  await store.history.remove('1', 0)
  await messages.forget(['1'])
  expect(await vectors.count(SPACE)).toBe(0)
})

test('a message that comes at the place of one that went gets its vector', async () => {
  const { messages, say, store, database, vectors, later } = rigOf()
  messages.start()
  for (const n of [1, 2, 3]) say(String(n), `message number ${String(n)}`)
  await later()
  const newest = () => database.get<{ seq: number }>('select max(seq) seq from messages')?.seq
  const before = newest()
  await store.history.remove('3', 0)
  say('new', 'something else')
  expect(newest()).toBe(before)
  await later()
  expect(await vectors.idsOf('message:', { limit: 10 })).toEqual(['message:1', 'message:2', 'message:new'])
})

test('a later start goes on where the last one stopped, and pays for nothing twice', async () => {
  const { messages, say, open, embedder, vectors, clock, later } = rigOf()
  for (let n = 0; n < 700; n++) say(`m${String(n)}`, `message number ${String(n)}`)
  messages.start()
  await later()
  expect(await vectors.count(SPACE)).toBe(700)
  await messages[Symbol.asyncDispose]()
  say('new', 'one more')
  const again = open()
  await clock.advance(HOUR)
  again.start()
  await again.whenIdle()
  expect(await vectors.count(SPACE)).toBe(701)
  expect(embedder.texts).toHaveLength(701)
  expect(await again.pending()).toBe(0)
  await again[Symbol.asyncDispose]()
})

test('a message that is taken back while it is being embedded gets no vector', async () => {
  const { messages, say, store, embedder, vectors, later } = rigOf()
  messages.start()
  say('1', 'forget me')
  embedder.refuses = () => {
    void store.history.remove('1', 0)
    return false
  }
  await later()
  expect(embedder.texts).toHaveLength(1)
  expect(await vectors.count(SPACE)).toBe(0)
})

test('without vectors of messages nothing is embedded or asked, and those of before still go when their message goes', async () => {
  const { messages, say, store, embedder, vectors, near, later } = rigOf({ embeds: false })
  messages.start()
  say('1', 'my cat is called Tom')
  await vectors.put('former/messages', [{ item_id: 'message:1', scope: 'person:a', vector: new Float32Array([1, 0]) }])
  await later()
  expect(await near('cat called Tom')).toEqual([])
  expect(embedder.calls).toEqual([])
  await store.history.remove('1', 0)
  await later()
  expect(await vectors.count('former/messages')).toBe(0)
})

test('the text of a turn keeps to 200 tokens, and the turn is never crowded out by what stands around it', () => {
  const tokens = createTokenCounter()
  const turn = (text: string) => ({
    role: 'user' as const,
    sender_name: 'Dana',
    text,
    sent_at: Date.UTC(2026, 10, 3),
  })
  const long = 'a long story about boats and harbours '.repeat(100)
  const crowded = contextualText(
    { message: turn('I sold it'), before: [turn(long), turn(long)], after: [turn(long)] },
    tokens,
  )
  expect(crowded).toContain('2026-11-03 Dana: I sold it')
  expect(tokens.count(crowded)).toBeLessThanOrEqual(200)
  const long_itself = contextualText(
    { message: turn(long), before: [turn('Did you sell the boat?')], after: [] },
    tokens,
  )
  expect(long_itself).toContain('Did you sell the boat?')
  expect(tokens.count(long_itself)).toBeLessThanOrEqual(200)
  expect(contextualText({ message: { ...turn('yes'), sender_name: undefined }, before: [], after: [] }, tokens)).toBe(
    '2026-11-03 yes',
  )
})
