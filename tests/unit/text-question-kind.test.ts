import { expect, test } from '@jest/globals'
import { askedWords, endsAsQuestion, namedWords, questionKind } from '../../src/text/question-kind.ts'
import { relatedTo } from '../../src/text/synonyms.ts'
import { stem } from '../../src/text/stem.ts'

test.each([
  ['When did she call?', 'when'],
  ['In which month did we move?', 'when'],
  ['מתי היינו בחיפה?', 'when'],
  ['How many cats does he have?', 'count'],
  ['כמה ילדים יש להם', 'count'],
  ['What kinds of books does she read?', 'list'],
  ['Which cities has Tom been to?', 'list'],
  ['אילו ערים ראינו?', 'list'],
  ['Where does she live now?', 'now'],
  ['איפה הוא גר כיום?', 'now'],
] as const)('%s asks for: %s', (text, kind) => {
  expect(questionKind(text)).toMatchObject({ question: true, [kind]: true })
})

test.each(['What does he drink?', 'Where was the key?', 'Who has this?', 'What was the best gift?'])(
  'one thing is asked for: %s',
  text => {
    expect(questionKind(text)).toMatchObject({ question: true, list: false, when: false, count: false })
  },
)

test('telling is not asking', () => {
  expect(questionKind('I was there when it rained')).toMatchObject({ question: false, when: false })
  expect(questionKind('היה נחמד')).toMatchObject({ question: false })
})

test('a message ends as a question also before a picture or a smile', () => {
  expect(endsAsQuestion('And you?')).toBe(true)
  expect(endsAsQuestion('And you? 😀')).toBe(true)
  expect(endsAsQuestion('Look, isn’t it nice? [photo: a cat]')).toBe(true)
  expect(endsAsQuestion('Why? Because I can.')).toBe(false)
})

test('names within a sentence are known by their capital letter', () => {
  expect(namedWords('What did old Jonas tell Maria about it? Nothing')).toEqual(['jonas', 'maria'])
  expect(namedWords('מה סיפר יונס')).toEqual([])
})

test('words of asking stand for no subject', () => {
  for (const word of ['mention', 'discussed', 'סיפרה']) {
    expect(askedWords(`${word} boat`).map(each => each.stem)).toEqual([stem('boat')])
  }
})

test('words near in meaning find each other; a member of a kind does not ask for the kind', () => {
  expect(relatedTo(stem('afraid')).has(stem('terrified'))).toBe(true)
  expect(relatedTo(stem('instrument')).has(stem('cello'))).toBe(true)
  expect(relatedTo(stem('cello')).has(stem('instrument'))).toBe(false)
  expect(relatedTo(stem('boat')).size).toBe(0)
  expect(relatedTo(stem('כלב')).has(stem('כלבה')) || stem('כלב') === stem('כלבה')).toBe(true)
})
