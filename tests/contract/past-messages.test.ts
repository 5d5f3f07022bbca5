import { UTC } from '../../src/platform/time-zone.ts'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { NO_FACTS } from '../../src/memory/fact-search.ts'
import { FollowingMessageIndex, type MessageIndex } from '../../src/retrieval/full-text/message-index.ts'
import { createDisabledMessageIndex } from '../../src/retrieval/full-text/disabled-message-index.ts'
import { MemorySearch } from '../../src/retrieval/memory-search.ts'
import { singleScope } from '../../src/retrieval/scope-policy.ts'
import { noSearch, type SearchService } from '../../src/retrieval/search-service.ts'
import type { Scope } from '../../src/messages/scope.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { createMetrics, type Metrics } from '../../src/platform/metrics.ts'
import { gathered } from '../support/gathered.ts'
import { KeptLog } from '../support/memory-kept-log.ts'
import { ownPolicy } from '../support/memory-recall.ts'
import { hostileScopes } from '../support/memory-scopes.ts'
import { BEGUN_AT, RecallRig } from '../support/recall-rig.ts'
import { testSetAside } from '../support/test-set-aside.ts'

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

/** The index that follows the messages, and the search over it. */
interface Subject {
  readonly index: MessageIndex
  readonly search: SearchService
}

const overAnIndex = (): Subject => {
  const index = new FollowingMessageIndex({
    feed: rig.feed,
    changeLog: rig.changeLog,
    index: rig.index,
    setAside: testSetAside(),
    zoneOf: async () => UTC,
    logger: log,
  })
  const search = new MemorySearch({
    facts: { findFacts: async () => NO_FACTS },
    messages: rig.search({ indexer: index.indexer, logger: log }),
    memories: rig.index,
    zoneOf: async () => UTC,
    policy: ownPolicy,
    clock: systemClock,
    logger: log,
    metrics,
  })
  return { index, search }
}

const off: Subject = { index: createDisabledMessageIndex('/nowhere/index.db'), search: noSearch }

const asked = async ({ search }: Subject, scope: Scope, text = QUESTION): Promise<string[]> => {
  const query = { text, messages: 'relevant', asked_at: BEGUN_AT + 1e9, asker: undefined } as const
  const { quotes } = await search.search(singleScope(scope), query, { quotes: 10 }, { purpose: 'recall' })
  return quotes.map(each => each.text)
}

describe.each<[string, () => Subject]>([
  ['over a full-text index', overAnIndex],
  ['switched off', () => off],
])('past messages %s', (_name, make) => {
  let past: Subject

  beforeEach(() => {
    past = make()
  })

  afterEach(async () => {
    await past.index[Symbol.asyncDispose]()
  })

  test('where nothing was said nothing is found, and there is nothing to wait for', async () => {
    past.index.requestSync()
    await past.index.whenIdle()
    expect(await asked(past, ANN)).toEqual([])
    await past.index.forget([])
    await past.index.forget(['unknown'])
  })

  test('what was said in one scope is not found in another', async () => {
    await rig.talk(ANN, 0, ['Ann: the name of my boat is Quetzal'])
    past.index.requestSync()
    await past.index.whenIdle()
    expect(await asked(past, BEA)).toEqual([])
    expect(await asked(past, `${ANN} `)).toEqual([])
  })

  test('nothing is found of what was forgotten, as often as it is said', async () => {
    await rig.talk(ANN, 0, ['Ann: the name of my boat is Quetzal'])
    past.index.requestSync()
    await past.index.whenIdle()
    await rig.messages.history.remove('m1', 1)
    await past.index.forget(['m1'])
    await past.index.forget(['m1'])
    expect(await asked(past, ANN)).toEqual([])
    expect(rig.everything()).not.toContain('quetzal')
  })

  test('it agrees with the messages', async () => {
    await rig.talk(ANN, 0, ['Ann: the name of my boat is Quetzal'])
    expect(past.index.verification.name).toBe('full-text index')
    expect((await past.index.verification.verify(VERIFY)).findings).toEqual([])
  })

  test('nothing is left of a person who is erased, and it hands over nothing that the messages do not', async () => {
    await rig.talk(ANN, 0, ['Ann: the name of my boat is Quetzal'])
    past.index.requestSync()
    await past.index.whenIdle()
    expect(past.index.personal.name).toBe('index')
    expect(await gathered(past.index.personal.export('ann'))).toEqual([])
    await rig.messages.personal.erase('ann')
    await past.index.personal.erase('ann')
    expect(await past.index.personal.count('ann')).toBe(0)
    expect(await past.index.personal.erase('ann')).toBe(0)
  })
})

