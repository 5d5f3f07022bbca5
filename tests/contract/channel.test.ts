import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Channel } from '../../src/channels/channel.ts'
import { createConsoleChannel } from '../../src/channels/console/console-channel.ts'
import type { ChatId, IncomingMessage } from '../../src/messages/message.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { systemIds } from '../../src/platform/ids.ts'
import { ChannelRun } from '../support/fake-whatsapp/channel-run.ts'
import { FakeWhatsApp } from '../support/fake-whatsapp/fake-whatsapp.ts'
import { hearing } from '../support/no-changes.ts'
import { Heard } from '../support/fake-whatsapp/heard.ts'
import { BROWSER_INSTALL_MS, testBrowser } from '../support/fake-whatsapp/test-browser.ts'

/** A channel with somebody at its other end. */
interface Contender extends AsyncDisposable {
  readonly channel: Channel
  readonly chat_id: ChatId
  /** A chat of some other channel. */
  readonly foreign_chat_id: ChatId
  /** How `**one**` is written there. */
  readonly bold: string
  /** What is needed besides `start` before the channel is ready: an operator who links it. */
  link(): Promise<void>
  /** The person at the other end writes. */
  say(text: string): void
  /** Resolves when the person at the other end sees the text. */
  sees(text: string): Promise<void>
}

const consoleContender = async (): Promise<Contender> => {
  const dealt_with = new Heard<true>()
  const seen = new Heard<string>()
  const channel = createConsoleChannel({
    clock: systemClock,
    ids: systemIds,
    whenIdle: async () => {
      await dealt_with.next()
    },
  })
  const ask = async (text: string): Promise<void> => {
    for (const reply of await channel.say({ phone: '15551230001', text })) seen.add(reply)
  }
  return {
    channel,
    chat_id: 'console:15551230001',
    foreign_chat_id: '15551230001@c.us',
    bold: '**one**',
    link: () => Promise.resolve(),
    say: text => {
      // A terminal whose channel is closed meanwhile gets an error of its own.
      ask(text).catch(() => undefined)
    },
    sees: async text => {
      dealt_with.add(true)
      // A reply waits for somebody at the terminal.
      void ask('anything else?').catch(() => undefined)
      await seen.next(each => each === text)
    },
    [Symbol.asyncDispose]: () => channel.stop(),
  }
}

const whatsAppContender = async (): Promise<Contender> => {
  const fake = await FakeWhatsApp.start()
  const run = await ChannelRun.make(fake)
  const chat_id = '15551230001@c.us'
  return {
    channel: run.channel,
    chat_id,
    foreign_chat_id: 'console:15551230001',
    bold: '*one*',
    link: async () => {
      await fake.journal.next('asked')
      fake.scan()
    },
    say: text => {
      fake.receive({ from: chat_id, text, name: 'Ana' })
    },
    sees: async text => {
      await fake.journal.next('sent', ({ message }) => message.chat === chat_id && message.body === text)
    },
    [Symbol.asyncDispose]: async () => {
      await run[Symbol.asyncDispose]()
      await fake[Symbol.asyncDispose]()
    },
  }
}

/** Every implementation of the port. */
const CONTENDERS: readonly (readonly [string, () => Promise<Contender>])[] = [
  ['console', consoleContender],
  ['whatsapp', whatsAppContender],
]

/** Starts the channel; resolves when it can send. */
const begin = async (contender: Contender): Promise<Heard<IncomingMessage>> => {
  const messages = new Heard<IncomingMessage>()
  const ready = Promise.withResolvers<void>()
  await contender.channel.start({
    ...hearing(message => {
      messages.add(message)
    }),
    ready: () => {
      ready.resolve()
    },
  })
  await contender.link()
  await ready.promise
  return messages
}

beforeAll(testBrowser, BROWSER_INSTALL_MS)

describe.each(CONTENDERS)('channel: %s', (_, make) => {
  test('it serves its own chats only', async () => {
    await using contender = await make()
    expect(contender.channel.serves(contender.chat_id)).toBe(true)
    expect(contender.channel.serves(contender.foreign_chat_id)).toBe(false)
    expect(contender.channel.serves('nonsense')).toBe(false)
  })

  test('what a person writes arrives, each message under an id of its own', async () => {
    await using contender = await make()
    const messages = await begin(contender)
    contender.say('hello')
    const first = await messages.next()
    expect(first).toMatchObject({ chat_id: contender.chat_id, chat_kind: 'direct', text: 'hello', addressed: true })
    expect(first.sender.identities).toContainEqual({ kind: 'phone', value: '15551230001' })
    expect(Math.abs(first.sent_at - systemClock.now())).toBeLessThan(60_000)
    await contender.channel.send(contender.chat_id, 'hi', { reply_to: first.message_id })
    await contender.sees('hi')
    contender.say('hello again')
    const second = await messages.next(({ text }) => text === 'hello again')
    expect(second.message_id).not.toBe(first.message_id)
  })

  test('what is sent reaches the person, each message under an id of its own', async () => {
    await using contender = await make()
    const messages = await begin(contender)
    contender.say('hello')
    await messages.next()
    const first = await contender.channel.send(contender.chat_id, 'one', {})
    const second = await contender.channel.send(contender.chat_id, 'two', {})
    expect(first).toEqual({ outcome: 'sent', message_id: expect.any(String) })
    expect(second).toEqual({ outcome: 'sent', message_id: expect.any(String) })
    expect(second).not.toEqual(first)
    await contender.sees('one')
    await contender.sees('two')
  })

  test('a reply becomes at least one message, in the markup of the channel, with nothing left out', async () => {
    await using contender = await make()
    const { channel, bold } = contender
    expect(await channel.render('one')).toEqual(['one'])
    expect(await channel.render('')).toEqual([''])
    expect(await channel.render('**one**')).toEqual([bold])
    const paragraphs = Array.from({ length: 40 }, (_, n) => `${String(n)} ${'word '.repeat(50)}`.trim())
    const words = (await channel.render(paragraphs.join('\n\n'))).join(' ').split(/\s+/)
    expect(words).toEqual(paragraphs.join(' ').split(' '))
  })

  test('a chat of another channel gets nothing', async () => {
    await using contender = await make()
    await begin(contender)
    const delivery = await contender.channel.send(contender.foreign_chat_id, 'hi', {})
    expect(delivery).toMatchObject({ outcome: 'not_sent' })
  })

  test('before the start and after the stop nothing is sent, and no sign fails', async () => {
    await using contender = await make()
    const { channel, chat_id } = contender
    const nothingIsSent = async (): Promise<void> => {
      await expect(channel.send(chat_id, 'hi', {})).resolves.toMatchObject({ outcome: 'not_sent' })
      await channel.seen(chat_id)
      await (await channel.typing(chat_id))[Symbol.asyncDispose]()
      await expect(channel.health()).resolves.toMatchObject({ state: 'off' })
    }
    await nothingIsSent()
    await begin(contender)
    await expect(channel.health()).resolves.toMatchObject({ state: 'ok' })
    await channel.stop()
    await channel.stop()
    await nothingIsSent()
  })
})
