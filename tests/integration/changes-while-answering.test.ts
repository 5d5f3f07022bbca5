// A message that is edited or deleted before its answer went out: at every moment there is one answer, to what stands.
import { afterEach, describe, expect, test } from '@jest/globals'
import type { MessageStore } from '../../src/messages/message-store.ts'
import type { HistoryStore } from '../../src/messages/history-store.ts'
import type { OutboxStore } from '../../src/messages/outbox-store.ts'
import type { Delivery } from '../../src/channels/channel.ts'
import type { CommandHandler } from '../../src/conversation/command-handler.ts'
import { PipelineRig } from '../support/pipeline-rig.ts'

const ANA = '15550001111@c.us'
const REFUSED: Delivery = { outcome: 'not_sent', reason: 'offline' }
/** The first attempt and its repetitions. */
const ATTEMPTS = 5

let rig: PipelineRig

afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

/** Does something once, in the middle of whatever asks for it. */
class Once {
  act: (() => Promise<void>) | undefined
  calls = 0

  /** @param call of how many calls */
  async run(call = 1): Promise<void> {
    this.calls += 1
    const { act } = this
    if (act === undefined || this.calls < call) return
    this.act = undefined
    await act()
  }
}

type Wrap = (real: MessageStore, once: Once) => Partial<MessageStore>

const outboxOf = (real: OutboxStore, over: Partial<OutboxStore>): OutboxStore => ({
  intend: (...values) => real.intend(...values),
  begin: (...values) => real.begin(...values),
  withdraw: (...values) => real.withdraw(...values),
  conclude: (...values) => real.conclude(...values),
  abandon: (...values) => real.abandon(...values),
  fail: (...values) => real.fail(...values),
  concludeInterrupted: (...values) => real.concludeInterrupted(...values),
  held: (...values) => real.held(...values),
  ...over,
})

const reading = (real: HistoryStore, once: Once, call: number, when: 'before' | 'after'): HistoryStore => ({
  ...real,
  current: async ids => {
    if (when === 'before') await once.run(call)
    const found = await real.current(ids)
    if (when === 'after') await once.run(call)
    return found
  },
})

/** A moment between the arrival of a message and its answer. */
interface Moment {
  readonly wrap?: Wrap
  /** Sets the rig up so that `once` runs at the moment. */
  readonly prepare?: (once: Once) => void
  /** What happens after the message was delivered. */
  readonly then?: (once: Once) => Promise<void>
  /** Only where texts are kept. */
  readonly kept?: true
}

const attempt = (once: Once) => async (): Promise<Delivery> => {
  await once.run()
  return REFUSED
}

const MOMENTS: Readonly<Record<string, Moment>> = {
  'in its burst': { then: once => once.run() },
  'before its batch is read': {
    kept: true,
    wrap: ({ history }, once) => ({ history: reading(history, once, 1, 'before') }),
  },
  'after its batch was read': {
    kept: true,
    wrap: ({ history }, once) => ({ history: reading(history, once, 1, 'after') }),
  },
  'after it was read once more': {
    kept: true,
    wrap: ({ history }, once) => ({ history: reading(history, once, 2, 'after') }),
  },
  'while its answer is thought about': {
    prepare: once => {
      rig.model.script.push(async request => {
        await once.run()
        return `You said: ${request.messages.at(-1)?.content ?? ''}`
      })
    },
  },
  'before the intent to answer is recorded': {
    wrap: ({ outbox }, once) => ({
      outbox: outboxOf(outbox, {
        intend: async (reply, parts) => {
          await once.run()
          await outbox.intend(reply, parts)
        },
      }),
    }),
  },
  'after it was recorded': {
    wrap: ({ outbox }, once) => ({
      outbox: outboxOf(outbox, {
        intend: async (reply, parts) => {
          await outbox.intend(reply, parts)
          await once.run()
        },
      }),
    }),
  },
  'before the answer begins to go out': {
    wrap: ({ outbox }, once) => ({
      outbox: outboxOf(outbox, {
        begin: async (outbox_id, part, at) => {
          await once.run()
          return await outbox.begin(outbox_id, part, at)
        },
      }),
    }),
  },
  'while a first attempt fails': {
    prepare: once => {
      rig.channel.outcomes.push(attempt(once))
    },
  },
  'while the last attempt fails': {
    prepare: once => {
      rig.channel.outcomes.push(...Array.from({ length: ATTEMPTS - 1 }, () => REFUSED), attempt(once))
    },
  },
  'while the answer is held': {
    kept: true,
    prepare: () => {
      rig.channel.outcomes.push(...Array.from({ length: ATTEMPTS }, () => REFUSED))
    },
    then: async once => {
      await rig.process.conversation.whenIdle(ANA)
      await once.run()
      await rig.process.conversation.sendHeld()
    },
  },
}

