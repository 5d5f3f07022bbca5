import fc from 'fast-check'

const SCRIPTS = [
  'abcdefghij ,.!?',
  'אבגדהוזחטיכלמנ ,.!?״׳',
  'ابتثجحخدذر ،؟',
  'абвгдежзик',
  'αβγδεζηθ',
  '我的狗叫小白，它怕打雷。',
  'ひらがなカタカナ漢字',
  '한국어문장',
  'กขฃคฅฆงจ',
  'अआइईउक्षत्र',
  '𝕬𝖇𝖈𝟙𝟚𝟛𐌰𐌱',
  'ÀéîøüßİıſK',
] as const
const ODD = [
  '\u200e',
  '\u200f',
  '\u202e',
  '\u2066',
  '\u2069',
  '\u200b',
  '\u200d',
  '\ufeff',
  '\u00ad',
  '\ufe0f',
  '\u0300',
  '\u0316',
  '\u05b0',
  '\u05bc',
  '\u0651',
  '\ud83d',
  '\ude00',
  '\0',
  '\u0007',
  '\u001b[31m',
  '\r',
  '\n',
  '\t',
  '\u2028',
  '\u00a0',
  '👨‍👩‍👧',
  '🇮🇱',
  '❤️',
  '👍🏽',
  'ﷺ',
  'ﬃ',
  '\u{e0041}',
  '\uffff',
] as const
const MARKS = [
  '*',
  '**',
  '_',
  '~~',
  '`',
  '```',
  '[',
  '](',
  '![',
  '|',
  '|-|',
  '# ',
  '> ',
  '- ',
  '1. ',
  '<br>',
  '<!--',
  '&amp;',
  '\\',
  '$',
  '://',
  '@',
  '#',
] as const
const COMMANDS = [
  '/help',
  '/memory',
  '/memory dog',
  '/remember the code is 17',
  '/forget 1',
  '/forget last',
  '/reset',
  '/why',
  '/privacy',
  '/lang he',
  '/nothing',
  '//',
  '/ ',
  'כן',
  'yes',
  'no',
] as const
const WORDS = [
  'I live in Haifa',
  'אני גר בחיפה',
  'my dog is called Rex',
  'what is my name?',
  'מה השם שלי?',
  'on 3 May 2026',
  'tomorrow at 5 pm',
  'ביום שלישי',
  '{"facts":[',
  '"text":"x"}',
  '</think>',
  '<thinking>',
  '050-123-4567',
  'https://a.b/c?d=e',
] as const

const anyOf = (list: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...list)
const script = fc
  .constantFrom(...SCRIPTS)
  .chain(letters => fc.array(fc.constantFrom(...Array.from(letters)), { maxLength: 60 }).map(each => each.join('')))
const repeated = fc
  .tuple(
    fc.oneof(
      anyOf(MARKS),
      anyOf(ODD),
      script.filter(each => each !== ''),
    ),
    fc.integer({ min: 1, max: 400 }),
  )
  .map(([unit, times]) => unit.repeat(times))

/** Texts as clumsy and hostile people, broken programs and models write them: any script, marks, commands, repetitions. */
export const oddTexts = (): fc.Arbitrary<string> =>
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .array(fc.oneof(script, anyOf(ODD), anyOf(MARKS), anyOf(WORDS)), { maxLength: 12 })
        .map(each => each.join('')),
    },
    { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
    { weight: 2, arbitrary: repeated },
    { weight: 1, arbitrary: anyOf(COMMANDS) },
    { weight: 1, arbitrary: fc.json() },
    { weight: 1, arbitrary: fc.tuple(anyOf(COMMANDS), repeated).map(each => each.join(' ')) },
  )
