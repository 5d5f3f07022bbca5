// What DeniDin says of itself is true: what was forgotten, what is stored, and in every state of the memory.
import { afterEach, expect, test } from '@jest/globals'
import { readFile } from 'node:fs/promises'
import { GODFATHER, TestDenidin } from '../support/denidin.ts'

let denidin: TestDenidin

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

test.each([
  ['/remember my locker is 417', 'Forgotten: 1 memory: «my locker is 417».', '1 other message or memory has'],
  ['my locker is 417', 'Forgotten: 2 messages, among them «my locker is 417».', '1 other message or memory has'],
])('what was said twice is forgotten once, and the answer says so: %s', async (words, forgotten, left) => {
  denidin = await TestDenidin.start()
  await denidin.say(words)
  await denidin.say(words.replace('my locker', 'My locker'))
  const answer = await denidin.say('forget that')
  expect(answer.toLowerCase()).toContain(forgotten.toLowerCase())
  expect(answer).toContain(left)
  expect(await denidin.say('forget that')).toContain('nothing of it is left')
})

test('an export shows the role that a person has by the configuration', async () => {
  denidin = await TestDenidin.start()
  await denidin.say('hello there', { phone: GODFATHER })
  await denidin.say('hello there')
  const roleInExport = async (phone: string): Promise<string | undefined> => {
    const answer = await denidin.say('/export', { phone })
    const file = /exports\/\S+\.md/.exec(answer)?.[0]
    const text = file === undefined ? answer : await readFile(denidin.data(file), 'utf8')
    return /role: (\w+) · on_allow_list/.exec(text)?.[1]
  }
  expect(await roleInExport(GODFATHER)).toBe('godfather')
  expect(await roleInExport('15550001111')).toBe('client')
})

test('who writes Hebrew is answered in Hebrew after the conversation has ended too', async () => {
  denidin = await TestDenidin.start()
  await denidin.say('שלום, לחתול שלי קוראים מיצי')
  expect(await denidin.say('/reset')).toContain('השיחה אופסה')
  expect(await denidin.say('/memory')).toContain('זה מה שאני זוכר')
  await denidin.restart()
  expect(await denidin.say('/privacy')).toContain('הלמידה פועלת')
})

test('with the memory switched off, nothing is said about messages that are kept', async () => {
  denidin = await TestDenidin.start({ feature_flags: { enable_memory_system: false } })
  await denidin.say('my locker is 417')
  expect(await denidin.say('/why')).toBe('My long-term memory is switched off.')
  expect(await denidin.say('/privacy off')).toMatch(/^Learning is off\..*I keep nothing of what you say/)
})
