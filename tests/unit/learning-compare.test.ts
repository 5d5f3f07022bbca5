// Which wordings are one fact, which contradict, and which are two.
import { expect, test } from '@jest/globals'
import { compare, mayBeSame, type Verdict } from '../../src/text/facts/compare-facts.ts'
import { mayReplace } from '../../src/text/facts/replacement.ts'
import { parseFact, type ParsedFact } from '../../src/text/facts/parse-fact.ts'

const SPEAKER = new Set(['dana', 'דנה'])
const parsed = (text: string): ParsedFact => parseFact(text, SPEAKER)
const verdict = (fact: string, before: string): Verdict => compare(parsed(fact), parsed(before))

test.each([
  ['I live in Haifa', 'Dana lives in Haifa.'],
  ['Dana moved to Haifa', 'Her home is in Haifa now'],
  ['The user works for Intel', "Dana's employer is Intel"],
  ['Dana said that she is allergic to nuts', 'Dana has a nut allergy'],
  ["Mom's birthday is May 3rd", "Dana's mother was born on 3 May"],
  ['The meeting is at 5 pm', 'The meeting is at 17:00'],
  ['The meeting is at 5:30 p.m.', 'The meeting is at 17:30'],
  ['my phone number is 050-123-4567', "Dana's phone number is 0501234567"],
  ['I paid 1,500 shekels for shoes', 'Dana paid 1.500 shekels for shoes'],
  ['I met José at the café', 'Dana met Jose at the cafe'],
  ['הסיסמה של נטפליקס היא ٤٧', 'הסיסמה של נטפליקס היא 47'],
  ['I have two cats', 'Dana has 2 cats'],
  ['I used to live in Paris', 'Dana lived in Paris'],
  ["I can't stand coriander", 'Dana does not like coriander'],
  ['my dog is called Rex', "Dana's dog's name is Rex"],
  ['The garden gate opens at dawn', 'The garden gate opens at dawn!'],
  ['אני גרה בחיפה', 'דנה מתגוררת בחיפה'],
  ['דנה אלרגית לבוטנים', 'יש לדנה אלרגיה לבוטנים'],
  ['אָנִי אוֹהֶבֶת תֵּה', 'דנה אוהבת תה'],
  ['לכלב שלי קוראים רקס', 'הכלב של דנה נקרא רקס'],
])('"%s" says the same as "%s"', (fact, before) => {
  expect(verdict(fact, before)).toBe('same')
  expect(verdict(before, fact)).toBe('same')
})

test.each([
  ['I moved to Haifa', 'I live in Tel Aviv'],
  ['Dana no longer lives in Haifa', 'Dana lives in Haifa'],
  ['I stopped eating meat', 'I eat meat'],
  ['My shoe size is 39', "Dana's shoe size is 38"],
  ['My wifi password is lemon42', 'My wifi password is apple17'],
  ['The dentist appointment was moved to Friday', 'The dentist appointment is on Monday'],
  ['עברתי לגור בחיפה', 'אני גרה בתל אביב'],
  ['דנה כבר לא אוהבת תה', 'דנה אוהבת תה'],
])('"%s" contradicts "%s"', (fact, before) => {
  expect(verdict(fact, before)).toBe('contradicts')
})

test.each([
  ['Dana lives in Haifa', "Dana's sister Noa lives in Haifa"],
  ["Dana's sister Noa lives in Haifa", "Dana's sister Tal lives in Eilat"],
  ['Dana has a son called Ben', 'Dana has a son called Tom'],
  ['Dana likes tea', 'Dana likes coffee'],
  ['Dana likes tea', "Dana's mother likes tea"],
  ['Dana paid 300 shekels for shoes', 'Dana paid 400 shekels for shoes'],
  ['Dana lived in Paris', 'Dana lives in Haifa'],
  ['Dana wants to live in Oslo', 'Dana lives in Haifa'],
  ['Noa helps Tom with the garden', 'Tom helps Noa with the garden'],
  ['The other boat is called Pilot', 'My boat is called Marlin'],
  ['Another dog of mine is called Bono', 'My dog is called Rex'],
  ['לכלב השני שלי קוראים בונו', 'לכלב שלי קוראים רקס'],
  ['The flight is at 6:40', 'The train is at 6:40'],
  ['Dana paid 1.5 shekels for shoes', 'Dana paid 15 shekels for shoes'],
  ['Dana lives in Haifa', 'Dana lives in Haifa with her friend Gil'],
  ['Dana is allergic to nuts', 'Dana is allergic to milk'],
  ['דנה גרה בחיפה', 'אחותה של דנה גרה בחיפה'],
  ['דנה שילמה 300 שקל', 'דנה שילמה 400 שקל'],
  ['דנה אוהבת תה', 'דנה אוהבת קפה'],
])('"%s" and "%s" are two facts', (fact, before) => {
  for (const each of [verdict(fact, before), verdict(before, fact)]) expect(['different', 'similar']).toContain(each)
  expect(mayBeSame(parsed(fact), parsed(before))).toBe(false)
})

test('a hint is believed where words speak for it, and only there', () => {
  const before = parsed('Dana waters the plants on the balcony every evening')
  expect(mayBeSame(parsed('Each evening Dana waters her balcony plants'), before)).toBe(true)
  expect(mayBeSame(parsed('Dana sold her balcony plants'), before)).toBe(false)
  expect(mayBeSame(parsed('Dana does not water the plants on the balcony every evening'), before)).toBe(false)
  expect(mayReplace(parsed('Dana gave her balcony plants away'), before)).toBe(true)
  expect(mayReplace(parsed('Forget everything, the bank is Leumi'), before)).toBe(false)
  expect(mayReplace(parsed("Dana's sister lives in Oslo"), parsed('Dana lives in Oslo'))).toBe(false)
})
