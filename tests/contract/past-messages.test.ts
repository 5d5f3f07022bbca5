import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { createMessageSearch } from '../../src/retrieval/create-message-search.ts'
import { noMessageSearch } from '../../src/retrieval/no-message-search.ts'
import type { MessageSearch } from '../../src/retrieval/message-search.ts'
import { FUSION, LEXICAL_WEIGHTS } from '../../src/retrieval/ranking/weights.ts'
import type { Scope } from '../../src/messages/scope.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { createMetrics, type Metrics } from '../../src/platform/metrics.ts'
import { gathered } from '../support/gathered.ts'
import { KeptLog } from '../support/memory-kept-log.ts'
import { wordCounter } from '../support/memory-rig.ts'
import { hostileScopes } from '../support/memory-scopes.ts'
import { BEGUN_AT, RecallRig } from '../support/recall-rig.ts'

const ANN: Scope = 'person:ann'
const BEA: Scope = 'person:bea'
const QUESTION = 'what is the name of the boat?'
const VERIFY = {
  every_vector: true,
  repair: true,
  signal: new AbortController().signal,
  progress: () => undefined,
}

let rig: RecallRig
let log: KeptLog
let metrics: Metrics

beforeEach(() => {
  rig = new RecallRig()
  log = new KeptLog()
  metrics = createMetrics()
})

afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

const overAnIndex = (): MessageSearch =>
  createMessageSearch({
    feed: rig.feed,
    changeLog: rig.changeLog,
    index: rig.index,
    tokens: wordCounter,
    weights: LEXICAL_WEIGHTS,
    fusion: FUSION,
    clock: systemClock,
    logger: log,
    metrics,
    reranker: undefined,
    vectors: undefined,
  })

const asked = async (past: MessageSearch, scope: Scope, text = QUESTION): Promise<string[]> => {
  const question = { text, asked_at: BEGUN_AT + 1e9, asker: undefined }
  const quotes = await past.recall({ scope }, question, { quotes: 10, tokens: 1000 }, { purpose: 'recall' })
  return quotes.map(each => each.text)
}

describe.each<[string, () => MessageSearch]>([
  ['over an index of words', overAnIndex],
  ['switched off', () => noMessageSearch],
])('past messages %s', (_name, make) => {
  let past: MessageSearch

  beforeEach(() => {
    past = make()
  })

  afterEach(async () => {
    await past[Symbol.asyncDispose]()
  })

  test('where nothing was said nothing is found, and there is nothing to wait for', async () => {
    past.requestSync()
    await past.whenIdle()
    expect(await asked(past, ANN)).toEqual([])
    await past.forget([])
    await past.forget(['unknown'])
    expect(await past.stats()).toMatchObject({ messages: 0, scopes: 0 })
  })

  test('what was said in one scope is not found in another', async () => {
    await rig.talk(ANN, 0, ['Ann: the name of my boat is Quetzal'])
    past.requestSync()
    await past.whenIdle()
    expect(await asked(past, BEA)).toEqual([])
    expect(await asked(past, `${ANN} `)).toEqual([])
  })

  test('nothing is found of what was forgotten, as often as it is said', async () => {
    await rig.talk(ANN, 0, ['Ann: the name of my boat is Quetzal'])
    past.requestSync()
    await past.whenIdle()
    await rig.messages.history.remove('m1', 1)
    await past.forget(['m1'])
    await past.forget(['m1'])
    expect(await asked(past, ANN)).toEqual([])
    expect(rig.everything()).not.toContain('quetzal')
  })

  test('it agrees with the messages', async () => {
    await rig.talk(ANN, 0, ['Ann: the name of my boat is Quetzal'])
    expect(past.words.name).toBe('index of words')
    expect((await past.words.verify(VERIFY)).findings).toEqual([])
  })

  test('nothing is left of a person who is erased, and it hands over nothing that the messages do not', async () => {
    await rig.talk(ANN, 0, ['Ann: the name of my boat is Quetzal'])
    past.requestSync()
    await past.whenIdle()
    expect(past.personal.name).toBe('index')
    expect(await gathered(past.personal.export('ann'))).toEqual([])
    await rig.messages.personal.erase('ann')
    await past.personal.erase('ann')
    expect(await past.personal.count('ann')).toBe(0)
    expect(await past.personal.erase('ann')).toBe(0)
  })
})

describe('past messages over an index of words', () => {
  let past: MessageSearch

  beforeEach(() => {
    past = overAnIndex()
  })

  afterEach(async () => {
    await past[Symbol.asyncDispose]()
  })

  test('every scope finds its own and nobody else’s, however it is spelt', async () => {
    for (const [n, scope] of hostileScopes.entries()) {
      await rig.talk(scope, n, [`Eve: the name of my boat is Quetzal ${n}`])
    }
    past.requestSync()
    await past.whenIdle()
    expect(rig.everything()).toContain('quetzal')
    expect(await past.stats()).toEqual({ enabled: true, messages: hostileScopes.length, scopes: hostileScopes.length })
    for (const [n, scope] of hostileScopes.entries()) {
      expect(await asked(past, scope)).toEqual([`the name of my boat is Quetzal ${n}`])
    }
  })

  test('when two persons turn out to be one, each finds what the other said, and the one that went finds nothing', async () => {
    await rig.talk(ANN, 0, ['Ann: the name of my boat is Quetzal'])
    await rig.talk(BEA, 9, ['Bea: the name of my boat is Osprey'])
    past.requestSync()
    await past.whenIdle()
    await rig.messages.personal.reassign('bea', 'ann')
    await past.personal.reassign('bea', 'ann')
    // At once, not when the index has followed.
    expect(await past.personal.count('bea')).toBe(0)
    await past.personal.reassign('bea', 'ann')
    await past.personal.reassign('ann', 'ann')
    await past.whenIdle()
    expect((await asked(past, ANN)).sort()).toEqual(['the name of my boat is Osprey', 'the name of my boat is Quetzal'])
    expect(await asked(past, BEA)).toEqual([])
    expect(await past.personal.count('bea')).toBe(0)
    expect((await past.words.verify({ ...VERIFY, repair: false })).findings).toEqual([])
  })

  test('an index that cannot be read is an empty answer, counted, and told of without a word of anybody', async () => {
    await rig.talk(ANN, 0, ['Ann: the name of my boat is Quetzal'])
    past.requestSync()
    await past.whenIdle()
    for (const table of ['postings', 'parts', 'documents', 'speakers', 'scopes'])
      rig.index_database.run(`drop table ${table}`)
    expect(await asked(past, ANN)).toEqual([])
    expect(metrics.read().recall_failures).toBe(1)
    expect(log.last('Messages could not be recalled')).toMatchObject({ level: 'warn' })
    expect(JSON.stringify(log.lines.filter(line => line.level !== 'debug'))).not.toMatch(/boat|Quetzal/i)
  })
})

test('past messages switched off: nothing is indexed and nothing found, though there is something', async () => {
  await rig.talk(ANN, 0, ['Ann: the name of my boat is Quetzal'])
  noMessageSearch.requestSync()
  await noMessageSearch.whenIdle()
  expect(await asked(noMessageSearch, ANN)).toEqual([])
  expect(await noMessageSearch.stats()).toEqual({ enabled: false, messages: 0, scopes: 0 })
  expect(rig.everything()).not.toContain('quetzal')
})
