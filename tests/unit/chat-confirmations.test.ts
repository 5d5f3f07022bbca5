import { expect, test } from '@jest/globals'
import type { Speaker } from '../../src/conversation/command-handler.ts'
import { createChatCommands } from '../../src/interfaces/chat/commands.ts'
import { UTC } from '../../src/platform/time-zone.ts'
import { MINUTE_MS } from '../../src/platform/clock.ts'
import { OperationRig } from '../support/operations/operation-rig.ts'
import { personOf } from '../support/operations/records.ts'

const speaker: Speaker = {
  person: personOf('p1', '15550001111'),
  chat_id: '15550001111@c.us',
  chat_kind: 'direct',
  scope: 'person:p1',
}
const FROM = { person_id: 'p1', chat_id: speaker.chat_id }

const setUp = () => {
  const parts = new OperationRig()
  const runner = parts.runner()
  const commands = createChatCommands({
    runner,
    clock: parts.clock,
    language: () => Promise.resolve('en'),
    zoneOf: async () => UTC,
  })
  return { parts, commands, forgotten: () => parts.asked.filter(each => each.startsWith('forget')) }
}

test('what must be confirmed runs once it is, and only once', async () => {
  const { commands, forgotten } = setUp()
  expect(await commands.run('/forget all', speaker)).toContain('Answer “yes”')
  expect(forgotten()).toEqual([])
  expect(commands.recognises('yes', FROM)).toBe(true)
  expect(await commands.run('yes', speaker)).toContain('nothing of it is left')
  expect(forgotten()).toEqual(['forget everything of p1'])
  expect(commands.recognises('yes', FROM)).toBe(false)
})

test.each([
  'yes',
  'Yes!',
  ' YES PLEASE ',
  'y',
  'כן',
  'כן בבקשה',
  'sure',
  'Sure!',
  'yes, sure',
  'yeah',
  'of course',
  'yes 👍',
  'ＹＥＳ',
  'כן בטח',
  'בטח',
  'כן, בהחלט',
  'ברור',
  'yes yes',
  'Yes, please do it.',
  'yes, delete everything',
  'yes - delete it all!!',
  'Yes 🙏🏽',
  'yes, I’m sure, thank you',
  'I confirm',
  'YES… PLEASE',
  'כן כן',
  'כן, בטוח',
  'כן, תמחק',
  'כן תמחקי את הכול 👍',
  'מאשרת',
])('%j is a yes', async text => {
  const { commands, forgotten } = setUp()
  await commands.run('/forget all', speaker)
  expect(commands.recognises(text, FROM)).toBe(true)
  await commands.run(text, speaker)
  expect(forgotten()).toHaveLength(1)
})

test.each([
  'no',
  'No.',
  'cancel',
  'לא',
  'ביטול',
  'no thanks',
  'No, thank you',
  'nope',
  'never mind',
  'לא, תודה',
  'לא צריך',
  'no no',
  'No, wait!',
  'wait',
  'no, don’t delete anything',
  "Don't do it",
  'do not delete it',
  'not now',
  'keep everything',
  'no, sorry, my mistake',
  'לא לא',
  'לא, אל תמחק',
  'אל תמחקי כלום',
  'רגע',
  'לא בטוח',
])('%j is a no', async text => {
  const { commands, forgotten } = setUp()
  await commands.run('/forget all', speaker)
  expect(commands.recognises(text, FROM)).toBe(true)
  expect(await commands.run(text, speaker)).toContain('leave it as it is')
  expect(commands.recognises('yes', FROM)).toBe(false)
  expect(forgotten()).toEqual([])
})

test.each([
  'yes, but what about my photos?',
  'sure thing',
  'yesterday',
  'כן אבל',
  'hello',
  'ok',
  'yes and no',
  'yes, but delete only the last one',
  'no idea what you mean',
  'כן, מה שלומך?',
  'אל הגן הלכתי',
])('%j is neither, and withdraws the question', async text => {
  const { commands } = setUp()
  await commands.run('/forget all', speaker)
  expect(commands.recognises(text, FROM)).toBe(false)
  expect(await commands.withdrawal(text, speaker)).toContain('left everything as it is')
  // It is said once.
  expect(await commands.withdrawal(text, speaker)).toBeUndefined()
  expect(commands.recognises('yes', FROM)).toBe(false)
  expect(await commands.withdrawal('yes', speaker)).toBeUndefined()
})

test('after five minutes nothing waits any more, and no word is lost about it', async () => {
  const { parts, commands } = setUp()
  await commands.run('/forget all', speaker)
  await parts.clock.advance(5 * MINUTE_MS + 1)
  expect(commands.recognises('hello', FROM)).toBe(false)
  expect(await commands.withdrawal('hello', speaker)).toBeUndefined()
})

test('a yes counts for five minutes, from the one who was asked, where they were asked', async () => {
  const { parts, commands } = setUp()
  await commands.run('/forget all', speaker)
  expect(commands.recognises('yes', { ...FROM, person_id: 'p2' })).toBe(false)
  expect(commands.recognises('yes', { ...FROM, chat_id: 'other@c.us' })).toBe(false)
  await parts.clock.advance(5 * MINUTE_MS)
  expect(commands.recognises('yes', FROM)).toBe(true)
  await parts.clock.advance(1)
  expect(commands.recognises('yes', FROM)).toBe(false)
})

test('without a question a yes is talk', () => {
  expect(setUp().commands.recognises('yes', FROM)).toBe(false)
})