const start = async (
  { wrap, prepare }: Moment,
  memory: boolean,
  { commands, limits = {} }: { readonly commands?: CommandHandler; readonly limits?: object } = {},
): Promise<Once> => {
  const once = new Once()
  rig = await PipelineRig.start({
    config: { feature_flags: { enable_memory_system: memory }, conversation: { debounce_ms: 5 }, limits },
    ...(commands === undefined ? {} : { commands }),
    ...(wrap === undefined
      ? {}
      : { wrap: stores => ({ ...stores, messages: { ...stores.messages, ...wrap(stores.messages, once) } }) }),
  })
  prepare?.(once)
  return once
}

const deliver = async ({ then }: Moment, once: Once, text: string, act: (message_id: string) => Promise<void>) => {
  once.act = () => act('m-1')
  await rig.channel.deliver({ message_id: 'm-1', text, chat_id: ANA })
  await then?.(once)
  await rig.process.conversation.whenIdle(ANA)
  await rig.process.conversation.sendHeld()
  expect(once.act).toBeUndefined()
}

const sent = (): readonly string[] => rig.channel.sent.map(each => each.text)

const kept = async (): Promise<readonly string[]> => {
  const messages: string[] = []
  for await (const batch of rig.process.stores.forgettable.ofPerson(
    (await rig.process.stores.people.lookUp('15550001111'))?.person_id ?? '',
    {},
  )) {
    messages.push(...batch.map(each => each.text))
  }
  return messages
}

describe.each(Object.entries(MOMENTS))('a message that is changed %s', (_, moment) => {
  const memories = moment.kept === true ? [true] : [true, false]

  test.each(memories)('is answered as edited, once (memory: %s)', async memory => {
    const once = await start(moment, memory)
    await deliver(moment, once, 'my code is 4711', message_id =>
      rig.channel.events.edited({ message_id, text: 'my code is 9999' }),
    )
    expect(sent()).toEqual(['You said: my code is 9999'])
    if (memory) {
      expect(await kept()).toEqual(['my code is 9999', 'You said: my code is 9999'])
      await rig.say('and now?')
      expect(JSON.stringify(rig.model.requests.at(-1))).not.toContain('4711')
    }
  })

  test.each(memories)('is not answered once it is deleted (memory: %s)', async memory => {
    const once = await start(moment, memory)
    await deliver(moment, once, 'my code is 4711', message_id => rig.channel.events.deleted(message_id))
    expect(sent()).toEqual([])
    expect(await kept()).toEqual([])
    expect((await rig.process.stores.messages.traffic.counts()).outbox).toMatchObject({ intended: 0, held: 0, sent: 0 })
    expect(await rig.say('hello')).toBe('You said: hello')
    expect(JSON.stringify(rig.model.requests.at(-1))).not.toContain('4711')
  })
})

test('of a burst only the message that was deleted goes unanswered', async () => {
  rig = await PipelineRig.start()
  rig.model.script.push(async () => {
    await rig.channel.events.deleted('m-1')
    return 'an answer to both'
  })
  const { events } = rig.channel
  const message = (message_id: string, text: string) => ({
    message_id,
    text,
    chat_id: ANA,
    chat_kind: 'direct' as const,
    sender: { identities: [{ kind: 'phone' as const, value: '15550001111' }] },
    sent_at: rig.clock.now(),
    addressed: true,
    may_continue: true,
  })
  await events.backfilled({
    chat_id: ANA,
    said: [
      { by: 'person', message: message('m-1', 'my code is 4711') },
      { by: 'person', message: message('m-2', 'and my dog is Rex') },
    ],
    until: rig.clock.now(),
  })
  await rig.process.conversation.whenIdle(ANA)
  expect(sent()).toEqual(['You said: and my dog is Rex'])
})

