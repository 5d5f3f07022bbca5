// What of the recalled texts goes into a request: the best first, by passages, and with more room never less.
import { UTC } from '../../src/platform/time-zone.ts'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { FoundCandidates } from '../../src/conversation/packing/found-texts.ts'
import { packRecall, type PackedRecall } from '../../src/conversation/packing/pack-recall.ts'
import { TokenCosts } from '../../src/conversation/packing/token-costs.ts'
import type { RecalledMemory } from '../../src/memory/memory.ts'
import type { Quote } from '../../src/retrieval/quote.ts'
import { createTokenCounter } from '../../src/text/tokens.ts'
import { memoryOf } from '../support/memory-rig.ts'

const counter = createTokenCounter()
const costs = new TokenCosts(counter)

const quoteOf = (message_id: string, text: string, score = 1): Quote => ({
  message_id,
  text,
  scope: 'person:a',
  person_id: 'a',
  role: 'user',
  speaker: 'Ana',
  sent_at: 0,
  tokens: counter.count(text),
  score,
  lexical: 1,
})

const recalled = (text: string, sources: readonly string[] = []): RecalledMemory => ({
  memory: memoryOf('person:a', text, { kind: 'fact', quote: text, sources }),
  similarity: 1,
  recency: 1,
  score: 1,
})

const found = (
  memories: readonly RecalledMemory[],
  quotes: readonly Quote[],
  words: readonly string[] = [],
): FoundCandidates => ({
  memories,
  quotes,
  most_quotes: 40,
  words: new Map(words.map(word => [word, 1])),
})

const pack = (candidates: FoundCandidates, content: number, room = Infinity): PackedRecall =>
  packRecall({ ...candidates, zone: UTC }, { content, room }, costs)

/** Long enough to be cut into passages: numbered sentences, one of them about a boat. */
const LONG = Array.from({ length: 60 }, (_, n) =>
  n === 41 ? 'The boat is called Marlin.' : `Sentence ${String(n)} is about something else altogether.`,
).join(' ')

describe('a text longer than the budget', () => {
  test('that was found first is shortened to the passage that answers, whatever else was found', () => {
    const others = [quoteOf('m1', 'a short remark'), quoteOf('m2', 'another short remark')]
    for (const candidates of [
      found([recalled(LONG)], others, ['boat', 'marlin']),
      found([], [quoteOf('long', LONG), ...others], ['boat', 'marlin']),
      found([recalled(LONG)], [], ['boat', 'marlin']),
    ]) {
      const { memories, quotes } = pack(candidates, 120)
      const [first] = [...memories.map(each => each.memory.text), ...quotes.map(each => each.text)]
      expect(first).toContain('The boat is called Marlin.')
      expect(counter.count(first ?? '')).toBeLessThanOrEqual(120)
    }
  })

  test('shows with the passage a little of what stands around it, and marks what is left out', () => {
    const [quote] = pack(found([], [quoteOf('long', LONG)], ['boat']), 70).quotes
    expect(quote?.text).toMatch(/^… Sentence 3\d .*The boat is called Marlin\. .*altogether\. …$/)
  })

  test('shows other passages when the same text was found for another question', () => {
    const [quote, memory] = [quoteOf('long', LONG), recalled(LONG)]
    for (const [word, answer] of [
      ['boat', 'The boat is called Marlin.'],
      ['7', 'Sentence 7 is'],
    ] as const) {
      expect(pack(found([], [quote], [word]), 70).quotes[0]?.text).toContain(answer)
      expect(pack(found([memory], [], [word]), 70).memories[0]?.memory.text).toContain(answer)
    }
  })

  test('is shown whole where there is room', () => {
    const { quotes, candidates } = pack(found([], [quoteOf('long', LONG)], ['boat']), 5000)
    expect(quotes.map(each => each.text)).toEqual([LONG])
    expect(candidates).toMatchObject([{ outcome: 'taken', reason: 'fits' }])
  })

  test('lets other texts be shown beside it', () => {
    const many = Array.from({ length: 5 }, (_, n) => quoteOf(`long${String(n)}`, LONG, 1 - n / 10))
    expect(pack(found([], many, ['boat']), 600).quotes).toHaveLength(5)
  })

  test('is cut within even where it has no sentence', () => {
    const text = 'א'.repeat(4000)
    const [quote] = pack(found([], [quoteOf('long', text)]), 50).quotes
    expect(quote?.tokens).toBeGreaterThan(0)
    expect(quote?.tokens).toBeLessThanOrEqual(50)
  })
})

