// A correction in plain words replaces the fact, wherever it comes: in the same message, the next one, or the next session.
import { afterEach, describe, expect, test } from '@jest/globals'
import { everyLine, LearningRig } from '../support/learning-rig.ts'
import { DAY_MS } from '../../src/platform/clock.ts'

let rig: LearningRig

afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

/** A model that copies every line, and a model that gives no usable answer, so that the rules do it. */
const PATHS = {
  model: everyLine,
  rules: () => 'I cannot do that.',
} as const

const start = async (path: keyof typeof PATHS): Promise<void> => {
  rig = await LearningRig.start()
  rig.script = PATHS[path]
}

const CASES: readonly (readonly [statement: string, correction: string, meant: string])[] = [
  ['My dentist appointment is on Monday', 'no, Tuesday', 'My dentist appointment is on Tuesday, 24 November 2026'],
  ['My dentist appointment is on Monday', 'I meant Tuesday', 'My dentist appointment is on Tuesday, 24 November 2026'],
  ['The gate code is 4417', 'sorry, 4471 not 4417', 'The gate code is 4471'],
  ['התור לרופא השיניים ביום שני', 'לא, ביום שלישי', 'התור לרופא השיניים ביום שלישי, 24 בנובמבר 2026'],
  ['הקוד לשער הוא 4417', 'סליחה, 4471 ולא 4417', 'הקוד לשער הוא 4471'],
  ['I live in Tel Aviv', 'sorry, I meant Haifa', 'I live in Haifa'],
  ['אני גרה בתל אביב', 'לא, בחיפה', 'אני גרה בחיפה'],
  ['My shoe size is 38', 'oops, 39', 'My shoe size is 39'],
  ['My shoe size is 38', 'make it 39', 'My shoe size is 39'],
  ['My sister lives in Rome', 'no, she lives in Oslo', 'My sister lives in Oslo'],
  ['קוראים לכלב שלי רקס', 'לא רקס, מקס', 'קוראים לכלב שלי מקס'],
  // Their attributes have no name, and nothing but the correction says that one replaces the other.
  ['My boss is Anna', 'Hannah, typo!', 'My boss is Hannah'],
  ['אחותי גרה ברעננה', 'זאת אומרת בהרצליה', 'אחותי גרה בהרצליה'],
]

describe.each(['rules', 'model'] as const)('with %s', path => {
  test('right after the statement', async () => {
    for (const [statement, correction, meant] of CASES) {
      await start(path)
      await rig.learn('my cat is fat', statement, correction)
      expect([correction, await rig.holding()]).toEqual([correction, ['my cat is fat', meant]])
      await rig[Symbol.asyncDispose]()
    }
    await start(path)
  })

  test('after the statement was learned, in the same conversation', async () => {
    for (const [statement, correction, meant] of CASES) {
      await start(path)
      await rig.session('running', [statement])
      await rig.learner.learn('running', { patient: false })
      await rig.say('running', correction)
      await rig.learner.learn('running', { patient: false })
      expect([correction, await rig.holding()]).toEqual([correction, [meant]])
      await rig[Symbol.asyncDispose]()
    }
    await start(path)
  })

  test('at the beginning of the next conversation', async () => {
    for (const [statement, correction, meant] of CASES) {
      await start(path)
      await rig.learn('the milk is sour', statement)
      await rig.learn(correction)
      expect([correction, await rig.holding()]).toEqual([correction, ['the milk is sour', meant]])
      await rig[Symbol.asyncDispose]()
    }
    await start(path)
  })
})

test('a correction of a correction', async () => {
  await start('rules')
  await rig.learn('The gate code is 4471', 'sorry, I meant 9026', 'oops, 9027')
  expect(await rig.holding()).toEqual(['The gate code is 9027'])
})

test.each([
  ['no idea', []],
  ['no worries', []],
  ['busy day, sorry', ['busy day, sorry']],
  ['sorry I am late', ['sorry I am late']],
  ['actually I feel great', ['I feel great']],
  ['actually Paris is lovely in spring', ['Paris is lovely in spring']],
  ['לא מתאים לי', ['לא מתאים לי']],
])('“%s” corrects nothing', async (words, facts) => {
  await start('rules')
  await rig.learn('I live in Rome', words)
  expect(await rig.holding()).toEqual(['I live in Rome', ...facts])
})

test('a correction whose first sentence only announces it', async () => {
  await start('rules')
  await rig.learn('My shoe size is 38', 'Sorry, wrong number. It is 39.')
  expect(await rig.holding()).toEqual(['My shoe size is 39.'])
})

test('a correction within one message', async () => {
  await start('rules')
  await rig.learn('The dentist is on Monday. No, Tuesday.')
  expect(await rig.holding()).toEqual(['The dentist is on Tuesday, 24 November 2026.'])
})

test('what is forgotten with a correction gives the statement back', async () => {
  await start('rules')
  await rig.learn('The gate code is 4417', 'sorry, 4471 not 4417')
  const corrected = (await rig.facts()).find(each => each.text.includes('4471'))!
  await rig.stores.memories.remove(rig.scope, [corrected.memory_id])
  expect(await rig.holding()).toEqual(['The gate code is 4417'])
})

test('an answer that only begins with no corrects nothing, and what was said long ago is not meant', async () => {
  await start('rules')
  await rig.learn('The exam is on Monday', 'no, Friday is fine', 'no thanks')
  expect(await rig.holding()).toEqual(['The exam is on Monday, 23 November 2026'])
  await rig.clock.advance(10 * DAY_MS)
  await rig.learn('no, Tuesday')
  expect(await rig.holding()).toContain('The exam is on Monday, 23 November 2026')
})