test('a message that is edited again and again is answered in the end, once', async () => {
  rig = await PipelineRig.start()
  for (let edit = 1; edit <= 8; edit++) {
    rig.model.script.push(async request => {
      await rig.channel.events.edited({ message_id: 'm-1', text: `version ${String(edit)}` })
      return `You said: ${request.messages.at(-1)?.content ?? ''}`
    })
  }
  await rig.channel.deliver({ message_id: 'm-1', text: 'version 0', chat_id: ANA })
  await rig.process.conversation.whenIdle(ANA)
  expect(sent()).toEqual(['You said: version 3'])
  expect(rig.model.requests).toHaveLength(4)
})

test('an edit after the answer began to go out brings no second one', async () => {
  rig = await PipelineRig.start()
  rig.channel.outcomes.push(async () => {
    await rig.channel.events.edited({ message_id: 'm-1', text: 'changed' })
    return { outcome: 'sent', message_id: 'r-1' }
  })
  await rig.channel.deliver({ message_id: 'm-1', text: 'hello', chat_id: ANA })
  await rig.process.conversation.whenIdle(ANA)
  expect(sent()).toEqual(['You said: hello'])
})

test.each([true, false])(
  'what a voice message is answered once is said for the next one, when the first was deleted (memory %s)',
  async memory => {
    const once = await start(MOMENTS['before the intent to answer is recorded'] ?? {}, memory)
    const voice = { text: '', chat_id: ANA, details: { attachment: { kind: 'voice' } } } as const
    once.act = () => rig.channel.events.deleted('m-1')
    for (const message_id of ['m-1', 'm-2', 'm-3']) {
      await rig.channel.deliver({ ...voice, message_id })
      await rig.process.conversation.whenIdle(ANA)
    }
    expect(once.act).toBeUndefined()
    const [first, second] = [
      expect.stringContaining('cannot listen to voice messages'),
      expect.stringContaining('You said'),
    ]
    expect(sent()).toEqual([first, second])
  },
)

test.each([true, false])(
  'that a person writes too much is said for the next message, when the first was deleted (memory %s)',
  async memory => {
    const moment = MOMENTS['before the intent to answer is recorded'] ?? {}
    const once = await start(moment, memory, { limits: { messages_per_minute: 1 } })
    for (const message_id of ['m-1', 'm-2', 'm-3', 'm-4']) {
      if (message_id === 'm-2') once.act = () => rig.channel.events.deleted('m-2')
      await rig.channel.deliver({ message_id, text: `message ${message_id}`, chat_id: ANA })
      await rig.process.conversation.whenIdle(ANA)
    }
    expect(once.act).toBeUndefined()
    expect(sent()).toEqual(['You said: message m-1', expect.stringContaining('That was a lot at once.')])
  },
)

describe('a command', () => {
  const ran: string[] = []
  const dropped: string[] = []
  const commands: CommandHandler = {
    recognises: text => text.startsWith('/'),
    withdrawal: () => Promise.resolve(undefined),
    dropQuestion: ({ chat_id }) => {
      dropped.push(chat_id)
    },
    run: async text => {
      ran.push(text)
      return await during(text)
    },
  }
  let during: (text: string) => Promise<string>

  const say = async (text: string, act: () => Promise<void>): Promise<void> => {
    ran.splice(0)
    dropped.splice(0)
    let acted = false
    during = async said => {
      if (!acted) await act()
      acted = true
      return `done: ${said}`
    }
    rig = await PipelineRig.start({ commands })
    await rig.channel.deliver({ message_id: 'm-1', text, chat_id: ANA })
    await rig.process.conversation.whenIdle(ANA)
  }

  test('that was edited while it ran does not run again', async () => {
    await say('/forget 1', () => rig.channel.events.edited({ message_id: 'm-1', text: '/forget 2' }))
    expect([ran, sent()]).toEqual([['/forget 1'], ['done: /forget 1']])
  })

  test('that was deleted while it ran gets no answer, and a question that it asked is not open', async () => {
    await say('/forget all', () => rig.channel.events.deleted('m-1'))
    expect([ran, sent(), dropped]).toEqual([['/forget all'], [], [ANA]])
  })

  test('that talk was edited into runs instead of being answered', async () => {
    during = async said => `done: ${said}`
    ran.splice(0)
    rig = await PipelineRig.start({ commands })
    rig.model.script.push(async () => {
      await rig.channel.events.edited({ message_id: 'm-1', text: '/reset' })
      return 'You said: reset'
    })
    await rig.channel.deliver({ message_id: 'm-1', text: 'reset', chat_id: ANA })
    await rig.process.conversation.whenIdle(ANA)
    expect([ran, sent()]).toEqual([['/reset'], ['done: /reset']])
  })
})