describe('past messages over a full-text index', () => {
  let past: Subject

  beforeEach(() => {
    past = overAnIndex()
  })

  afterEach(async () => {
    await past.index[Symbol.asyncDispose]()
  })

  test('of a person who is erased, what is spared stays in the index, and what comes meanwhile does', async () => {
    await rig.talk(ANN, 0, ['Ann: the name of my boat is Quetzal', 'Ann: the name of my boat is Marlin'])
    past.index.requestSync()
    await past.index.whenIdle()
    const dropScope = rig.index.dropScope.bind(rig.index)
    rig.index.dropScope = async scope => {
      rig.index.dropScope = dropScope
      await rig.talk(ANN, 2, ['Ann: the name of my other boat is Otter'])
      past.index.requestSync()
      await past.index.whenIdle()
      return await dropScope(scope)
    }
    await rig.messages.personal.erase('ann', { spared: ['m2'] })
    await past.index.personal.erase('ann', { spared: ['m2'] })
    expect(await past.index.personal.count('ann', { spared: ['m2', 'm3'] })).toBe(0)
    expect((await asked(past, ANN)).toSorted()).toEqual([
      'the name of my boat is Marlin',
      'the name of my other boat is Otter',
    ])
    expect((await past.index.verification.verify({ ...VERIFY, repair: false })).findings).toEqual([])
    expect(rig.everything()).not.toContain('quetzal')
  })

  test('a message that could not be taken out when it was deleted goes when it is forgotten again', async () => {
    await rig.talk('chat:77@g.us', 0, ['Ann: the name of my boat is Quetzal', 'Bea: the name of mine is Otter'])
    past.index.requestSync()
    await past.index.whenIdle()
    rig.index_database.run(
      `create trigger fault before delete on documents begin select raise(fail, 'the disk is gone'); end`,
    )
    await rig.messages.history.remove('m1', 1)
    past.index.requestSync()
    await past.index.whenIdle()
    expect(rig.everything()).toContain('quetzal')
    rig.index_database.run('drop trigger fault')
    await past.index.forget(['m1', 'm2'])
    expect(rig.everything()).not.toContain('quetzal')
    expect((await past.index.verification.verify({ ...VERIFY, repair: false })).findings).toEqual([])
  })

  test('every scope finds its own and nobody else’s, however it is spelt', async () => {
    for (const [n, scope] of hostileScopes.entries()) {
      await rig.talk(scope, n, [`Eve: the name of my boat is Quetzal ${n}`])
    }
    past.index.requestSync()
    await past.index.whenIdle()
    expect(rig.everything()).toContain('quetzal')
    expect(await rig.index.counts()).toEqual({ messages: hostileScopes.length, scopes: hostileScopes.length })
    for (const [n, scope] of hostileScopes.entries()) {
      expect(await asked(past, scope)).toEqual([`the name of my boat is Quetzal ${n}`])
    }
  })

  test('when two persons turn out to be one, each finds what the other said, and the one that went finds nothing', async () => {
    await rig.talk(ANN, 0, ['Ann: the name of my boat is Quetzal'])
    await rig.talk(BEA, 9, ['Bea: the name of my boat is Osprey'])
    past.index.requestSync()
    await past.index.whenIdle()
    await rig.messages.personal.reassign('bea', 'ann')
    await past.index.personal.reassign('bea', 'ann')
    // At once, not when the index has followed.
    expect(await past.index.personal.count('bea')).toBe(0)
    await past.index.personal.reassign('bea', 'ann')
    await past.index.personal.reassign('ann', 'ann')
    await past.index.whenIdle()
    expect((await asked(past, ANN)).sort()).toEqual(['the name of my boat is Osprey', 'the name of my boat is Quetzal'])
    expect(await asked(past, BEA)).toEqual([])
    expect(await past.index.personal.count('bea')).toBe(0)
    expect((await past.index.verification.verify({ ...VERIFY, repair: false })).findings).toEqual([])
  })

  test('an index that cannot be read is an empty answer, counted, and told of without a word of anybody', async () => {
    await rig.talk(ANN, 0, ['Ann: the name of my boat is Quetzal'])
    past.index.requestSync()
    await past.index.whenIdle()
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
  off.index.requestSync()
  await off.index.whenIdle()
  expect(await asked(off, ANN)).toEqual([])
  expect(rig.everything()).not.toContain('quetzal')
})
