// “Forget that”, written in reply to a message, forgets what it replies to and not what was said last.
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { filesWith } from '../support/data-files.ts'
import { TestDenidin } from '../support/denidin.ts'
import { reply } from '../support/model-server.ts'
import { sayInChat, type Said, type Saying } from '../support/say-in-chat.ts'

const GROUP = '120363000000000001@g.us'
const OLDER = 'my locker code is Quetzal9'
const LAST = 'I will bring the Marimba7'

let denidin: TestDenidin

beforeEach(async () => {
  denidin = await TestDenidin.start({ memory: { longterm: { enabled: false } } })
})

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const say = async (text: string, saying?: Saying): Promise<Said> => await sayInChat(denidin, text, saying)

const isStored = async (word: string): Promise<boolean> => (await filesWith(denidin.data(), [word])).length > 0

test.each(['forget that', '/forget last', 'תשכח את זה'])(
  '%s in reply to an own message forgets that one',
  async words => {
    const older = await say(OLDER)
    await say(LAST)
    const { answer } = await say(words, { reply_to: older.id })
    expect(answer).toContain('Quetzal9')
    expect(await isStored('Quetzal9')).toBe(false)
    expect(await isStored('Marimba7')).toBe(true)
  },
)

test('in reply to an answer, it forgets what was answered, with the answer', async () => {
  await say(OLDER)
  const reply_to = denidin.channel.sentIds.at(-1) ?? ''
  await say(LAST)
  const { answer } = await say('forget that', { reply_to })
  expect(answer).toContain('Quetzal9')
  expect(await isStored('Quetzal9')).toBe(false)
  expect(await isStored('Marimba7')).toBe(true)
})

test('in reply to the last part of a long answer, it forgets what was answered', async () => {
  const sentences = Array.from({ length: 900 }, (_, n) => `Sentence number ${String(n)} is here.`)
  denidin.models.next('completion', reply(sentences.join(' ')))
  await say(OLDER)
  expect(denidin.channel.sentIds.length).toBeGreaterThan(1)
  const reply_to = denidin.channel.sentIds.at(-1) ?? ''
  await say(LAST)
  expect((await say('forget that', { reply_to })).answer).toContain('Quetzal9')
  expect(await isStored('Quetzal9')).toBe(false)
  expect(await isStored('Marimba7')).toBe(true)
})

test('in reply to a message that is forgotten already, or to the answer of a command, it forgets nothing', async () => {
  const older = await say(OLDER)
  await say('/help')
  const help = denidin.channel.sentIds.at(-1) ?? ''
  await say(LAST)
  await say('forget that', { reply_to: older.id })
  for (const reply_to of [older.id, help]) {
    expect((await say('forget that', { reply_to })).answer).toMatch(/^I found nothing to forget/)
  }
  expect(await isStored('Marimba7')).toBe(true)
})

test('in reply to a message that is not stored, it forgets nothing', async () => {
  await say(LAST)
  const { answer } = await say('forget that', { reply_to: 'unknown' })
  expect(answer).toMatch(/^I found nothing to forget/)
  expect(await isStored('Marimba7')).toBe(true)
})

test('in reply to what someone else said, it forgets nothing', async () => {
  const theirs = await say(OLDER, { chat_id: GROUP, phone: '15550002222' })
  await say(LAST, { chat_id: GROUP })
  const { answer } = await say('forget that', { chat_id: GROUP, reply_to: theirs.id })
  expect(answer).toMatch(/not yours alone to forget/)
  expect(await isStored('Quetzal9')).toBe(true)
  expect(await isStored('Marimba7')).toBe(true)
})

test('without a quote, it forgets what was said last', async () => {
  await say(OLDER)
  await say(LAST)
  expect((await say('forget that')).answer).toContain('Marimba7')
  expect(await isStored('Quetzal9')).toBe(true)
  expect(await isStored('Marimba7')).toBe(false)
})
