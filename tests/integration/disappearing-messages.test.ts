// Messages of chats in which messages disappear are forgotten on time, from every place, by reading the bytes of all files.
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { join } from 'node:path'
import type { IncomingMessage, MessageId } from '../../src/messages/message.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/platform/clock.ts'
import { TestDenidin } from '../support/denidin.ts'
import { facts, lastUserMessage, reply } from '../support/model-server.ts'
import { residueIn } from '../support/residue.ts'
import { TestChannel } from '../support/test-channel.ts'
import { until } from '../support/until.ts'

const CHAT = '15550001111@c.us'
const GROUP = '99@g.us'
const SECRET = 'Quetzal9'

let denidin: TestDenidin

beforeEach(async () => {
  denidin = await TestDenidin.start()
})

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

/** A person writes something that disappears after a day, unless told otherwise. */
const says = async (text: string, more: Partial<IncomingMessage> = {}): Promise<MessageId> => {
  const sent_at = denidin.clock.now()
  const whole = { text, chat_id: CHAT, sent_at, expires_at: sent_at + DAY_MS, ...more }
  const { message_id, chat_id } = await denidin.channel.deliver(whole)
  await denidin.app.conversation.whenIdle(chat_id)
  return message_id
}

const residue = async (word = SECRET): Promise<readonly string[]> => {
  await denidin.whenIdle()
  const found = await residueIn([denidin.data(), join(denidin.folder, 'logs')], { words: [word] })
  return found.map(path => path.slice(denidin.folder.length + 1))
}

const sweep = (): Promise<unknown> =>
  denidin.app.runner.run('session.sweep', { purge: false }, { caller: { transport: 'cron', level: 'operator' } })

const memories = async (): Promise<readonly string[]> =>
  (await denidin.app.memory.list('all', { limit: 20 })).map(each => each.text)

test('what disappears is recalled until its time, and then gone from every file, with answers, facts and vectors', async () => {
  await says('I like tea', { expires_at: undefined })
  await says(`my locker code is ${SECRET}`)
  await says('/reset')
  await denidin.whenIdle()
  denidin.clock.forward(HOUR_MS)
  await says(`is ${SECRET} still my locker code?`)
  denidin.app.messageVectors.requestSync()
  await denidin.whenIdle()
  await sweep()
  expect(await memories()).toContain(`my locker code is ${SECRET}`)
  expect((await residue()).length).toBeGreaterThan(2)
  denidin.clock.forward(2 * DAY_MS)
  await sweep()
  expect(await residue()).toEqual([])
  expect(await memories()).toEqual(['I like tea'])
  await says('what is my locker code?', { expires_at: undefined })
  expect(denidin.lastRequest()).not.toContain(SECRET)
})

test('a running conversation loses what disappears, and keeps the rest', async () => {
  denidin.models.always('completion', reply('noted'))
  await says(`my code is ${SECRET}`)
  denidin.clock.forward(23 * HOUR_MS)
  await says('I like tea', { expires_at: undefined })
  denidin.clock.forward(2 * HOUR_MS)
  await sweep()
  await says('and now?', { expires_at: undefined })
  expect(denidin.lastRequest()).toContain('I like tea')
  expect(denidin.lastRequest()).not.toContain(SECRET)
  expect(await residue()).toEqual([])
})

test('the answer disappears as long after its sending as the question does after its own', async () => {
  denidin.models.always('completion', reply(`The code is ${SECRET}.`))
  await says('what was the code?', { expires_at: denidin.clock.now() + 3 * DAY_MS })
  denidin.models.always('completion', reply('noted'))
  denidin.clock.forward(3 * DAY_MS - HOUR_MS)
  await sweep()
  expect((await residue()).length).toBeGreaterThan(0)
  denidin.clock.forward(2 * HOUR_MS)
  await sweep()
  expect(await residue()).toEqual([])
})

test('what a person asked to remember stays', async () => {
  await says(`/remember my locker code is ${SECRET}`)
  await says('I live in Haifa')
  await says('/reset')
  denidin.clock.forward(2 * DAY_MS)
  await sweep()
  expect(await memories()).toEqual([`my locker code is ${SECRET}`])
})

test('a fact that was also said in a message that stays is learned again from there', async () => {
  await says('my dog is called Rex')
  await says('my dog is called Rex', { expires_at: undefined, sent_at: denidin.clock.now() + 1000 })
  await says('/reset')
  expect(await memories()).toEqual(['my dog is called Rex'])
  denidin.clock.forward(2 * DAY_MS)
  await sweep()
  await sweep()
  await denidin.whenIdle()
  expect(await memories()).toEqual(['my dog is called Rex'])
})

test('after a downtime the start forgets what disappeared meanwhile', async () => {
  await says(`my code is ${SECRET}`)
  await denidin.close()
  denidin.clock.forward(8 * DAY_MS)
  await denidin.open()
  // A stop ends a sweep between two conversations.
  await until(() => denidin.log.lines.some(line => line.message === 'Forgotten'))
  await denidin.close()
  const found = await residueIn([denidin.data(), join(denidin.folder, 'logs')], { words: [SECRET] })
  expect(found).toEqual([])
  await denidin.open()
})

