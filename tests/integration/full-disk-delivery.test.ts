// The disk is full, or fails, while a reply is being sent: nobody waits without an answer, and nobody gets it twice.
import { afterEach, expect, test } from '@jest/globals'
import type { Stores } from '../../src/app/stores.ts'
import type { OutboxStore } from '../../src/messages/outbox-store.ts'
import { DenidinError } from '../../src/platform/errors.ts'
import { PipelineRig } from '../support/pipeline-rig.ts'

const ANA = '15550001111@c.us'
const BEN = '15550002222@c.us'
const GROUP = '120363000000000001@g.us'
/** More than a reply is given before it is deferred. */
const LONG_OUTAGE = 100
/** A reply of three messages. */
const LONG = ['a', 'b', 'c'].map(letter => `${letter} `.repeat(1900).trim()).join('\n\n')

let rig: PipelineRig

afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

const KINDS = ['intend', 'begin', 'conclude', 'withdraw', 'known', 'settle', 'receive'] as const
type Refused = (typeof KINDS)[number]

/** A disk that refuses records of the outbox, each kind as often as is set here. */
class FailingDisk {
  readonly refusals = Object.fromEntries(KINDS.map(kind => [kind, 0])) as Record<Refused, number>
  /** The record reaches the file, and only its flush fails. */
  flush_only = false

  readonly wrap = (stores: Stores): Stores => {
    const { inbox, outbox, known } = stores.messages
    return {
      ...stores,
      messages: {
        ...stores.messages,
        outbox: this.#around(outbox),
        inbox: {
          ...inbox,
          settle: (...call) => this.#write('settle', () => inbox.settle(...call)),
          receive: (...call) => this.#write('receive', () => inbox.receive(...call)),
        },
        known: { ...known, recordSent: (...call) => this.#write('known', () => known.recordSent(...call)) },
      },
    }
  }

  mend(): void {
    for (const kind of KINDS) this.refusals[kind] = 0
  }

  #around(outbox: OutboxStore): OutboxStore {
    return {
      intend: (...call) => this.#write('intend', () => outbox.intend(...call)),
      begin: (...call) => this.#write('begin', () => outbox.begin(...call)),
      withdraw: (...call) => this.#write('withdraw', () => outbox.withdraw(...call)),
      conclude: (...call) => this.#write('conclude', () => outbox.conclude(...call)),
      abandon: (reply, at) => outbox.abandon(reply, at),
      fail: (reply, at) => outbox.fail(reply, at),
      concludeInterrupted: at => outbox.concludeInterrupted(at),
      held: chat_id => outbox.held(chat_id),
    }
  }

  async #write<T>(kind: Refused, write: () => Promise<T>): Promise<T> {
    if (this.refusals[kind] === 0) return await write()
    this.refusals[kind] -= 1
    if (this.flush_only) await write()
    throw new DenidinError('unavailable', 'the disk is full', { retryable: true })
  }
}

const start = async (disk: FailingDisk, config: object = {}): Promise<void> => {
  rig = await PipelineRig.start({ wrap: disk.wrap, config })
}

/** Lets everything happen that waits for time to pass. */
const later = async (): Promise<void> => {
  rig.clock.longAfter()
  // What a timer starts is queued after some turns of the event loop, and may queue more.
  for (let turn = 0; turn < 20; turn++) {
    await new Promise(resolve => setImmediate(resolve))
    await rig.process.whenIdle()
  }
}

const texts = (): readonly string[] => rig.channel.sent.map(each => each.text)

test.each([
  [1, false],
  [4, false],
  [1, true],
  [4, true],
])(
  'a reply is sent once although the disk refuses its beginning %d times (after writing it: %p)',
  async (times, flush_only) => {
    const disk = new FailingDisk()
    await start(disk)
    Object.assign(disk, { flush_only })
    disk.refusals.begin = times
    expect(await rig.say('hello')).toBe('You said: hello')
    expect((await rig.process.stores.messages.traffic.counts()).outbox).toMatchObject({ sent: 1, held: 0, intended: 0 })
    await rig.crash()
    await rig.open()
    expect(texts()).toEqual(['You said: hello'])
  },
)

test.each([false, true])(
  'a reply that a long outage kept back is sent when the disk works again, without a restart (flush fails only: %p)',
  async flush_only => {
    const disk = new FailingDisk()
    await start(disk)
    Object.assign(disk, { flush_only })
    disk.refusals.begin = LONG_OUTAGE
    expect(await rig.say('hello')).toBe('')
    expect(await rig.say('are you there?')).toBe('')
    expect(await rig.say('me too', BEN)).toBe('')
    await later()
    expect(texts()).toEqual([])
    disk.mend()
    await later()
    expect(texts().toSorted()).toEqual(['You said: are you there?', 'You said: hello', 'You said: me too'])
    expect(texts().indexOf('You said: hello')).toBeLessThan(texts().indexOf('You said: are you there?'))
    await later()
    await rig.crash()
    await rig.open()
    await rig.process.conversation.sendHeld()
    expect(texts()).toHaveLength(3)
    expect((await rig.process.stores.messages.traffic.counts()).inbox).toMatchObject({ answered: 3, received: 0 })
  },
)

