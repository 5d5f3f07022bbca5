import { expect, test } from '@jest/globals'
import { withDirection } from '../../src/text/bidi.ts'

/** Shows the marks: `‹R›` and `‹L›` are the right-to-left and the left-to-right mark. */
const directed = (...lines: readonly string[]): readonly string[] =>
  withDirection(lines.join('\n')).replaceAll('\u200f', '‹R›').replaceAll('\u200e', '‹L›').split('\n')

test.each([
  ['English', 'Hello, I am DeniDin.\n1. one\n• two\n> three'],
  ['Russian', 'Привет, как дела?'],
  ['numbers alone', '+1 555 000-1111'],
  ['Hebrew that begins in Hebrew', 'שלום, מה שלומך?\n1. אחת\n• שתיים'],
])('%s stays as it is', (_what, text) => {
  expect(withDirection(text)).toBe(text)
})

test('a Hebrew line that begins with a Latin word runs from right to left', () => {
  expect(directed('iPhone הוא טלפון טוב')).toEqual(['‹R›iPhone הוא טלפון טוב'])
})

test('an English line that begins with a Hebrew word runs from left to right', () => {
  expect(directed('שלום means peace, and also hello')).toEqual(['‹L›שלום means peace, and also hello'])
})

test('a Hebrew paragraph in an English text is left to itself', () => {
  const english = 'This is how you say it in Hebrew, word by word:'
  expect(directed(english, 'אני גר בחיפה', 'DeniDin הוא עוזר אישי', 'שלום means peace')).toEqual([
    english,
    'אני גר בחיפה',
    '‹R›DeniDin הוא עוזר אישי',
    '‹L›שלום means peace',
  ])
})

test('in a Hebrew text the mark stands behind what WhatsApp must find at the beginning of a line', () => {
  expect(
    directed(
      'הנה הרשימה:',
      '1. iPhone – טלפון',
      '• GPS – ניווט',
      '  ◦ Waze – מפות',
      '> API הוא ממשק',
      '*DeniDin* עוזר',
    ),
  ).toEqual([
    'הנה הרשימה:',
    '1. ‹R›iPhone – טלפון',
    '• ‹R›GPS – ניווט',
    '  ◦ ‹R›Waze – מפות',
    '> ‹R›API הוא ממשק',
    '*‹R›DeniDin* עוזר',
  ])
})

test('items of a Hebrew list stand on its side, those in Latin letters too, with their closing signs', () => {
  expect(directed('אלה הטלפונים שמצאתי עבורך:', '1. iPhone 15 Pro', '2. Galaxy S24 (2024)', '3. Pixel 9!')).toEqual([
    'אלה הטלפונים שמצאתי עבורך:',
    '1. ‹R›iPhone 15 Pro',
    '2. ‹R›Galaxy S24 (2024)‹L›',
    '3. ‹R›Pixel 9!‹L›',
  ])
})

test('the first line decides for a whole message on a computer, so it runs with the text', () => {
  expect(directed('*WhatsApp*', 'זאת אפליקציה להעברת הודעות', 'Only English.')).toEqual([
    '*‹R›WhatsApp*‹L›',
    'זאת אפליקציה להעברת הודעות',
    'Only English.',
  ])
})

test('signs stay with the numbers and Latin words that they belong to', () => {
  expect(directed('הטלפון +972-50-1234567, הטמפרטורה -5, הפקודה /help, ושפת C++ או C#')).toEqual([
    'הטלפון ‹L›+972-50-1234567, הטמפרטורה ‹L›-5, הפקודה ‹L›/help, ושפת C++‹L› או C#‹L›',
  ])
})

test('a prefix that is joined with a hyphen is not a sign', () => {
  expect(directed('יש לי אחד ב-5 וגם ל-iPhone')).toEqual(['יש לי אחד ב-5 וגם ל-iPhone'])
})

test('code and addresses hold no marks: they are copied', () => {
  expect(
    directed('הפקודה `rm -rf /tmp` מסוכנת', 'ראה https://example.com/-a/+b', '```', 'const a = -5 // שלום', '```'),
  ).toEqual(['הפקודה `rm -rf /tmp` מסוכנת', 'ראה https://example.com/-a/+b', '```', 'const a = -5 // שלום', '```'])
})

test('Arabic counts as Hebrew does', () => {
  expect(directed('DeniDin مساعد شخصي')).toEqual(['‹R›DeniDin مساعد شخصي'])
})

test('done twice it changes nothing more', () => {
  const text = '*WhatsApp* (2)\nשלום לכולם, הנה /help\n1. iPhone 15 Pro (2023)\nOnly English.'
  expect(withDirection(withDirection(text))).toBe(withDirection(text))
})