test('in a group each message has its own time, and what others said stays', async () => {
  const dana = { identities: [{ kind: 'phone', value: '15550002222' } as const], name: 'Dana' }
  await says(`my code is ${SECRET}`, { chat_id: GROUP, addressed: false })
  await says('I like tea', { chat_id: GROUP, sender: dana, expires_at: denidin.clock.now() + 90 * DAY_MS })
  await denidin.channel.events.ownerWrote({
    message_id: 'own-1',
    chat_id: GROUP,
    chat_kind: 'group',
    other: undefined,
    text: 'the gate code is Kestrel7',
    sent_at: denidin.clock.now(),
    expires_at: denidin.clock.now() + DAY_MS,
  })
  denidin.clock.forward(2 * DAY_MS)
  await sweep()
  expect(await residue()).toEqual([])
  expect(await residue('Kestrel7')).toEqual([])
  expect((await residue('I like tea')).length).toBeGreaterThan(0)
})

test('an edit changes nothing about the time', async () => {
  const message_id = await says('my code is 1')
  await denidin.channel.events.edited({ message_id, text: `my code is ${SECRET}` })
  expect((await residue()).length).toBeGreaterThan(0)
  denidin.clock.forward(2 * DAY_MS)
  await sweep()
  expect(await residue()).toEqual([])
})

test('a message that has disappeared already when it is found is neither kept nor answered', async () => {
  await says(`my code is ${SECRET}`, {
    sent_at: denidin.clock.now() - 2 * HOUR_MS,
    expires_at: denidin.clock.now() - HOUR_MS,
  })
  expect(denidin.channel.sent).toEqual([])
  expect(await residue()).toEqual([])
})

test('with memory switched off since, what was kept before disappears too', async () => {
  await says(`my code is ${SECRET}`)
  await denidin.restart({ feature_flags: { enable_memory_system: false } })
  denidin.clock.forward(2 * DAY_MS)
  await sweep()
  expect(await residue()).toEqual([])
})

test('the export says when a message disappears', async () => {
  await says('my code is 1')
  await says('/export')
  expect(denidin.channel.sent.at(-1)?.text).toMatch(/text: my code is 1 .* disappears: /)
})

/** A channel that knows what was kept. */
class KeepingChannel extends TestChannel {
  readonly kept = new Set<MessageId>()
  linked = true

  async keptIn(_chat_id: string, message_ids: readonly MessageId[]): Promise<ReadonlySet<MessageId>> {
    if (!this.linked) throw new Error('not linked')
    return new Set(message_ids.filter(id => this.kept.has(id)))
  }
}

test('what was kept in the chat stays for good; while the channel cannot tell, it waits for an hour', async () => {
  const channel = new KeepingChannel()
  await denidin[Symbol.asyncDispose]()
  denidin = await TestDenidin.start({}, () => [channel])
  denidin.models.always('completion', (request, response) => {
    void reply(lastUserMessage(request).includes('?') ? 'hm' : 'noted')(request, response)
  })
  const deliver = async (text: string): Promise<MessageId> => {
    const sent_at = denidin.clock.now()
    const { message_id } = await channel.deliver({ text, chat_id: CHAT, sent_at, expires_at: sent_at + DAY_MS })
    await denidin.app.conversation.whenIdle(CHAT)
    return message_id
  }
  channel.kept.add(await deliver('my boat is called Marlin'))
  await deliver(`my code is ${SECRET}`)
  channel.linked = false
  denidin.clock.pass(DAY_MS + MINUTE_MS)
  await sweep()
  expect((await residue()).length).toBeGreaterThan(0)
  channel.linked = true
  await sweep()
  expect(await residue()).toEqual([])
  channel.linked = false
  denidin.clock.pass(9 * DAY_MS)
  await sweep()
  expect((await residue('Marlin')).length).toBeGreaterThan(0)
  await deliver('my other code is Kestrel7')
  denidin.clock.pass(DAY_MS + 2 * HOUR_MS)
  await sweep()
  expect(await residue('Kestrel7')).toEqual([])
})

test('one conversation that cannot be forgotten keeps no other back', async () => {
  await says(`my code is ${SECRET}`, { chat_id: '15550003333@c.us' })
  await says(`my code is ${SECRET}`)
  denidin.clock.forward(2 * DAY_MS)
  await sweep()
  expect(await residue()).toEqual([])
})

test('nothing is learned from what disappears before its session ends', async () => {
  denidin.models.always('extraction', facts())
  await says(`my code is ${SECRET}`)
  denidin.clock.forward(3 * DAY_MS)
  await sweep()
  expect(denidin.models.of('extraction')).toEqual([])
})

test('two sweeps at once forget each message once', async () => {
  await says(`my code is ${SECRET}`)
  denidin.clock.forward(2 * DAY_MS)
  const { closing } = denidin.app
  await Promise.all([closing.sweep(), closing.sweep()])
  expect(await residue()).toEqual([])
  const forgotten = denidin.log.lines.filter(line => line.message === 'Forgotten')
  expect(forgotten.length).toBe(1)
})

test('nothing is learned from what disappeared when a new conversation ends the one before', async () => {
  denidin.models.always('extraction', facts())
  await says(`my code is ${SECRET}`)
  await says('I like tea', { expires_at: undefined })
  denidin.clock.forward(3 * DAY_MS)
  await says('hello again', { expires_at: undefined })
  await until(() => denidin.models.of('extraction').length > 0)
  await denidin.whenIdle()
  expect(
    denidin.models
      .of('extraction')
      .map(({ body }) => JSON.stringify(body))
      .join('\n'),
  ).not.toContain(SECRET)
})
