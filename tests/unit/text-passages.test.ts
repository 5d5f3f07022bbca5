import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { subjectStems } from '../../src/text/content-stems.ts'
import { excerptParts, partText, passagesByWorth } from '../../src/text/passages.ts'

const words = (...asked: readonly string[]): ReadonlyMap<string, number> =>
  new Map(asked.flatMap(subjectStems).map(stem => [stem, 1]))
const textsOf = (text: string, size: number, ...stems: readonly string[]): readonly string[] =>
  passagesByWorth(text, size, words(...stems)).map(({ from, to }) => text.slice(from, to))

describe('passages', () => {
  const LIST =
    'For the trip:\n- tent and poles\n- two sleeping bags\n- the stove, with gas\n\nDana brings the food. Ben drives.'

  test.each([
    ['a list item', 'stove', '- the stove, with gas'],
    ['a sentence', 'drive', 'Ben drives.'],
    ['a paragraph in Hebrew', 'מפתח', 'המפתח אצל השכנה.'],
  ])('begin with the one that contains what is asked for: %s', (_, stem, expected) => {
    const text = `${LIST}\nהמפתח אצל השכנה. נתראה שם.`
    expect(textsOf(text, 25, stem)[0]).toBe(expected)
  })

  test('prefer neighbours that together contain more of the question', () => {
    const text = 'A boat. Much else. More still. Then the boat. It is called Marlin. The end of it.'
    expect(textsOf(text, 36, 'boat', 'marlin')[0]).toBe('Then the boat. It is called Marlin.')
  })

  test('keep the order of the text where nothing was asked for', () => {
    expect(textsOf('One. Two. Three.', 6)).toEqual(['One.', 'Two.', 'Three.'])
  })

  test('together are the text, each within its size, none cut inside a character', () => {
    const unit = fc.constantFrom('a', 'ש', ' ', '. ', '\n', '- ', '👩‍👩‍👧', 'é', 'boat', '🇮🇱', '👍🏽', '…')
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 300 }), fc.integer({ min: 16, max: 80 }), (text, size) => {
        const passages = passagesByWorth(text, size, words('boat'))
        const shown = excerptParts(text, passages)
          .map(part => partText(text, part))
          .join('')
        expect(shown.trim()).toBe(text.trim())
        for (const { from, to } of passages) {
          expect(to).toBeGreaterThan(from)
          expect(to - from).toBeLessThanOrEqual(size)
          expect(text.slice(from, to).isWellFormed()).toBe(true)
        }
        const covered = passages.toSorted((a, b) => a.from - b.from)
        for (const [at, { from }] of covered.entries()) expect(from).toBeGreaterThanOrEqual(covered[at - 1]?.to ?? 0)
      }),
    )
  })

  test('take time that grows with the length of the text', () => {
    const count = (length: number): number => passagesByWorth('ab. '.repeat(length), 80, words('ab')).length
    // Twice the text, twice the passages.
    expect(count(4000)).toBeGreaterThan(1.8 * count(2000))
    expect(count(4000)).toBeLessThan(2.2 * count(2000))
  })
})