test('a reply that a long outage kept back is sent after a restart too, and once', async () => {
  const disk = new FailingDisk()
  await start(disk)
  Object.assign(disk.refusals, { begin: LONG_OUTAGE, conclude: LONG_OUTAGE })
  await rig.say('hello')
  await rig.crash()
  await rig.open()
  await rig.process.conversation.sendHeld()
  expect(texts()).toEqual(['You said: hello'])
})

test('a reply that a reconnect meets with a full disk is not given up', async () => {
  const disk = new FailingDisk()
  await start(disk)
  disk.refusals.begin = LONG_OUTAGE
  await rig.say('hello')
  await rig.say('again')
  await rig.process.conversation.sendHeld()
  expect(texts()).toEqual([])
  disk.mend()
  await later()
  expect(texts()).toEqual(['You said: hello', 'You said: again'])
})

test('with memory off a reply that a long outage kept back is sent, too', async () => {
  const disk = new FailingDisk()
  await start(disk, { feature_flags: { enable_memory_system: false } })
  disk.refusals.begin = LONG_OUTAGE
  await rig.say('hello')
  disk.mend()
  await later()
  expect(texts()).toEqual(['You said: hello'])
})

test.each([1, 4, LONG_OUTAGE])(
  'a reply whose sending the disk refuses to record %d times is part of the conversation, and not sent again',
  async times => {
    const disk = new FailingDisk()
    await start(disk)
    disk.refusals.conclude = times
    expect(await rig.say('hello')).toBe('You said: hello')
    disk.mend()
    expect(await rig.say('and now?')).toBe('You said: and now?')
    await later()
    expect(texts()).toHaveLength(2)
    const [session] = await rig.process.sessions.list({ limit: 1 })
    const history = await rig.process.stores.messages.history.ofSession(session?.session_id ?? '')
    expect(history.map(each => each.text)).toEqual(
      expect.arrayContaining(['hello', 'You said: hello', 'and now?', 'You said: and now?']),
    )
    expect((await rig.process.stores.messages.traffic.counts()).outbox).toMatchObject({ sent: 2 })
  },
)

test('the outcome of a reply is recorded a minute later even if nothing else is sent', async () => {
  const disk = new FailingDisk()
  await start(disk)
  disk.refusals.conclude = LONG_OUTAGE
  await rig.say('hello')
  expect((await rig.process.stores.messages.traffic.counts()).outbox).toMatchObject({ intended: 1 })
  disk.mend()
  await later()
  expect((await rig.process.stores.messages.traffic.counts()).outbox).toMatchObject({ sent: 1, intended: 0 })
})

test('the rest of a long reply follows when the disk works again, in order and once', async () => {
  const disk = new FailingDisk()
  await start(disk)
  rig.model.script.push(async () => LONG)
  const first = Promise.withResolvers<void>()
  rig.channel.outcomes.push(async () => {
    Object.assign(disk.refusals, { begin: LONG_OUTAGE, conclude: LONG_OUTAGE })
    first.resolve()
    return { outcome: 'sent', message_id: 'part-1' }
  })
  await rig.say('tell me everything')
  await first.promise
  const sentBefore = texts().map(text => text.charAt(0))
  disk.mend()
  await later()
  expect([
    sentBefore.length <= 1,
    texts()
      .map(text => text.charAt(0))
      .filter(letter => letter !== 'a'),
  ]).toEqual([true, ['b', 'c']])
  await rig.crash()
  await rig.open()
  await rig.process.conversation.sendHeld()
  expect(texts().filter(text => text.startsWith('c'))).toHaveLength(1)
})

test.each([1, 4])('a reply that the disk refuses to record %d times is sent once, without an apology', async times => {
  const disk = new FailingDisk()
  await start(disk)
  disk.refusals.intend = times
  expect(await rig.say('hello')).toBe('You said: hello')
  expect(rig.model.requests).toHaveLength(1)
})

