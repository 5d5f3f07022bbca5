// What is said as true, and what is imagined, told, wished, asked, quoted, sung, joked or reported: on labelled messages.
import { expect, test } from '@jest/globals'
import { UTC } from '../../src/platform/time-zone.ts'
import { factsByRules } from '../../src/learning/extraction/keyword-rules.ts'
import { isSaidAsTrue } from '../../src/learning/extraction/stance-verification.ts'
import { statementKeys } from '../../src/text/facts/statement-keys.ts'
import { readSentences, type Stance } from '../../src/text/stance.ts'
import {
  ENGLISH_ASSERTED,
  ENGLISH_NOT_ASSERTED,
  HEBREW_ASSERTED,
  HEBREW_NOT_ASSERTED,
} from '../support/labelled/assertions.ts'
import { messageOf } from '../support/message-of.ts'

const learned = async (...texts: readonly string[]): Promise<readonly string[]> => {
  const messages = texts.map((text, at) => messageOf(text, { message_id: `m${String(at)}` }))
  const sources = new Set(messages.map(each => each.message_id))
  return (await factsByRules({ messages, sources, known: [], so_far: undefined }, UTC)).map(fact => fact.text)
}

const stances = (text: string): readonly Stance[] => [...readSentences(text)].map(each => each.stance)

test('the rules learn nothing from what is not said as true', async () => {
  const wrong: string[] = []
  for (const text of [...ENGLISH_NOT_ASSERTED, ...HEBREW_NOT_ASSERTED])
    if ((await learned(text)).length > 0) wrong.push(text)
  expect(wrong).toEqual([])
})

test('the rules learn from what is said as true', async () => {
  const missed: string[] = []
  for (const text of [...ENGLISH_ASSERTED, ...HEBREW_ASSERTED])
    if ((await learned(text)).length === 0) missed.push(text)
  expect(missed).toEqual([])
})

test.each<[Stance, string]>([
  ['quoted', 'Sara: I live in Rome'],
  ['quoted', '[28/11/2026, 12:03] Sara Cohen: I live in Rome'],
  ['own', 'Update: I moved to Rome'],
  ['own', 'Allergies: I am allergic to nuts'],
  ['quoted', 'שרה: אני גרה ברומא'],
  ['own', 'עדכון: אני גרה ברומא'],
  ['own', 'My doctor told me I have diabetes'],
  ['own', 'my boss told me to come at 9'],
  ['own', "I'd love to visit Japan"],
  ['unreal', "I'd be a terrible cook"],
  ['reported', "Dad says I'm allergic to cats"],
  ['unreal', 'do I live in Rome'],
  ['quoted', 'the sign says: I am closed'],
  ['own', 'My favourite quote is "to be or not to be"'],
  ['own', 'I wrote a story about a hero in Lod'],
  ['unreal', 'The hero of my novel lives in Paris'],
  ['own', 'remember that my friend said: I live in Eilat'],
  ['own', 'הרופא אמר שיש לי סוכרת'],
  ['own', 'חלמתי על דירה חדשה'],
  ['unreal', 'לו הייתי גר בפריז'],
  ['own', 'אני חושב שיש לי פגישה מחר'],
])('%s: %s', (stance, text) => {
  expect(stances(text)).toEqual([stance])
})

test.each([
  'In my next life I am a cat',
  'In an alternate timeline I am the prime minister',
  'In my wildest dreams I own a villa in Tuscany',
  'I am so angry I could scream',
  'I feel like I am on the moon',
  'Maybe in a hundred years I am a robot',
  'Dreamt that I was living in Tokyo',
  'In this video game I am a plumber',
  'My character is a dwarf called Grom',
  'Like in that song, I am a believer',
  'Quote of the day: I think, therefore I am',
  'Like I always say as a joke: I am allergic to Mondays',
  'בגלגול הבא אני חתול',
  'בעולם אידיאלי אני גר בטוסקנה',
  'בחלומות שלי אני גר בפריז',
  'אני כל כך רעב שאני יכול לאכול סוס',
  'אני מרגיש כאילו אני על הירח',
  'עוד מאה שנה אני רובוט',
  'במשחק הזה אני שרברב',
  'כמו בסרט ההוא, אני סוכן חשאי',
  'הייתי צמחוני אלמלא הבייקון',
  'לפי אשתי אני נוחר בלילה',
])('“%s” is true of no one', async text => {
  expect(await learned(text)).toEqual([])
})

