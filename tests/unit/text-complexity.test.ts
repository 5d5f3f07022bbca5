/** How complex messages and tasks are: the worked examples, the labelled sets, and what the context adds. */
import { describe, expect, test } from '@jest/globals'
import { COMPLEXITIES, type Complexity } from '../../src/text/complexity/complexity.ts'
import { detectComplexity } from '../../src/text/complexity/detect-complexity.ts'
import { ENGLISH } from '../support/complexity/english.ts'
import { HEBREW } from '../support/complexity/hebrew.ts'
import { MORE_HEBREW } from '../support/complexity/hebrew-more.ts'

test.each<[Complexity, string]>([
  ['simple', 'List tables'],
  ['simple', 'show status'],
  ['simple', 'get config'],
  ['medium', 'Analyze query'],
  ['medium', 'review model'],
  ['medium', 'investigate issue'],
  ['complex', 'Optimize performance'],
  ['complex', 'troubleshoot failure'],
  ['complex', 'comprehensive audit'],
  ['multi-system', 'Cross-system freshness'],
  ['multi-system', 'end-to-end architecture'],
  ['multi-system', 'platform migration'],
  ['complex', 'Analyze dbt model performance'],
  ['multi-system', 'Design end-to-end data architecture for new platform'],
])('%s: %s', (complexity, task) => {
  expect(detectComplexity(task).complexity).toBe(complexity)
})

interface Measured {
  readonly accuracy: number
  readonly recall: Readonly<Record<Complexity, number>>
}

const measured = (set: Readonly<Record<Complexity, readonly string[]>>): Measured => {
  const right = (complexity: Complexity): number =>
    set[complexity].filter(text => detectComplexity(text).complexity === complexity).length
  const all = COMPLEXITIES.reduce((sum, each) => sum + set[each].length, 0)
  const recall = Object.fromEntries(COMPLEXITIES.map(each => [each, right(each) / set[each].length]))
  return {
    accuracy: COMPLEXITIES.reduce((sum, each) => sum + right(each), 0) / all,
    recall: recall as Measured['recall'],
  }
}

describe.each([
  { language: 'English', set: ENGLISH, accuracy: 0.9, recall: 0.8 },
  { language: 'Hebrew', set: HEBREW, accuracy: 0.9, recall: 0.8 },
])('labelled messages in $language', ({ set, accuracy, recall }) => {
  test('the half that was looked at', () => {
    expect(measured(set.seen).accuracy).toBeGreaterThanOrEqual(0.97)
  })

  test('the half that nobody looked at', () => {
    const { accuracy: found, recall: by_class } = measured(set.unseen)
    expect(found).toBeGreaterThanOrEqual(accuracy)
    for (const each of COMPLEXITIES) expect(by_class[each]).toBeGreaterThanOrEqual(recall)
  })
})

test('the further Hebrew messages on which the signals were developed', () => {
  expect(measured(MORE_HEBREW).accuracy).toBeGreaterThanOrEqual(0.97)
})

test('the signals are named, and their distance is the confidence', () => {
  const { signals, confidence } = detectComplexity('Troubleshoot the failure of the nightly import')
  expect(signals).toContainEqual({ complexity: 'complex', weight: 2, because: 'troubleshoot' })
  expect(confidence).toBeCloseTo(0.9)
  expect(detectComplexity('hm')).toEqual({ complexity: 'simple', confidence: 0.5, signals: [] })
})

test('several agents, and the turn before, count', () => {
  const task = 'Write a new dbt model'
  expect(detectComplexity(task).complexity).toBe('medium')
  expect(detectComplexity(task, { agents: 3 }).complexity).toBe('multi-system')
  const after = detectComplexity(task, { previous: 'complex' })
  expect(after.complexity).toBe('medium')
  expect(after.signals).toContainEqual({ complexity: 'complex', weight: 0.5, because: 'the turn before' })
})
