// Pieces of texts are read one at a time: other texts may be read in between.
import { expect, test } from '@jest/globals'
import { piecesOf } from '../../src/text/analyser/pieces.ts'

const TEXTS = ['call dana at 10 pm, room b-12', 'שלום לכם, c++ and 東京', 'the end']

test('the pieces of a text are the same while another one is read', () => {
  const alone = TEXTS.map(text => [...piecesOf(text)])
  expect(alone.map(pieces => pieces.length)).toEqual([7, 5, 2])
  const readers = TEXTS.map(text => ({ pieces: piecesOf(text), found: [] as unknown[] }))
  for (let left = readers.length; left > 0;) {
    left = 0
    for (const { pieces, found } of readers) {
      const { done, value } = pieces.next()
      if (done === true) continue
      found.push(value)
      left++
    }
  }
  expect(readers.map(({ found }) => found)).toEqual(alone)
})

test('a text that was left in the middle changes nothing in the next one', () => {
  const [text = '', other = ''] = TEXTS
  piecesOf(text).next()
  expect(Array.from(piecesOf(other), piece => piece.text)).toEqual(['שלום', 'לכם', 'c++', 'and', '東京'])
})
