import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { OwnerMessage } from '../../src/channels/channel.ts'
import { TestDenidin } from '../support/denidin.ts'

let denidin: TestDenidin

beforeEach(async () => {
  denidin = await TestDenidin.start()
})

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const ANA = '15550001111@c.us'
let number = 0

const own = (text: string, after_ms: number): OwnerMessage => ({
  message_id: `own-${String(++number)}`,
  chat_id: ANA,
  chat_kind: 'direct',
  other: { identities: [{ kind: 'phone', value: '15550001111' }] },
  text,
  sent_at: denidin.clock.now() + after_ms,
})

const AUTOMATIC: readonly (readonly [string, string, number])[] = [
  ['a greeting', 'Thank you for contacting Dana’s Shop! Please let us know how we can help you.', 1000],
  [
    'an absence',
    'Thank you for your message. We’re unavailable right now, but will respond as soon as possible.',
    3000,
  ],
  ['an absence in Hebrew', 'תודה על פנייתך! אנחנו לא זמינים כרגע ונחזור אליך בהקדם.', 2000],
  ['out of office', 'I am out of office until Monday', 20_000],
  ['an automatic answer', 'Auto-reply: I am driving', 5000],
  ['a greeting in Spanish', '¡Gracias por contactar con Café Sol!', 1000],
  ['a receipt in Hebrew', 'קיבלנו את הודעתך ונשיב בהקדם', 3000],
  ['a greeting with a name in Hebrew', 'שלום, הגעתם לפרחי דנה. במה נוכל לעזור?', 3000],
  ['a greeting with a name', 'Hello, you have reached Dana’s Flowers. How can we help?', 3000],
  ['a closed office', 'Our office is closed. We will be back on Sunday.', 3000],
  ['a greeting in Dutch', 'Bedankt voor uw bericht!', 3000],
  ['a greeting in Turkish', 'Mesajınız için teşekkür ederiz.', 3000],
  ['a greeting in German', 'Vielen Dank für Ihre Nachricht!', 1000],
  ['long words at once', 'Hi there, I am Dana and I sell flowers of every colour and size!', 1000],
]

test.each(AUTOMATIC)('%s of the account itself does not pause the bot and is not kept', async (_, text, after_ms) => {
  await denidin.say('hello')
  await denidin.channel.events.ownerWrote(own(text, after_ms))
  expect(await denidin.say('do you have roses?')).toContain('You said: do you have roses?')
  expect(denidin.lastRequest()).not.toContain(text)
})

const BY_HAND: readonly (readonly [string, string, number])[] = [
  ['a short answer at once', 'Yes, at five', 0],
  ['a remark about the office', 'The office is closed tomorrow, by the way', 20_000],
  ['an answer after some time', 'I looked it up: the roses are in the shop, come by whenever you like', 30_000],
  ['polite words long after the question', 'Thank you for your message, I have found the bill', 300_000],
]

test.each(BY_HAND)('%s is the owner’s', async (_, text, after_ms) => {
  await denidin.say('hello')
  denidin.clock.forward(after_ms)
  await denidin.channel.events.ownerWrote(own(text, 0))
  expect(await denidin.say('do you have roses?')).toBe('')
})

test('an owner who writes first is not a program, however they word it', async () => {
  await denidin.channel.events.ownerWrote(own('Thank you for your message', 0))
  expect(await denidin.say('hello')).toBe('')
})

test('a greeting found after an absence answers nothing', async () => {
  const sent_at = denidin.clock.now()
  const sender = { identities: [{ kind: 'phone', value: '15550001111' } as const] }
  const question = { message_id: 'q-1', chat_id: ANA, chat_kind: 'direct', sender, sent_at } as const
  const greeting = { by: 'account', message: own('Thank you for contacting Dana’s Shop!', 1000) } as const
  await denidin.channel.events.backfilled({
    chat_id: ANA,
    said: [
      { by: 'person', message: { ...question, text: 'are you open?', addressed: true, may_continue: true } },
      greeting,
    ],
    until: sent_at + 2000,
  })
  await denidin.app.conversation.whenIdle(ANA)
  expect(denidin.channel.sent.map(({ text }) => text)).toEqual(['You said: are you open?'])
  // It is known from now on.
  await denidin.channel.events.ownerWrote(greeting.message)
  expect(await denidin.say('and tomorrow?')).toContain('and tomorrow?')
})
