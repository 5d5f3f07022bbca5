// What recall finds in talks that the project makes up; `npm run bench:recall` prints the same in full.
import { UTC } from '../../src/platform/time-zone.ts'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { openBenchRecall, type BenchRecall } from '../bench/recall/bench-recall.ts'
import { measureRecall, type RecallReport } from '../bench/recall/measure.ts'
import { measureRestated } from '../bench/recall/restated.ts'
import { measureUnrelated } from '../bench/recall/unrelated.ts'
import { variants } from '../bench/recall/variants.ts'
import { generateDialogue, generateRepetitive } from '../support/dialogues/generate.ts'

const DIALOGUES = [501, 502].flatMap(seed => [generateDialogue('en', seed), generateDialogue('he', seed)])

let bench: BenchRecall
let report: RecallReport

beforeAll(async () => {
  bench = await openBenchRecall(DIALOGUES)
  report = await measureRecall(bench.recall(), DIALOGUES)
})

afterAll(async () => {
  await bench[Symbol.asyncDispose]()
})

test('the same seed makes the same talk', () => {
  expect(generateDialogue('en', 501)).toEqual(DIALOGUES[0])
  expect(generateDialogue('en', 502)).not.toEqual(DIALOGUES[0])
})

test('most of what answers a question is among the first ten quotes, more than plain BM25 finds', async () => {
  const found = report.recall['all but adversarial']?.['@10'] ?? 0
  expect(found).toBeGreaterThan(58)
  const plain = (await variants([]))['plain BM25']
  const by_bm25 = (await measureRecall(bench.recall(plain), DIALOGUES)).recall['all but adversarial']?.['@10'] ?? 0
  expect(found).toBeGreaterThan(by_bm25 + 5)
})

test('what was told with a time is found by its time', () => {
  expect(report.recall['when']?.['@10']).toBeGreaterThan(90)
  expect(report.recall['month']?.['@10']).toBeGreaterThan(70)
})

test('what has nothing to do with a talk recalls nothing, in a memory that has just begun too', async () => {
  const unrelated = await measureUnrelated(bench, DIALOGUES)
  for (const kind of [
    'texts on other subjects',
    'greetings, thanks, questions about the world',
    'the same, to a memory of a few messages',
  ]) {
    expect([kind, (unrelated[kind]?.['nothing recalled'] ?? 0) >= 95]).toEqual([kind, true])
  }
  expect(unrelated['questions about another talk']?.['at most two']).toBeGreaterThan(60)
  expect(unrelated['own questions']?.['nothing recalled']).toBeLessThan(20)
})

test('where people tell everything three times, hardly any quote says again what one before it said', async () => {
  const talks = [501, 502].flatMap(seed => [generateRepetitive('en', seed), generateRepetitive('he', seed)])
  await using repetitive = await openBenchRecall(talks)
  const { rows, restated } = await measureRestated(repetitive.recall(), talks)
  expect(rows).toBeGreaterThan(1000)
  expect(restated).toBeLessThanOrEqual(5)
})

test('no two quotes of an answer say the same', async () => {
  const recall = bench.recall()
  for (const dialogue of DIALOGUES) {
    for (const { text } of dialogue.questions) {
      const quotes = await recall.recall(
        { scope: `chat:${dialogue.name}@g.us` },
        { text, asked_at: dialogue.turns.at(-1)!.sent_at, asker: undefined, zone: UTC },
        { quotes: 20, tokens: 1000 },
        { purpose: 'recall' },
      )
      const texts = quotes.map(each => each.text)
      expect(new Set(texts).size).toBe(texts.length)
    }
  }
})
