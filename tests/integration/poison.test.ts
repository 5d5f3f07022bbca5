// One item that fails by itself, in every kind of background work: it is set aside and reported, and the rest goes on.
import { afterEach, expect, test } from '@jest/globals'
import { FullTextIndexer } from '../../src/retrieval/full-text/full-text-indexer.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { SetAside } from '../../src/platform/set-aside.ts'
import { memoryLog } from '../support/memory-log.ts'
import { RecallRig } from '../support/recall-rig.ts'
import { TestDenidin } from '../support/denidin.ts'

const OPERATOR = { caller: { transport: 'cli', level: 'operator' } } as const
let denidin: TestDenidin | undefined

afterEach(async () => {
  await denidin?.[Symbol.asyncDispose]()
  denidin = undefined
})

test('a message that cannot be indexed: the others are found, and the index goes on after it', async () => {
  const rig = new RecallRig()
  const setAside = new SetAside(memoryLog(), createMetrics())
  await rig.talk(
    'chat:g',
    0,
    Array.from({ length: 40 }, (_, n) => `Ann: word${String(n)} and others`),
  )
  const apply = rig.index.apply.bind(rig.index)
  rig.index.apply = async (states, reached) => {
    if (states.some(each => each.message_id === 'm7')) throw new RangeError('Maximum call stack size exceeded')
    await apply(states, reached)
  }
  await using indexer = new FullTextIndexer({
    feed: rig.feed,
    changeLog: rig.changeLog,
    index: rig.index,
    zoneOf: rig.zoneOf,
    setAside,
    logger: memoryLog(),
  })
  indexer.requestSync()
  await indexer.whenIdle()
  expect(await rig.index.counts()).toMatchObject({ messages: 39 })
  await rig.talk('chat:g', 50, ['Ann: a late one'])
  indexer.requestSync()
  await indexer.whenIdle()
  expect(await rig.index.counts()).toMatchObject({ messages: 40 })
  expect(await setAside.health()).toMatchObject({
    state: 'degraded',
    detail: expect.stringContaining('indexing messages: 1'),
  })
})

/** Texts that stopped something once, or are of that kind. */
const MONSTERS = [
  'ו'.repeat(30_000),
  'ה"'.repeat(20_000),
  `a${'\u0316\u0300'.repeat(30_000)}`,
  '*['.repeat(30_000),
  '{"a":'.repeat(10_000),
  '1. '.repeat(20_000),
  'I am. '.repeat(10_000),
  `torn ${'\ud83d'.repeat(20_000)}`,
  `${'\0'.repeat(1000)}zero`,
  'ﷺ'.repeat(30_000),
  '👨‍👩‍👧‍👦'.repeat(5000),
  'שלום '.repeat(12_000),
]

test('after monsters of every kind, sessions are stored, words are found, and nothing was set aside', async () => {
  denidin = await TestDenidin.start({ ai: { provider: 'offline' }, embeddings: { provider: 'offline' } })
  // Whoever floods a chat is slowed down by up to two seconds a message.
  denidin.clock.hasten(20)
  for (const [n, text] of MONSTERS.entries()) {
    expect({ n, answered: (await denidin.say(text)) !== '' }).toEqual({ n, answered: true })
  }
  expect(await denidin.say('my locker number is 417')).not.toBe('')
  await denidin.say('/reset')
  expect(await denidin.say('hello', { phone: '15550002222' })).not.toBe('')
  await denidin.app.messageIndex.whenIdle()
  const found = await denidin.app.runner
    .run('memory.about', { query: 'locker', person: '15550001111' }, OPERATOR)
    .catch(() => undefined)
  expect(JSON.stringify(found ?? (await denidin.say('/memory locker')))).toContain('417')
  expect(await denidin.app.runner.run('status', {}, OPERATOR)).toMatchObject({
    sessions_waiting: 0,
    sessions_dead: 0,
    inbox_waiting: 0,
    parts: expect.arrayContaining([expect.objectContaining({ name: 'background work', state: 'ok' })]),
  })
}, 120_000)
