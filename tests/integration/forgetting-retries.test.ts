// An erasure that could not complete is tried again while its person goes on: it takes what was there when it was asked
// for, and nothing that came later. Faults are triggers in the real databases.
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { MINUTE_MS } from '../../src/platform/clock.ts'
import { filesWith } from '../support/data-files.ts'
import { TestDenidin } from '../support/denidin.ts'
import { embed, facts, hold, reply } from '../support/model-server.ts'
import { until } from '../support/until.ts'

const SECRET = 'Quetzal9'
const GROUP = '77@g.us'
const PHONE = '15550001111'
const RETRY_MS = 10 * MINUTE_MS

let denidin: TestDenidin
/** The latest timer that tries again. */
let tryAgain: (() => void) | undefined

beforeEach(async () => {
  denidin = await TestDenidin.start()
  const { clock } = denidin
  const after = clock.after.bind(clock)
  clock.after = (milliseconds, run) => {
    if (milliseconds !== RETRY_MS) return after(milliseconds, run)
    tryAgain = run
    return { [Symbol.dispose]: () => undefined }
  }
  denidin.models.always('embedding', embed())
  denidin.models.always('extraction', facts())
  denidin.models.always('completion', reply('Noted.'))
})

afterEach(async () => {
  tryAgain = undefined
  await denidin[Symbol.asyncDispose]()
})

const inFile = <T>(file: string, act: (database: DatabaseSync) => T): T => {
  const database = new DatabaseSync(denidin.data(file), { timeout: 5000 })
  try {
    return act(database)
  } finally {
    database.close()
  }
}

type Fault = readonly [
  file: string,
  table: string,
  statement: 'insert' | 'delete' | 'update',
  effect: 'fails' | 'leaves traces',
]

const breakStore = ([file, table, statement, effect]: Fault): void => {
  const raise = effect === 'fails' ? `raise(fail, 'the disk is gone')` : 'raise(ignore)'
  inFile(file, database =>
    database.exec(`create trigger fault before ${statement} on ${table} begin select ${raise}; end`),
  )
}

const mendStore = ([file]: Fault): void => inFile(file, database => database.exec('drop trigger fault'))

const say = async (text: string): Promise<string> => await denidin.say(text, { name: 'Ana' })

const sayInGroup = async (text: string, phone = PHONE): Promise<void> => {
  const sender = { identities: [{ kind: 'phone', value: phone } as const], name: `N${phone.slice(-4)}` }
  await denidin.channel.deliver({ text, chat_id: GROUP, sender, sent_at: denidin.clock.now() })
  await denidin.app.conversation.whenIdle(GROUP)
}

const learn = async (): Promise<void> => {
  await denidin.app.closing.sweep()
  await denidin.whenIdle()
}

/** What is to be forgotten: said, remembered, learned, indexed, in both kinds of chats, with a running session. */
const before = async (): Promise<void> => {
  await say('I like tea')
  await say(`my locker code is ${SECRET}`)
  await say(`/remember the code of the shed is ${SECRET} too`)
  await say('/reset')
  await learn()
  await sayInGroup(`${SECRET} is the word`)
  await sayInGroup('the weather is fine', '15550002222')
  await say(`is ${SECRET} still my code?`)
  await say('/memory')
}

/** What comes later: a session that is learned from, a running one, a memory, a group. */
const later = async (): Promise<void> => {
  await say('my boat is called Marlin')
  await say('/remember my sister is called Dana')
  await say('/reset')
  await learn()
  await sayInGroup('the harbour master is called Olaf')
  await say('my bike is red')
  await say('/timezone Berlin')
}

const forgetAll = async (): Promise<string> => {
  await say('/forget all')
  return await say('yes')
}

/** How often an act ended, or did not. */
const attempts = (): number =>
  denidin.log.lines.filter(({ message }) =>
    [
      'Forgotten',
      'Not everything that was to be forgotten is gone',
      'Data that was to be forgotten still exists',
    ].includes(message),
  ).length

const retry = async (acts = 1): Promise<void> => {
  const wanted = attempts() + acts
  tryAgain?.()
  await until(() => attempts() >= wanted)
  await denidin.whenIdle()
}

const running = (): unknown =>
  inFile('denidin.db', database =>
    database
      .prepare(`select session_id, created_at from sessions where state = 'active' and scope like 'person:%'`)
      .all(),
  )

const openActs = (): number => {
  const acts = inFile('erasures.db', database => database.prepare('select act from acts').all())
  const applied = inFile('denidin.db', database => database.prepare('select act from applied_erasures').all())
  return acts.length - applied.length
}

