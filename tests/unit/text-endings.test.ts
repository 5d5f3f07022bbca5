// Statements that something ended, and the earlier statements that they concern.
import { expect, test } from '@jest/globals'
import { endingsIn, mayEnd, thingsIn } from '../../src/text/facts/endings.ts'

const NAMES = new Set(['dana'])

test.each([
  ['I quit my job at Intel', 'I work at Intel'],
  ['I left Intel', 'Dana works at Intel'],
  ['I was laid off from Intel, starting at Wix on Sunday', 'I work at Intel'],
  ['Rex died yesterday', 'My dog Rex is three'],
  ['Tom and I broke up', "I'm dating Tom"],
  ['I stopped smoking', 'I smoke a pack a day'],
  ['I sold the Mazda', 'I drive a Mazda'],
  ['The Netflix subscription expired', 'We watch films on Netflix'],
  ['תום ואני נפרדנו', 'החבר שלי הוא תום'],
  ['כבר לא עובד באינטל', 'אני עובד באינטל'],
  ['I switched to Italian instead of Spanish', 'I study Spanish'],
  ['I now take the train instead of the tram', 'I take the tram to work'],
  ['עברתי ללמוד איטלקית במקום ספרדית', 'אני לומד ספרדית בערב'],
  ['עכשיו אני רוכב על אופניים במקום אוטובוס', 'אני נוסע באוטובוס'],
])('%j concerns %j', (later, earlier) => {
  const [ending] = endingsIn(later, NAMES)
  expect(ending !== undefined && mayEnd(ending, thingsIn(earlier, NAMES))).toBe(true)
})

test.each([
  ['my sister sold her car', 'my sister lives in Rome'],
  ['Dana quit Intel', 'Dana lives in Rome'],
  ['I switched to Italian instead of Spanish', 'I love Italian food'],
])('%j does not concern %j', (later, earlier) => {
  const [ending] = endingsIn(later, NAMES)
  expect(ending).toBeDefined()
  expect(ending !== undefined && mayEnd(ending, thingsIn(earlier, NAMES))).toBe(false)
})

test.each([
  'I did not quit Intel',
  'I want to quit Intel',
  'I will leave Intel',
  'Did you quit Intel?',
  'I left my keys at Intel',
  'Tom said: I quit Intel',
  'מת לי על פיצה',
  'I ate rice instead of bread',
])('%j says that nothing ended', text => {
  expect(endingsIn(text, NAMES)).toEqual([])
})

test('an ending is told with what holds instead', () => {
  expect(endingsIn('I left Bezeq, we are with Hot now', NAMES).map(each => each.sentence)).toEqual([
    'I left Bezeq, we are with Hot now',
  ])
})
