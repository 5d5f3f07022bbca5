// What must recall nothing, in memories of any size: politeness, and what was never spoken of.
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { UNRELATED } from '../support/dialogues/unrelated.ts'
import { RecallRig } from '../support/recall-rig.ts'

const GROUP = 'chat:friends@g.us'
const DAY_MINUTES = 24 * 60

let rig: RecallRig

beforeEach(() => {
  rig = new RecallRig()
})

afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

const texts = async (question: string, options = {}): Promise<string[]> =>
  (await rig.ask(GROUP, question, options)).map(each => each.text)

const SMALL_TALKS: readonly (readonly string[])[] = [
  ['Ann: hello', 'Ben: hi Ann, good morning! how are you?', 'Ann: good, thanks. my boat is called Marlin', 'Ben: nice'],
  [
    'Ann: good morning, great to see you here',
    'Ben: what a nice day, I had a good time at work',
    'Ann: I like the new place, the people are great and help a lot',
    'Ben: happy to hear, have a nice week',
    'Ann: thanks, see you later',
  ],
  ['דנה: בוקר טוב, מה שלומך היום?', 'גיל: טוב, תודה רבה. היה יום נעים בעבודה', 'דנה: מעולה, לילה טוב', 'גיל: שבת שלום'],
]

test('greetings, thanks and questions about the world recall nothing from a memory that has just begun', async () => {
  for (const [at, talk] of SMALL_TALKS.entries()) {
    const scope = `chat:${String(at)}@g.us` as const
    await rig.talk(scope, 0, talk)
    const all = [...UNRELATED.en, ...UNRELATED.he]
    let recalled = 0
    for (const text of all) recalled += (await rig.ask(scope, text)).length > 0 ? 1 : 0
    expect(all.length).toBeGreaterThan(60)
    expect(recalled / all.length).toBeLessThan(0.05)
  }
})

test('a memory of five messages quotes what answers, and not what stands beside it', async () => {
  await rig.talk(GROUP, 0, ['Ann: hello', 'Ben: hi!', 'Ann: my boat is called Marlin', 'Ben: nice', 'Ann: yes'])
  expect(await texts('what is the boat called?')).toEqual(['my boat is called Marlin'])
})

test.each([
  ['when is the dentist?', ['dentist appointment is on Tuesday at 5']],
  ['who do I call about the boiler?', ['the boiler guy is called Moshe']],
  ['where does my mother live?', ['my mother lives in Haifa']],
  ['what should I cook tonight?', []],
])('of a handful of messages “%s” finds the one that answers', async (question, expected) => {
  await rig.talk(GROUP, 0, [
    'Ana: hello',
    'Ana: the wifi password at the cabin is hunter2',
    'Ana: dentist appointment is on Tuesday at 5',
    'Ana: the boiler guy is called Moshe',
    'Ana: my mother lives in Haifa',
    'Ana: the flight to Oslo leaves at 7',
    'Ana: thanks',
  ])
  expect(await texts(question, { asker: 'ana' })).toEqual(expected)
})

test('the answer to a question is quoted with it, in a memory of five messages too', async () => {
  await rig.talk(GROUP, 0, ['Ann: hello', 'Ben: what did you call the boat?', 'Ann: Marlin', 'Ben: nice', 'Ann: yes'])
  expect(await texts('what is the boat called?')).toContain('Marlin')
})

test('what is sure in a small memory is sure in a large one', async () => {
  const said = 'Ann: the plumber comes on Thursday'
  const asked = 'when does the plumber come?'
  await rig.talk(GROUP, 0, [said])
  expect(await texts(asked)).toContain('the plumber comes on Thursday')
  for (let day = 1; day <= 60; day++) {
    await rig.talk(GROUP, day * DAY_MINUTES, [
      `Ann: we had soup number${String(day)} for lunch`,
      `Ben: the train was late by ${String(day)} minutes`,
      'Ann: what a week',
      'Ben: off to the gym',
    ])
  }
  expect((await texts(asked))[0]).toBe('the plumber comes on Thursday')
  expect(await texts('how does a diesel turbine work?')).toEqual([])
})

test('a question about those who speak needs less of a match than one that may be about the world', async () => {
  await rig.talk(GROUP, 0, ['Ann: I finally repaired the engine of the tractor', 'Ben: the bread is ready', 'Ann: bye'])
  expect(await texts('Which vehicle did Ann tinker with, was it an engine?')).not.toEqual([])
  expect(await texts('Which scientist received a patent for the steam engine?')).toEqual([])
})

test('somebody is known by the beginning of their name', async () => {
  await rig.talk(GROUP, 0, [
    'Melanie: my dog is called Rex',
    'Ben: my dog is called Luna',
    'Carl: my dog is called Momo',
  ])
  expect((await texts('What is the name of the dog of Mel?'))[0]).toBe('my dog is called Rex')
  expect((await texts('What is the name of the dog of Benjamin?'))[0]).not.toBe('my dog is called Rex')
})

test('what is hardly answered gives two quotes at most', async () => {
  const rows = Array.from({ length: 12 }, (_, n) => `Ann: the soup of day number${String(n)} was good`)
  await rig.talk(GROUP, 0, [...rows, 'Ben: the bread is ready'])
  const quotes = await rig.ask(
    GROUP,
    'Did Ann serve soup to the ambassador in the palace at the banquet with the orchestra?',
  )
  expect(quotes.length).toBeGreaterThan(0)
  expect(quotes.length).toBeLessThanOrEqual(2)
  expect((await rig.ask(GROUP, 'Which soup did Ann have?')).length).toBeGreaterThan(2)
})

test('where the words say nothing, at most five of what is near in meaning are quoted, the nearest first', async () => {
  await rig.talk(
    GROUP,
    0,
    Array.from({ length: 30 }, (_, n) => `Ann: Marlin number${String(n)} lies in harbour${String(n)}`),
  )
  const findSimilar = async () =>
    Array.from({ length: 20 }, (_, n) => ({ message_id: `m${String(n + 1)}`, similarity: 0.9 - n / 100 }))
  expect(await texts('How high is the Eiffel tower?', { parts: { vectors: { findSimilar } } })).toEqual(
    [0, 1, 2, 3, 4].map(n => `Marlin number${String(n)} lies in harbour${String(n)}`),
  )
})

test('what the reader has before them is not quoted, and what stands beside it is not found by its words', async () => {
  await rig.talk(GROUP, 0, ['Ann: we painted the fence', 'Ben: where is my telescope?'])
  expect(await texts('where is my telescope?', { exclude: new Set(['m2']) })).toEqual([])
  expect(await texts('where is my telescope?')).toContain('where is my telescope?')
})
