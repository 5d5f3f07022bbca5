// What `/memory` lists: also what was said a moment ago, each thing once, and how many there are.
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { TestDenidin } from '../support/denidin.ts'
import { facts } from '../support/model-server.ts'

let denidin: TestDenidin

beforeEach(async () => {
  denidin = await TestDenidin.start()
  denidin.models.always(
    'extraction',
    facts(({ text }) => (/^(?:my|לסירה) /.test(text) ? [{ text, quote: text }] : [])),
  )
})

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

test.each([
  ['my boat is called Marlin', 'What do you know about me?'],
  ['לסירה שלי קוראים מרלין', 'מה אתה יודע עליי?'],
])('what was told a moment ago is listed, before anything was learned from it: %s', async (told, question) => {
  await denidin.say(told)
  const list = await denidin.say(question)
  expect(list).toContain(told)
  expect(list.split('\n').filter(line => /^\d+\. /.test(line))).toHaveLength(1)
})

test('a fact and the message that it came from are one entry, and questions, greetings and thanks are none', async () => {
  for (const text of ['hello!', 'my boat is called Marlin', 'what is my boat called?', 'thank you'])
    await denidin.say(text)
  const entries = (list: string): string[] => list.split('\n').filter(line => /^\d+\. /.test(line))
  expect(entries(await denidin.say('/memory'))).toHaveLength(1)
  await denidin.say('/reset')
  await denidin.app.memory.whenIdle()
  expect(entries(await denidin.say('/memory'))).toHaveLength(1)
  expect(entries(await denidin.say('/memory boat'))).toHaveLength(1)
})

test('the number of an entry that is not learned yet forgets it', async () => {
  await denidin.say('my boat is called Marlin')
  await denidin.say('/memory')
  await denidin.say('/forget 1')
  expect(await denidin.say('/memory')).not.toContain('Marlin')
})

test('the list says how many of how many it shows', async () => {
  for (let n = 1; n <= 23; n++) await denidin.say(`/remember the number of locker ${String(n)} is ${String(n * 7)}`)
  expect(await denidin.say('/memory')).toContain('20 of 23')
  await denidin.say('/lang he')
  expect(await denidin.say('/memory')).toContain('20 מתוך 23')
})

test('a reply that was given the profile is not said to be based on no memory', async () => {
  await denidin.say('/remember my boat is called Marlin')
  await denidin.say('what a lovely day')
  const request = denidin.lastRequest()
  const why = await denidin.say('/why')
  expect(request.includes('Marlin')).toBe(why.includes('Marlin'))
  expect(why.includes('on no memory')).toBe(!request.includes('Marlin'))
})