test.each([
  'In a year I am moving to Rome',
  'In the world of finance I am an auditor',
  'My character is stubborn',
  'I live in another city now',
  'We have a game on Sunday and I am the goalkeeper',
  'My life is quiet and I like it',
  'My dream job is a pilot',
  'עוד שנה אני עובר לרומא',
  'לפי התוכנית אני טס ביום רביעי',
  'אני עובד כל כך קשה שאין לי סופי שבוע',
  'המשחק ביום ראשון ואני השוער',
])('“%s” is true', async text => {
  expect(await learned(text)).toHaveLength(1)
})

test('a frame lasts to the end of its message, and not longer', async () => {
  expect(await learned('Translate: I live in Acre. I have a dog.', 'I have a cat')).toEqual(['I have a cat'])
  expect(await learned('My friend said: I live in Eilat. I have two kids.', 'I have a cat')).toEqual(['I have a cat'])
  expect(await learned('Mom texted "I live alone". I have a cat.')).toEqual(['I have a cat.'])
  expect(await learned('> I live in Eilat\nI have a cat', '♪ I am a king ♪\nI have a hat')).toEqual([
    'I have a cat',
    'I have a hat',
  ])
})

test('a joke is taken back, also by the next message', async () => {
  expect(await learned('I have a cat', 'I own a castle. Just kidding!')).toEqual(['I have a cat'])
  expect(await learned('I have a cat', 'I own a castle', 'just kidding')).toEqual(['I have a cat'])
  expect(await learned('יש לי חתול', 'יש לי טירה', 'סתם צוחק')).toEqual(['יש לי חתול'])
})

test.each([
  ['If I lived in Rome I would eat pizza', 'I lived in Rome', 'Dana lives in Rome', false],
  ['My friend said: I live in Eilat', 'I live in Eilat', 'Dana lives in Eilat', false],
  ['My friend said: I live in Eilat', 'I live in Eilat', "Dana's friend lives in Eilat", true],
  ['My friend said: I live in Eilat', 'I live in Eilat', 'A friend lives in Eilat', true],
  ['I wish I were a doctor', 'I were a doctor', 'Dana is a doctor', false],
  ['I wish I were a doctor', 'I wish I were a doctor', 'Dana wishes she were a doctor', true],
  ['In my novel the hero is called Dan', 'the hero is called Dan', "Dana's hero is called Dan", false],
  ['In my novel the hero is called Dan', 'the hero is called Dan', "In Dana's novel the hero is called Dan", true],
  ['Do you know whether I live in Rome?', 'I live in Rome', 'Dana lives in Rome', false],
  ['I live in Rome?', 'I live in Rome', 'Dana lives in Rome', false],
  ['Which school is near Haifa, where I live?', 'Haifa, where I live', 'Dana lives in Haifa', true],
  ["It's not as if I had a car", 'not as if I had a car', 'Dana has no car', true],
  ['I own a castle, just kidding', 'I own a castle', 'Dana owns a castle', false],
  ['My sister told me she moves to Rome', 'she moves to Rome', "Dana's sister moves to Rome", true],
  ['I live in Haifa. If I lived in Rome I would starve', 'I live in Haifa', 'Dana lives in Haifa', true],
  ['אם הייתי גר ברומא הייתי אוכל פיצה', 'גר ברומא', 'דנה גרה ברומא', false],
  ['חבר שלי אמר: אני גר באילת', 'אני גר באילת', 'דנה גרה באילת', false],
  ['אני גרה בחיפה', 'גרה בחיפה', 'דנה גרה בחיפה', true],
])('of “%s” the quote “%s” proves “%s”: %s', (text, quote, fact, isTrue) => {
  expect(isSaidAsTrue({ text: fact, quote }, messageOf(text, { sender_name: 'Dana דנה' }))).toBe(isTrue)
})

test('only what is said as true may end what was said before', () => {
  const none = new Set<string>()
  for (const text of [...ENGLISH_NOT_ASSERTED, ...HEBREW_NOT_ASSERTED])
    expect([text, statementKeys(text, none)]).toEqual([text, []])
})
