import { describe, expect, test } from '@jest/globals'
import { splitSentences } from '../../src/text/split-sentences.ts'
import { stem } from '../../src/text/stem.ts'
import { isStopWord } from '../../src/text/stop-words.ts'
import { tokenise } from '../../src/text/tokenise.ts'

describe('words', () => {
  test('come in lower case, without punctuation and possessives', () => {
    expect(tokenise("Dana's dog (Rex) doesn't bark – at 3 a.m.!")).toEqual([
      'dana',
      'dog',
      'rex',
      'doesnt',
      'bark',
      'at',
      '3',
      'a',
      'm',
    ])
  })

  test('in Hebrew compare equal with and without points, inner marks and final letters', () => {
    expect(tokenise('שָׁלוֹם')).toEqual(tokenise('שלום'))
    expect(tokenise('צה״ל')).toEqual(tokenise('צהל'))
    expect(tokenise('תל־אביב')).toEqual(['תל', 'אביב'])
    expect(tokenise('שלום')).toEqual(['שלומ'])
  })

  test('of other scripts lose their accents, and figures are those of English', () => {
    expect(tokenise('Größe 42, жизнь, İzmir ٤٢')).toEqual(['grosse', '42', 'жизнь', 'izmir', '42'])
  })

  test('of nothing are none', () => {
    expect(tokenise(' — 👍 ')).toEqual([])
  })
})

test('a sigma at the end of a word is any sigma', () => {
  expect(tokenise('ΕΛΛΑΣ')).toEqual(tokenise('Ελλάς'))
})

describe('stop words', () => {
  test.each(['the', 'what', 'doesnt', 'של', 'האם', 'עם', 'где', 'моя'])('%s tells nothing about the subject', word => {
    expect(tokenise(word).every(isStopWord)).toBe(true)
  })

  test.each(['dog', 'haifa', 'thunder', 'כלב', 'חיפה'])('%s does', word => {
    expect(isStopWord(word)).toBe(false)
  })
})

describe('forms of one word meet in their stem', () => {
  const stems = (words: string): Set<string> => new Set(tokenise(words).map(stem))

  test.each([
    'walk walks walked walking',
    'allergy allergies',
    'live lives lived living',
    'כלב הכלב לכלב שהכלב כלבים הכלבים כלבי',
    'חיפה בחיפה מחיפה שבחיפה',
    'אחות אחותי לאחותי',
    'חתול חתולים החתולים',
    'מירי למירי ומירי',
    'אמא אימא לאימא האמא',
    'קריית קרית בקריית',
    'בניין בנין לבניין',
    'תוכנית תכנית בתכנית',
    'טלוויזיה טלויזיה',
    'מייל מיילים במייל',
  ])('%s', words => {
    expect([...stems(words)]).toHaveLength(1)
  })

  test.each(['dog cat', 'paint pain', 'כלב חתול', 'בית ביטוח'])('%s stay apart', words => {
    expect([...stems(words)]).toHaveLength(2)
  })

  test('words of digits or of other scripts stay as they are', () => {
    expect([...stems('4411 жизнь bl2291')]).toEqual(['4411', 'жизнь', 'bl2291'])
  })
})

describe('sentences', () => {
  test('end at their marks and at the end of a line, and lose their bullets', () => {
    expect(splitSentences('- My dog is Rex. He fears thunder!\n2) Is he big?\n\n• Yes')).toEqual([
      'My dog is Rex.',
      'He fears thunder!',
      'Is he big?',
      'Yes',
    ])
  })

  test('do not end inside an abbreviation, a number or an address', () => {
    expect(splitSentences('The vet is Dr. Levi. She costs 3.50 a visit. See denidin.org for more.')).toEqual([
      'The vet is Dr. Levi.',
      'She costs 3.50 a visit.',
      'See denidin.org for more.',
    ])
  })

  test('end in Hebrew too', () => {
    expect(splitSentences('יש לי כלב. קוראים לו רקס. מה שלומך?')).toEqual(['יש לי כלב.', 'קוראים לו רקס.', 'מה שלומך?'])
  })
})

test.each([
  ['בית', 'הבית', 'בבית', 'לבית', 'מהבית', 'ובבית', 'שהבית'],
  ['שנה', 'השנה', 'והשנה', 'בשנה'],
  ['מפה', 'המפה', 'במפה'],
  ['דלת', 'הדלת', 'לדלת'],
  ['שבת', 'השבת', 'בשבת'],
  ['אחות', 'האחות'],
  ['בנות', 'הבנות'],
  ['מתנה', 'המתנה', 'מתנות'],
  ['מכונית', 'המכונית', 'מכוניות'],
  ['כלב', 'כלבים', 'הכלב', 'לכלב'],
  ['הורים', 'ההורים', 'להורים', 'הורי'],
  ['הודעה', 'ההודעה', 'הודעות'],
  ['הצגה', 'ההצגה', 'בהצגה'],
])('%s and its forms with joined letters are one word', (word, ...forms) => {
  const common = (each: string): string => stem(tokenise(each)[0]!)
  expect(forms.map(common)).toEqual(forms.map(() => common(word)))
})

test('short Hebrew words that are different stay different', () => {
  const stems = ['בית', 'שנה', 'מפה', 'דלת', 'שבת', 'אחות', 'בנות', 'כלב', 'קפה'].map(each => stem(tokenise(each)[0]!))
  expect(new Set(stems).size).toBe(stems.length)
})