describe('more room', () => {
  const text = fc.oneof(
    fc.lorem({ maxCount: 12 }),
    fc.lorem({ mode: 'sentences', maxCount: 30 }),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
    fc.constantFrom('👩‍👩‍👧‍👦 '.repeat(80), '- milk\n- eggs\n'.repeat(40), 'שלום לכולם. '.repeat(60), LONG),
  )
  const candidates = fc
    .record({
      memories: fc.array(text, { maxLength: 6 }),
      quotes: fc.array(text, { maxLength: 30 }),
      own: fc.array(fc.nat(29), { maxLength: 3 }),
      words: fc.array(fc.constantFrom('lorem', 'ipsum', 'dolor', 'boat', 'milk'), { maxLength: 3 }),
      by_score: fc.boolean(),
    })
    .map(({ memories, quotes, own, words, by_score }) => {
      const listed = quotes.map((each, n) => quoteOf(`q${String(n)}`, each, by_score ? 1 - n / 50 : 0.1 + (n % 7) / 10))
      // Facts that were taken from one of the quotes, and say no more than it.
      const facts = own.flatMap(n =>
        listed[n] === undefined ? [] : [recalled(listed[n].text, [listed[n].message_id])],
      )
      return found([...memories.map(each => recalled(each)), ...facts], listed, words)
    })

  const idsOf = ({ memories, quoted, quotes }: PackedRecall): ReadonlySet<string> =>
    new Set([...[...memories, ...quoted].map(each => each.memory.memory_id), ...quotes.map(each => each.message_id)])
  /** What is shown, piece by piece. */
  const textsOf = ({ memories, quotes }: PackedRecall): readonly string[] =>
    [...memories.map(each => each.memory.text), ...quotes.map(each => each.text)].flatMap(each =>
      each.split('…').map(piece => piece.trim()),
    )

  test('in the budget of recall, or in that of the request, never shows less', () => {
    const budget = fc.integer({ min: 1, max: 1500 })
    fc.assert(
      fc.property(candidates, budget, budget, fc.boolean(), (each, one, other, ofRequest) => {
        const [small, large] = [Math.min(one, other), Math.max(one, other)]
        const at = (tokens: number): PackedRecall => (ofRequest ? pack(each, 5000, tokens) : pack(each, tokens))
        const [less, more] = [at(small), at(large)]
        expect(idsOf(less).difference(idsOf(more))).toEqual(new Set())
        const shown = textsOf(more).join('\n')
        for (const piece of textsOf(less)) expect(shown).toContain(piece)
      }),
      { numRuns: 200 },
    )
  })

  test('stays within both budgets', () => {
    fc.assert(
      fc.property(
        candidates,
        fc.integer({ min: 1, max: 1500 }),
        fc.integer({ min: 1, max: 1500 }),
        (each, content, room) => {
          const { memories, quotes, tokens } = pack(each, content, room)
          const shown = [...memories.map(({ memory }) => memory.text), ...quotes.map(quote => quote.text)]
          expect(shown.reduce((sum, one) => sum + counter.count(one), 0)).toBeLessThanOrEqual(content)
          expect(tokens).toBeLessThanOrEqual(room)
        },
      ),
      { numRuns: 100 },
    )
  })

  test('for more memories never shows fewer of them', () => {
    fc.assert(
      fc.property(candidates, fc.integer({ min: 1, max: 600 }), fc.nat(6), (each, budget, top_k) => {
        const with_fewer = pack({ ...each, memories: each.memories.slice(0, top_k) }, budget)
        const shown = (packed: PackedRecall): ReadonlySet<string> =>
          new Set([...packed.memories, ...packed.quoted].map(({ memory }) => memory.memory_id))
        expect(shown(with_fewer).difference(shown(pack(each, budget)))).toEqual(new Set())
      }),
      { numRuns: 200 },
    )
  })
})
