// Corrections that only the message before them explains, and remarks that look like one: what the rules learn.
import { expect, test } from '@jest/globals'
import { factsByRules } from '../../src/learning/extraction/keyword-rules.ts'
import { UTC } from '../../src/platform/time-zone.ts'
import { messageOf } from '../support/message-of.ts'

const learned = async (...texts: readonly string[]) => {
  const messages = texts.map((text, at) => messageOf(text, { message_id: `m${String(at)}` }))
  const sources = new Set(messages.map(each => each.message_id))
  return await factsByRules({ messages, sources, known: [], so_far: undefined }, UTC)
}

test.each([
  ['I was born in 1990', 'erm, 1991', 'I was born in 1991'],
  ['I was born in 1990', 'Ehm... 1991', 'I was born in 1991'],
  ['My flat is number 12', 'hmmm... 21', 'My flat is number 21'],
  ['We moved in 2014', 'um um, 2015', 'We moved in 2015'],
  ['נולדתי ב-1990', 'אהה, 1991', 'נולדתי ב-1991'],
  ['I live in Madrid', 'not Madrid. Malaga.', 'I live in Malaga'],
  ['I live in Madrid', 'Not Madrid! Malaga.', 'I live in Malaga'],
  ['I live in Madrid', 'not Madrid - Malaga', 'I live in Malaga'],
  ['My son is called Ben', 'no, not Ben. Dan.', 'My son is called Dan'],
  ['My sister is called Anna', 'Not Anna; Hannah', 'My sister is called Hannah'],
  ['My locker is 4417', 'Not 4417. 4471.', 'My locker is 4471'],
  ['אני גר במדריד', 'לא מדריד. מלגה.', 'אני גר במלגה'],
  ['My dog is called Rex', 'actually Max', 'My dog is called Max'],
])('“%s”, then “%s”', async (said, correction, meant) => {
  expect((await learned(said, correction)).at(-1)).toMatchObject({ text: meant, corrects: 'm0' })
})

test.each([
  ['My cat is a Persian', 'actually cute'],
  ['My cat is called Tom', 'actually hilarious'],
  ['My cat is called Tom', 'cute, actually'],
  ['My new desk is oak', 'actually pretty impressive'],
  ['החתול שלי נקרא טום', 'בעצם חמוד'],
  ['My dentist is on Monday', 'Not now. Later.'],
  ['My cat is called Tom', 'Not bad. Really.'],
  ['My cat is called Tom', 'hmm, interesting'],
])('“%s”, then “%s”, corrects nothing', async (said, remark) => {
  const facts = await learned(said, remark)
  expect(facts[0]?.text).toContain(said.slice(0, 20))
  expect(facts.slice(1).filter(each => each.corrects !== undefined || each.replaces.length > 0)).toEqual([])
})

test('a value after a hesitation answers a question, if one was asked', async () => {
  const messages = [
    messageOf('I was born in 1990', { message_id: 'm0' }),
    messageOf('And your brother?', { message_id: 'm1', role: 'assistant' }),
    messageOf('erm, 1991', { message_id: 'm2' }),
  ]
  const facts = await factsByRules({ messages, sources: new Set(['m0', 'm2']), known: [], so_far: undefined }, UTC)
  expect(facts.map(each => each.corrects)).not.toContain('m0')
})
