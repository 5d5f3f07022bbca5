// Which messages speak of a negative feeling of their writer, on labelled messages.
import { expect, test } from '@jest/globals'
import { toneFor } from '../../src/conversation/tone.ts'
import { ownFeeling } from '../../src/text/own-feeling.ts'
import { ENGLISH_NEUTRAL, ENGLISH_SAD, HEBREW_NEUTRAL, HEBREW_SAD } from '../support/labelled/tones.ts'

/** The default of `affect.valence_threshold`. */
const THRESHOLD = -0.2
const asks = (text: string): boolean => toneFor(ownFeeling(text), THRESHOLD) !== undefined

test('what is disliked, what others feel, and what is told or asked asks for no tone', () => {
  expect([...ENGLISH_NEUTRAL, ...HEBREW_NEUTRAL].filter(asks)).toEqual([])
})

test('feelings of the writer do', () => {
  expect([...ENGLISH_SAD, ...HEBREW_SAD].filter(text => !asks(text))).toEqual([])
})

test.each([
  'I was so sad but now everything is great!',
  'הייתי עצובה אבל עכשיו אני מאושרת',
  'My friend said: I feel so lonely',
  'In my novel the hero cries because his wife died',
  'is it bad that I like sad songs?',
  'I miss the bus every day',
  'I’m afraid that I cannot come on Tuesday',
  'we are down for pizza',
  'the printer is dead, it is awful',
  'My sister lost her job',
  'הסדרה הזאת עצובה נורא',
  'אני נורא שמח',
])('%s: nothing', text => {
  expect(asks(text)).toBe(false)
})

test.each([
  'my day was a bit sad',
  'I wish I were dead',
  'My head hurts and I feel terrible',
  'my mother has cancer',
  'We lost our baby',
  'What should I do? I feel so lonely',
  'רע לי',
  'בעלי עזב אותי',
  'אני בדיכאון כבר חודש',
])('%s: a feeling', text => {
  expect(asks(text)).toBe(true)
})

test('life in danger weighs more than anything that sounds good', () => {
  expect(ownFeeling('I love you all, but I want to die, it is wonderful')).toBeLessThan(-0.6)
})
