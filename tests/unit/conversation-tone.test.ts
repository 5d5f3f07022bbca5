import { expect, test } from '@jest/globals'
import { feltValence, toneFor } from '../../src/conversation/tone.ts'
import { ownFeeling } from '../../src/text/own-feeling.ts'
import { valenceOf } from '../../src/text/valence/valence.ts'

test('what was recalled colours how a message is heard, each by its score', () => {
  const message = 'tell me about my grandfather'
  const sad = { text: 'his death was terrible', score: 0.9 }
  const glad = { text: 'he had a wonderful laugh', score: 0.1 }
  expect(feltValence(ownFeeling(message), [])).toBe(0)
  expect(feltValence(ownFeeling(message), [sad])).toBeCloseTo(0.3 * valenceOf(sad.text))
  expect(feltValence(ownFeeling(message), [sad, glad])).toBeCloseTo(
    0.3 * (0.9 * valenceOf(sad.text) + 0.1 * valenceOf(glad.text)),
  )
  expect(feltValence(ownFeeling('I am sad'), [glad])).toBeCloseTo(
    0.7 * valenceOf('I am sad') + 0.3 * valenceOf(glad.text),
  )
})

test('memories alone, however sad, do not make a neutral message one that asks for sympathy', () => {
  expect(
    toneFor(feltValence(ownFeeling('what time is it?'), [{ text: 'terrible '.repeat(9), score: 1 }]), -0.3),
  ).toBeUndefined()
})

test('the request is warmer the worse it feels, and only below the threshold', () => {
  const tones = [-0.25, -0.4, -0.7].map(valence => toneFor(valence, -0.2))
  expect(new Set(tones).size).toBe(3)
  expect(tones).not.toContain(undefined)
  for (const threshold of [-0.1, -0.2]) expect(toneFor(-0.3, threshold)).toEqual(expect.any(String))
  expect(toneFor(-0.3, -0.5)).toBeUndefined()
  expect(toneFor(-0.2, -0.2)).toBeUndefined()
  expect(toneFor(-1, -1)).toBeUndefined()
})
