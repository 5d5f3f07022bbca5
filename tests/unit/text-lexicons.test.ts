/** Lexicons: word lists and patterns in text files, one folder a language. */
import { expect, test } from '@jest/globals'
import { labelled, lexiconLines, lexiconPatterns, lexiconWords } from '../../src/text/lexicons/lexicon.ts'

test('a list joins all languages and leaves comments out', () => {
  const words = lexiconWords('stop-words')
  expect(words).toEqual(expect.arrayContaining(['because', 'בגלל']))
  expect(words.filter(word => word === '' || word.startsWith('#'))).toEqual([])
})

test('each polarity line is a number from -4 to 4 and its words', () => {
  const lines = lexiconLines('polarity')
  expect(lines.length).toBeGreaterThan(0)
  for (const line of lines) expect(line).toMatch(/^-?[1-4]: \S+( \S+)*$/)
})

test('each line of kinds names a kind and its members', () => {
  for (const line of lexiconLines('kinds')) expect(line).toMatch(/^[^:]+: \S+( \S+)+$/)
})

test.each([
  'small-talk',
  'openings',
  'question-leads',
  'question-openings',
  'question-when',
  'question-count',
  'question-list',
  'question-now',
  'fact-attributes',
  'fact-categories',
])('every pattern of %s is a regular expression with its parts filled in', list => {
  for (const pattern of lexiconPatterns(list)) {
    expect(() => new RegExp(pattern, 'iu')).not.toThrow()
    expect(pattern).not.toMatch(/@\w/)
  }
})

test('an apostrophe in a pattern matches either form, or none', () => {
  const opening = new RegExp(`^(?:${lexiconPatterns('question-openings').join('|')})$`, 'iu')
  for (const text of ["what's", 'what’s', 'whats']) expect(text).toMatch(opening)
})

test('a list that no language has is a broken installation', () => {
  expect(() => lexiconWords('no-such-list')).toThrow('the lexicon no-such-list.txt is missing')
})

test('a line without a label is refused where lines are labelled', () => {
  expect(labelled(['2: two couple'])).toEqual([['2', 'two couple']])
  expect(() => labelled(['two'])).toThrow('a line without a label: two')
})