const findings = async (): Promise<readonly unknown[]> => {
  const { signal } = new AbortController()
  const verify = { every_vector: true, repair: false, signal, progress: () => undefined }
  return (await denidin.app.maintenance.verify(verify)).findings
}

/** Whether the full-text index has the messages of the person's chat in the order in which they came. */
const isIndexedInOrder = (): boolean => {
  const came = inFile('denidin.db', database =>
    database.prepare(`select message_id from messages where scope like 'person:%' order by seq`).all(),
  ).map(({ message_id }) => String(message_id))
  const places = inFile('index.db', database =>
    database.prepare('select message_id from documents order by scope_no, ordinal').all(),
  ).flatMap(({ message_id }) => (came.includes(String(message_id)) ? [came.indexOf(String(message_id))] : []))
  expect(places.length).toBeGreaterThan(2)
  return places.every((place, at) => at === 0 || place > (places[at - 1] ?? 0))
}

/** Nothing of before is left anywhere; everything of `later` is, and is found. */
const expectLaterOnly = async (): Promise<void> => {
  expect(openActs()).toBe(0)
  expect(await filesWith(denidin.data(), [SECRET])).toEqual([])
  expect(await findings()).toEqual([])
  expect(isIndexedInOrder()).toBe(true)
  await say('what is my boat called?')
  expect(denidin.lastRequest()).toContain('my bike is red')
  expect(denidin.lastRequest()).toMatch(/^- .*my boat is called Marlin/m)
  expect(denidin.lastRequest()).not.toContain(SECRET)
  const list = await say('/memory')
  expect(list).toContain('my sister is called Dana')
  expect(list).toContain('my boat is called Marlin')
  await sayInGroup('what is the harbour master called?')
  expect(denidin.lastRequest()).toContain('the harbour master is called Olaf')
  await say('/reset')
  await say('what colour is my bike?')
  expect(denidin.lastRequest()).toMatch(/^- .*my bike is red/m)
}

const FAULTS: readonly Fault[] = [
  ['denidin.db', 'messages', 'delete', 'fails'],
  ['denidin.db', 'messages', 'delete', 'leaves traces'],
  ['denidin.db', 'memories', 'delete', 'fails'],
  ['denidin.db', 'sessions', 'delete', 'leaves traces'],
  ['denidin.db', 'listings', 'delete', 'fails'],
  ['denidin.db', 'learnt_messages', 'delete', 'leaves traces'],
  ['denidin.db', 'recalls', 'delete', 'leaves traces'],
  ['denidin.db', 'usage', 'update', 'leaves traces'],
  ['index.db', 'documents', 'delete', 'fails'],
  ['vectors.db', 'vectors', 'delete', 'fails'],
]

test.each(FAULTS)('%s %s: when a %s %s, what comes later stays through the retry', async (...fault) => {
  await before()
  breakStore(fault)
  expect(await forgetAll()).not.toContain('nothing of it is left')
  expect(openActs()).toBe(1)
  // Usage is written by every call.
  if (fault[1] === 'usage') mendStore(fault)
  await later()
  const session = running()
  if (fault[1] !== 'usage') mendStore(fault)
  await retry()
  expect(running()).toEqual(session)
  await expectLaterOnly()
  expect(await say('/timezone')).toContain('Berlin')
})

test('an act that stays incomplete takes nothing of later however often it is tried, also over a restart', async () => {
  const fault: Fault = ['denidin.db', 'listings', 'delete', 'leaves traces']
  await before()
  breakStore(fault)
  await forgetAll()
  await later()
  const session = running()
  await retry()
  await retry()
  await denidin.restart()
  expect(openActs()).toBe(1)
  await say('my kite is blue')
  await retry()
  mendStore(fault)
  await retry()
  expect(running()).toEqual(session)
  expect(await findings()).toEqual([])
  await say('and now?')
  expect(denidin.lastRequest()).toContain('my kite is blue')
  await expectLaterOnly()
})

test('of several acts each takes what came before it', async () => {
  const fault: Fault = ['denidin.db', 'messages', 'delete', 'fails']
  await before()
  breakStore(fault)
  await forgetAll()
  await say('my parrot is called Wolpertinger')
  await say('/remember Wolpertinger is green')
  await forgetAll()
  expect(openActs()).toBe(2)
  await later()
  const session = running()
  mendStore(fault)
  await retry(2)
  expect(running()).toEqual(session)
  expect(await filesWith(denidin.data(), ['Wolpertinger'])).toEqual([])
  await expectLaterOnly()
})

