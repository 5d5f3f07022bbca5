import { describe, expect, test } from '@jest/globals'
import { argumentsOf, ComparisonError, readComparison } from '../bench/compare/comparison.ts'
import { figuresOf, median, ratiosOf } from '../bench/compare/ratios.ts'

describe('the arguments of bench:compare', () => {
  test('a commit alone compares the turn in three rounds', () => {
    expect(readComparison(['abc123'])).toEqual({
      ref: 'abc123',
      benches: ['turn'],
      rounds: 3,
      quick: false,
      json: false,
      data: undefined,
    })
  })

  test('benchmarks are named with or without their prefix, each once', () => {
    const { benches, rounds, quick } = readComparison([
      'main',
      'bench:scale',
      'turn',
      'scale',
      '--rounds',
      '5',
      '--quick',
    ])
    expect({ benches, rounds, quick }).toEqual({ benches: ['scale', 'turn'], rounds: 5, quick: true })
  })

  test.each([
    [[], /^Name the commit to compare with\. Usage: /],
    [['main', 'trun'], /^There is no benchmark "trun" to compare\. Benchmarks: turn, recall, forget, scale\.$/],
    [['main', '--rounds', '0'], /^--rounds must be a whole number from 1, not "0"\.$/],
    [['main', '--rounds', 'two'], /^--rounds must be a whole number from 1, not "two"\.$/],
    [['main', '--fast'], /^Unknown option '--fast'\. Usage: /],
    [['main', 'turn', '--data', 'x.json'], /^--data is for the benchmark "recall" only\.$/],
  ])('%j is refused in one sentence', (args, sentence) => {
    expect(() => readComparison(args)).toThrow(ComparisonError)
    expect(() => readComparison(args)).toThrow(sentence)
  })

  test('only recall is given the data set', () => {
    const comparison = readComparison(['main', 'turn', 'recall', '--quick', '--data', '/x.json'])
    expect(argumentsOf('turn', comparison)).toEqual(['--json', '--quick'])
    expect(argumentsOf('recall', comparison)).toEqual(['--json', '--quick', '--data', '/x.json'])
  })
})

describe('the figures of a report', () => {
  test('every number is a figure, named by its path; sizes of samples and texts are none', () => {
    const report = {
      own_time_ms: { '4K tokens, 0 memories': { p50: 2, p95: 3.5, samples: 200 } },
      memory: { started_mb: 113 },
      outcome: 'done',
      nothing: null,
    }
    expect([...figuresOf(report)]).toEqual([
      ['own_time_ms › 4K tokens, 0 memories › p50', 2],
      ['own_time_ms › 4K tokens, 0 memories › p95', 3.5],
      ['memory › started_mb', 113],
    ])
  })

  test('an element of a list is named by its first field', () => {
    const report = [
      { messages: 1000, took_ms: 40 },
      { messages: 9000, took_ms: 200 },
    ]
    expect(figuresOf(report).get('messages 9000 › took_ms')).toBe(200)
  })
})

describe('the ratios of two sides', () => {
  const round = (base: Record<string, number>, here: Record<string, number>) => ({
    base: new Map(Object.entries(base)),
    here: new Map(Object.entries(here)),
  })

  test('the ratio is the median of the ratios of the rounds, not the ratio of the medians', () => {
    // The machine was twice as slow in the second round, on both sides.
    const { figures } = ratiosOf([
      round({ p95: 10 }, { p95: 5 }),
      round({ p95: 20 }, { p95: 11 }),
      round({ p95: 10 }, { p95: 6 }),
    ])
    expect(figures).toEqual([{ figure: 'p95', base: 10, here: 6, ratio: 0.55, lowest: 0.5, highest: 0.6 }])
  })

  test('figures that only one side has, or has in some rounds only, are listed and not compared', () => {
    const ratios = ratiosOf([
      round({ both: 1, old: 1, sometimes: 1 }, { both: 2, new: 3, sometimes: 1 }),
      round({ both: 1, old: 1 }, { both: 2, new: 3, sometimes: 1 }),
    ])
    expect(ratios.figures.map(each => each.figure)).toEqual(['both'])
    expect(ratios.only_base).toEqual(['old'])
    expect(ratios.only_here).toEqual(['new', 'sometimes'])
  })

  test('a base of 0 has no ratio', () => {
    const { figures } = ratiosOf([round({ lost: 0 }, { lost: 0 })])
    expect(figures).toEqual([
      { figure: 'lost', base: 0, here: 0, ratio: undefined, lowest: undefined, highest: undefined },
    ])
  })

  test('the median of an even number of values is the mean of the two in the middle', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5)
    expect(median([])).toBeUndefined()
  })
})
