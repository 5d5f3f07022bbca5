// Clauses of a sentence, each a statement of its own; words of others and what is imagined stay whole.
import { expect, test } from '@jest/globals'
import { clausesOf } from '../../src/text/clauses.ts'
import { statementKeys } from '../../src/text/facts/statement-keys.ts'

test.each([
  ['my name is Dana and I live in Tel Aviv', ['my name is Dana', 'I live in Tel Aviv']],
  [
    'Hi, I’m Dana, I live in Tel Aviv and I work at a bank',
    ['Hi', 'I’m Dana', 'I live in Tel Aviv', 'I work at a bank'],
  ],
  ['I sold the car, so we bought bikes', ['I sold the car', 'we bought bikes']],
  ['קוראים לי דנה ואני גרה בתל אביב', ['קוראים לי דנה', 'אני גרה בתל אביב']],
  ['עברתי לחיפה, והחניה שלי היא 112', ['עברתי לחיפה', 'החניה שלי היא 112']],
  ['I like tea and coffee', ['I like tea and coffee']],
  ['rice, beans and mincemeat', ['rice, beans and mincemeat']],
])('%s', (sentence, clauses) => {
  expect(clausesOf(sentence)).toEqual(clauses)
})

test.each([
  'My friend said hello, I live in Eilat',
  'if I win, I move to Rome',
  'she wrote: “come, I live in Oslo”',
  'חברה שלי אמרה לי, אני גרה באילת',
  'I dreamt it rained, and I lived in Rome',
])('stays whole: %s', sentence => {
  expect(clausesOf(sentence)).toEqual([sentence])
})

test('a sentence of two clauses has the key of each', () => {
  const keys = (text: string): readonly string[] => statementKeys(text, new Set())
  expect(keys('my name is Dana and I live in Tel Aviv')).toContain(keys('I moved to Haifa')[0])
  expect(keys('קוראים לי דנה ואני גרה בתל אביב')).toContain(keys('עברתי לחיפה')[0])
})