test('after the person has become one with another, the act completes, and what either said later stays', async () => {
  const lid = { kind: 'lid', value: '77700011' } as const
  const chat_id = '77700011@lid'
  const sayAs = async (
    text: string,
    identities: readonly { kind: 'lid' | 'phone'; value: string }[],
  ): Promise<void> => {
    await denidin.channel.deliver({ text, chat_id, sender: { identities }, sent_at: denidin.clock.now() })
    await denidin.app.conversation.whenIdle(chat_id)
  }
  await say('hello from my phone')
  await sayAs(`my locker code is ${SECRET}`, [lid])
  await sayAs(`/remember my code is ${SECRET}`, [lid])
  const fault: Fault = ['denidin.db', 'messages', 'delete', 'fails']
  breakStore(fault)
  await sayAs('/forget all', [lid])
  await sayAs('yes', [lid])
  expect(openActs()).toBe(1)
  await say('my bike is red')
  await sayAs('my kite is blue', [lid])
  mendStore(fault)
  await sayAs('it is me', [lid, { kind: 'phone', value: PHONE }])
  await retry()
  expect(openActs()).toBe(0)
  expect(await filesWith(denidin.data(), [SECRET])).toEqual([])
  expect(await findings()).toEqual([])
  await say('/reset')
  await say('what colour is my bike and my kite?')
  expect(denidin.lastRequest()).toContain('my bike is red')
  expect(denidin.lastRequest()).toContain('my kite is blue')
})

test.each(['/forget last', '/forget 1'])('%s that is tried again takes that alone', async command => {
  const fault: Fault = ['denidin.db', command === '/forget 1' ? 'memories' : 'messages', 'delete', 'fails']
  await say('I like tea')
  await say(command === '/forget 1' ? `/remember my code is ${SECRET}` : `my locker code is ${SECRET}`)
  if (command === '/forget 1') await say('/memory')
  breakStore(fault)
  expect(await say(command)).not.toContain('nothing of it is left')
  expect(openActs()).toBe(1)
  await later()
  const session = running()
  mendStore(fault)
  await retry()
  expect(running()).toEqual(session)
  await expectLaterOnly()
  expect(await say('/memory')).toContain('I like tea')
})

test.each(['erased_messages', 'touched_sessions'])(
  '/forget last that cannot be recorded (%s) is not an act: nothing is said to be forgotten, and asked again it is',
  async table => {
    const fault: Fault = ['erasures.db', table, 'insert', 'fails']
    await say('I like tea')
    await say(`my locker code is ${SECRET}`)
    breakStore(fault)
    expect(await say('/forget last')).not.toContain('nothing of it is left')
    expect(openActs()).toBe(0)
    mendStore(fault)
    await denidin.restart()
    await later()
    expect(denidin.log.lines.filter(({ message }) => message === 'Forgotten')).toEqual([])
    expect(await filesWith(denidin.data(), [SECRET])).not.toEqual([])
    await say(`the code is ${SECRET}`)
    expect(await say('/forget last')).toContain('nothing of it is left')
    expect(openActs()).toBe(0)
  },
)

test('an act that completes while its retry waits for its turn is not repeated', async () => {
  const fault: Fault = ['denidin.db', 'listings', 'delete', 'leaves traces']
  await before()
  breakStore(fault)
  await forgetAll()
  mendStore(fault)
  tryAgain?.()
  await retry()
  await later()
  expect(denidin.log.lines.filter(({ message }) => message === 'Forgotten')).toHaveLength(1)
  await expectLaterOnly()
})

test('a retry while a turn is under way leaves the turn whole', async () => {
  const fault: Fault = ['denidin.db', 'messages', 'delete', 'fails']
  await before()
  breakStore(fault)
  await forgetAll()
  await later()
  mendStore(fault)
  const held = hold(reply('Your kite is blue.'))
  denidin.models.next('completion', held.answer)
  const asked = say('what colour is my kite?')
  await held.arrived
  const retried = retry()
  held.release()
  expect(await asked).toBe('Your kite is blue.')
  await retried
  await say('thanks')
  expect(denidin.lastRequest()).toContain('assistant: Your kite is blue.')
  await expectLaterOnly()
})

test('what the bot repeats of before while an act is not complete goes with it', async () => {
  const fault: Fault = ['denidin.db', 'memories', 'delete', 'fails']
  await before()
  breakStore(fault)
  await forgetAll()
  denidin.models.next('completion', reply(`The code of the shed is ${SECRET}.`))
  await say('what is the code of the shed?')
  denidin.models.always('completion', reply('Noted.'))
  await later()
  mendStore(fault)
  await retry()
  await expectLaterOnly()
})
