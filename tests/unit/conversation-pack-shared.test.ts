/** Which shared memories go into a request, over random memories, texts and rooms. */
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { packShared, type PackedShared } from '../../src/conversation/packing/pack-shared.ts'
import { TokenCosts } from '../../src/conversation/packing/token-costs.ts'
import type { RecalledMemory } from '../../src/memory/memory.ts'
import { SHARED_SCOPE } from '../../src/messages/scope.ts'
import { UTC } from '../../src/platform/time-zone.ts'
import { createTokenCounter } from '../../src/text/tokens.ts'
import { memoryOf } from '../support/memory-rig.ts'

const costs = new TokenCosts(createTokenCounter())

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 400 }),
  fc.lorem({ maxCount: 60 }),
  fc.constantFrom('שעות הפתיחה הן מ-9:30 עד 18:45', '"quoted" \\ and\nbroken\u0000', '👩‍👩‍👧 '.repeat(40)),
)

/** Passages of files, the best first. */
const shared = fc
  .array(fc.record({ text, file: fc.constantFrom('shop.md', 'חנות.pdf', 'a "b".txt') }), { maxLength: 12 })
  .map((passages): readonly RecalledMemory[] =>
    passages.map(({ text: words, file }, at) => ({
      memory: memoryOf(SHARED_SCOPE, words, { memory_id: `m${String(at)}`, entities: [{ kind: 'file', value: file }] }),
      similarity: 1,
      recency: 1,
      score: 1,
    })),
  )

/** From none to more than all of it. */
const room = fc.oneof(fc.double({ min: -50, max: 3000, noNaN: true }), fc.constant(Infinity))

const pack = (memories: readonly RecalledMemory[], tokens: number): PackedShared =>
  packShared(memories, UTC, { tokens, reason: 'request_budget' }, costs)

const taken = ({ candidates }: PackedShared): readonly string[] =>
  candidates.filter(({ outcome }) => outcome === 'taken').map(({ id }) => id)

test('shared memories never take more than their room, and the best ones come first', () => {
  fc.assert(
    fc.property(shared, room, (memories, tokens) => {
      const packed = pack(memories, tokens)
      expect(packed.tokens).toBeLessThanOrEqual(Math.max(0, tokens))
      expect(packed.memories).toEqual(memories.slice(0, packed.memories.length))
      // Every candidate is recorded, and the record says what was taken.
      expect(packed.candidates.map(({ id }) => id)).toEqual(memories.map(({ memory }) => memory.memory_id))
      expect(taken(packed)).toEqual(packed.memories.map(({ memory }) => memory.memory_id))
    }),
  )
})

test('more room never shows less', () => {
  fc.assert(
    fc.property(shared, room, room, (memories, one, other) => {
      const [less, more] = one < other ? [one, other] : [other, one]
      expect(taken(pack(memories, more)).slice(0, taken(pack(memories, less)).length)).toEqual(
        taken(pack(memories, less)),
      )
    }),
  )
})

test('the first memory that is left out would not have fitted', () => {
  fc.assert(
    fc.property(shared, room, (memories, tokens) => {
      const packed = pack(memories, tokens)
      const next = memories.slice(0, packed.memories.length + 1)
      if (next.length === packed.memories.length) return
      expect(pack(next, Infinity).tokens).toBeGreaterThan(tokens)
      expect(packed.candidates[packed.memories.length]).toMatchObject({ outcome: 'left', reason: 'request_budget' })
    }),
  )
})

test('with room for all of them, none is lost', () => {
  fc.assert(
    fc.property(shared, memories => {
      const all = pack(memories, Infinity)
      expect(all.memories).toEqual(memories)
      expect(pack(memories, all.tokens).memories).toEqual(memories)
    }),
  )
})
