/** The neighbourhoods of messages: conversations, bursts, and the windows that are read together. */
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { extendedNeighbourhoods, neighbourhoodsOf } from '../../src/retrieval/full-text/windows.ts'

interface Line {
  readonly speaker: number
  readonly minute: number
  readonly removed?: boolean
}

const WORDS = 3

const written = (lines: readonly Line[]) => ({
  seconds: Uint32Array.from(lines, line => line.minute * 60),
  speakers: Uint16Array.from(lines, line => line.speaker),
  lengths: Uint16Array.from(lines, line => (line.removed === true ? 0 : WORDS)),
  isPresent: (at: number) => lines[at]?.removed !== true,
  present: lines.filter(line => line.removed !== true).length,
})

const neighbourhoods = (lines: readonly Line[]) => neighbourhoodsOf(written(lines))

const said = (...speakers: readonly number[]): readonly Line[] =>
  speakers.map((speaker, minute) => ({ speaker, minute }))

/** First and last ordinal of the window of each message. */
const ends = ({ before, after }: { readonly before: Uint8Array; readonly after: Uint8Array }) =>
  Array.from(before, (earlier, at) => [at - earlier, at + (after[at] ?? 0)])

test('speakers who take turns: two messages on either side, and four', () => {
  const { near, wide, burst_first } = neighbourhoods(said(1, 2, 1, 2, 1, 2, 1, 2, 1, 2))
  expect([...burst_first]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  expect(ends(near)[0]).toEqual([0, 2])
  expect(ends(near)[5]).toEqual([3, 7])
  expect(ends(wide)[5]).toEqual([1, 9])
  expect(near.lengths[5]).toBe(5 * WORDS)
})

test('who writes a line a thought fills no window', () => {
  const { near, burst_first } = neighbourhoods(said(1, 1, 2, 2, 1, 1, 1, 2, 2, 1))
  expect([...burst_first]).toEqual([0, 0, 2, 2, 4, 4, 4, 7, 7, 9])
  // Two bursts on either side, at most four messages.
  expect(ends(near)[2]).toEqual([0, 6])
  expect(ends(near)[5]).toEqual([1, 9])
  expect(ends(near)[9]).toEqual([5, 9])
})

test('a monologue is read by its nearest messages', () => {
  const { near, wide } = neighbourhoods(said(...Array.from({ length: 40 }, () => 1)))
  expect(ends(near)[20]).toEqual([16, 24])
  expect(ends(wide)[20]).toEqual([12, 28])
  expect(near.average).toBeCloseTo((WORDS * (9 * 40 - 2 * (4 + 3 + 2 + 1))) / 40)
})

test('a quarter of an hour ends a burst, six hours a conversation; a window stays inside its conversation', () => {
  const { near, burst_first, session_first, session_last } = neighbourhoods([
    { speaker: 1, minute: 0 },
    { speaker: 1, minute: 15 },
    { speaker: 1, minute: 31 },
    { speaker: 1, minute: 31 + 6 * 60 },
    { speaker: 1, minute: 32 + 12 * 60 },
    { speaker: 2, minute: 33 + 12 * 60 },
  ])
  expect([...burst_first]).toEqual([0, 0, 2, 3, 4, 5])
  expect([...session_first]).toEqual([0, 0, 0, 0, 4, 4])
  expect([...session_last]).toEqual([3, 3, 3, 3, 5, 5])
  expect(ends(near)).toEqual([
    [0, 3],
    [0, 3],
    [0, 3],
    [0, 3],
    [4, 5],
    [4, 5],
  ])
})

test('a removed message parts no burst', () => {
  const lines = [
    { speaker: 1, minute: 0 },
    { speaker: 2, minute: 1, removed: true },
    { speaker: 1, minute: 2 },
  ]
  expect([...neighbourhoods(lines).burst_first]).toEqual([0, 0, 0])
})

test('windows are symmetric, whatever the bursts', () => {
  const lines = Array.from({ length: 300 }, (_, at) => ({ speaker: (at * at + (at % 7)) % 3, minute: at * (at % 5) }))
  lines.sort((a, b) => a.minute - b.minute)
  for (const { before, after } of [neighbourhoods(lines).near, neighbourhoods(lines).wide]) {
    const inside = (from: number, to: number): boolean =>
      to <= from + (after[from] ?? 0) && to >= from - (before[from] ?? 0)
    const pairs = lines.flatMap((_, from) => lines.map((__, to) => [from, to] as const))
    expect(pairs.filter(([from, to]) => inside(from, to) !== inside(to, from))).toEqual([])
  }
})

test('no messages, no windows', () => {
  expect(neighbourhoods([])).toMatchObject({ near: { average: 1 }, wide: { average: 1 } })
})

const anyLines = fc
  .array(
    fc.record({
      speaker: fc.nat(2),
      // Pauses within a burst, between bursts and between conversations; clocks that were set back.
      pause: fc.constantFrom(0, 1, 14, 15, 16, 90, 6 * 60, 6 * 60 + 1, 3000, -20),
      removed: fc.boolean(),
    }),
    { maxLength: 60 },
  )
  .map(lines => {
    let minute = 5000
    return lines.map(({ speaker, pause, removed }): Line => ({ speaker, minute: (minute += pause), removed }))
  })

test('messages that are added behind others have the neighbours that they have in the whole', () => {
  fc.assert(
    fc.property(anyLines, fc.nat(60), (lines, known) => {
      const before = neighbourhoods(lines.slice(0, known))
      expect(extendedNeighbourhoods(before, written(lines))).toEqual(neighbourhoods(lines))
    }),
    { numRuns: 500 },
  )
})
