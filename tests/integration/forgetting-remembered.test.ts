// “Forget that” after a request to remember something: the remembered text is the last thing that the person said.
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { SECOND_MS } from '../../src/platform/clock.ts'
import { filesWith } from '../support/data-files.ts'
import { TestDenidin } from '../support/denidin.ts'
import { sayInChat, type Said, type Saying } from '../support/say-in-chat.ts'

const GROUP = '120363000000000001@g.us'

let denidin: TestDenidin

beforeEach(async () => {
  denidin = await TestDenidin.start()
})

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

/** Each message is sent a second after the one before. */
const say = async (text: string, saying?: Saying): Promise<Said> => {
  denidin.clock.forward(SECOND_MS)
  return await sayInChat(denidin, text, saying)
}

const isStored = async (word: string): Promise<boolean> => (await filesWith(denidin.data(), [word])).length > 0

test.each([
  ['/remember my code is Quetzal9', '/forget last'],
  ['remember that my code is Quetzal9', 'forget that'],
  ['תזכור: הקוד שלי הוא Quetzal9', 'תשכח את זה'],
])('%s, then %s: the remembered text is forgotten', async (request, words) => {
  await say('I will bring the Marimba7')
  await say(request)
  await say('/memory')
  expect((await say(words)).answer).toContain('Quetzal9')
  expect(await isStored('Quetzal9')).toBe(false)
  expect(await isStored('Marimba7')).toBe(true)
})

test('what was said after it is forgotten first', async () => {
  await say('/remember my code is Quetzal9')
  await say('I will bring the Marimba7')
  expect((await say('forget that')).answer).toContain('Marimba7')
  expect(await isStored('Quetzal9')).toBe(true)
  expect((await say('forget that')).answer).toContain('Quetzal9')
  expect(await isStored('Quetzal9')).toBe(false)
  expect((await say('forget that')).answer).toMatch(/^I found nothing to forget/)
})

test('in reply to the request or to its answer, the remembered text is forgotten', async () => {
  const request = await say('/remember my code is Quetzal9')
  const other = await say('/remember my bike is a Marimba7')
  await say('good morning')
  await say('forget that', { reply_to: request.id })
  expect(await isStored('Quetzal9')).toBe(false)
  expect(await isStored('Marimba7')).toBe(true)
  await say('forget that', { reply_to: other.answer_id })
  expect(await isStored('Marimba7')).toBe(false)
})

test.each(['reply', 'no reply'])(
  'a message that was remembered in reply to it is forgotten with the memory: %s',
  async how => {
    const message = await say('my code is Quetzal9')
    await say('remember this', { reply_to: message.id })
    await say('forget that', how === 'reply' ? { reply_to: message.id } : {})
    expect(await isStored('Quetzal9')).toBe(false)
    await denidin.app.memory.whenIdle()
    expect((await say('/memory')).answer).not.toContain('Quetzal9')
  },
)

test('in a group, what someone else had remembered stays', async () => {
  await say('I will bring the Marimba7', { chat_id: GROUP })
  await say('/remember the code is Quetzal9', { chat_id: GROUP, phone: '15550002222' })
  expect((await say('forget that', { chat_id: GROUP })).answer).toContain('Marimba7')
  expect(await isStored('Quetzal9')).toBe(true)
})