test('while the disk takes no record at all, one apology is sent; the answer follows when it does, without a restart', async () => {
  const disk = new FailingDisk()
  await start(disk)
  Object.assign(disk.refusals, { intend: LONG_OUTAGE, known: LONG_OUTAGE })
  expect(await rig.say('hello')).toMatch(/went wrong/)
  const [apology = ''] = rig.channel.sentIds
  await later()
  expect(texts()).toHaveLength(1)
  disk.mend()
  await later()
  expect(texts().slice(1)).toEqual(['You said: hello'])
  // It must not be taken for the owner's.
  expect(await rig.process.stores.messages.inbox.known([apology])).toEqual(new Set([apology]))
  await later()
  await rig.crash()
  await rig.open()
  await rig.process.conversation.sendHeld()
  expect(texts()).toHaveLength(2)
})

test('a message that is recorded only at the second try has one answer: the apology before it is none', async () => {
  const disk = new FailingDisk()
  await start(disk)
  disk.refusals.receive = 1
  const message = { text: 'hello', chat_id: ANA, message_id: 'm1' }
  // The disk takes the apology already.
  await expect(rig.channel.deliver(message)).rejects.toThrow('the disk is full')
  await rig.channel.deliver(message)
  await rig.process.conversation.whenIdle(ANA)
  expect(texts()).toEqual([expect.stringMatching(/went wrong/), 'You said: hello'])
  const answers = rig.process.stores.database.all('select outbox_id from outbox_answers')
  expect(answers).toHaveLength(1)
})

test('a message that cannot be answered even then is tried some times, and its writer told once', async () => {
  const disk = new FailingDisk()
  await start(disk)
  disk.refusals.intend = 10 * LONG_OUTAGE
  await rig.say('hello')
  for (let hours = 0; hours < 10; hours++) await later()
  expect(rig.model.requests).toHaveLength(6)
  expect(texts()).toHaveLength(1)
  expect((await rig.process.stores.messages.traffic.counts()).inbox).toMatchObject({ received: 1 })
})

test('while the database takes nothing at all, no model is asked', async () => {
  const disk = new FailingDisk()
  await start(disk)
  disk.refusals.intend = LONG_OUTAGE
  await rig.say('hello')
  const { database } = rig.process.stores
  database.run('pragma query_only = on')
  for (let hours = 0; hours < 10; hours++) await later()
  expect(rig.model.requests).toHaveLength(1)
  database.run('pragma query_only = off')
  disk.mend()
  await later()
  expect(texts().slice(1)).toEqual(['You said: hello'])
})

test('a message of a group that was only to be heard is recorded as heard when the disk works again', async () => {
  const disk = new FailingDisk()
  await start(disk)
  disk.refusals.settle = 1
  await rig.channel.deliver({ text: 'the picnic is on Friday', chat_id: GROUP, addressed: false })
  await rig.process.conversation.whenIdle(GROUP)
  expect((await rig.process.stores.messages.traffic.counts()).inbox).toMatchObject({ received: 1, heard: 0 })
  await later()
  expect((await rig.process.stores.messages.traffic.counts()).inbox).toMatchObject({ received: 0, heard: 1 })
  expect([texts(), rig.model.requests]).toEqual([[], []])
})

test('a command whose answer cannot be recorded is not run again', async () => {
  const disk = new FailingDisk()
  const ran: string[] = []
  rig = await PipelineRig.start({
    wrap: disk.wrap,
    commands: {
      recognises: text => text === '/count',
      withdrawal: () => Promise.resolve(undefined),
      dropQuestion: () => undefined,
      run: async text => {
        ran.push(text)
        return 'counted'
      },
    },
  })
  Object.assign(disk.refusals, { intend: LONG_OUTAGE, known: LONG_OUTAGE })
  expect(await rig.say('/count')).toMatch(/went wrong/)
  disk.mend()
  await later()
  expect(ran).toHaveLength(1)
})

const BIKE = 'You said: where is my bike?'

test.each([
  ['a few times', 3, [BIKE]],
  // Nobody is told the previous answer meanwhile.
  ['for long', LONG_OUTAGE, []],
])('a message that is edited while the disk refuses %s to withdraw its reply', async (_name, times, at_once) => {
  const disk = new FailingDisk()
  await start(disk)
  const trying = Promise.withResolvers<void>()
  const edited = Promise.withResolvers<void>()
  rig.channel.outcomes.push(async () => {
    trying.resolve()
    await edited.promise
    return { outcome: 'not_sent', reason: 'not linked' }
  })
  await rig.channel.deliver({ message_id: 'question', text: 'where is my car?', chat_id: ANA })
  await trying.promise
  disk.refusals.withdraw = times
  await rig.channel.events.edited({ message_id: 'question', text: 'where is my bike?' }).catch(() => undefined)
  edited.resolve()
  await rig.process.conversation.whenIdle(ANA)
  expect(texts()).toEqual(at_once)
  disk.mend()
  await later()
  await rig.crash()
  await rig.open()
  await rig.process.conversation.sendHeld()
  await rig.process.conversation.whenIdle(ANA)
  expect(texts()).toEqual([BIKE])
})
