import { UTC } from '../../src/platform/time-zone.ts'
import { readQuestion } from '../../src/retrieval/full-text/query-parser.ts'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { topK } from '../../src/retrieval/full-text/top-k.ts'
import { inPackingOrder } from '../../src/retrieval/packing-order.ts'
import { restates } from '../../src/retrieval/ranking/dedupe.ts'
import { subjectStems } from '../../src/text/content-stems.ts'
import { RecallRig } from '../support/recall-rig.ts'

const DAY_MINUTES = 24 * 60
const GROUP = 'chat:friends@g.us'

let rig: RecallRig

beforeEach(() => {
  rig = new RecallRig()
})

afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

const first = async (question: string, options = {}): Promise<string | undefined> =>
  (await rig.ask(GROUP, question, options))[0]?.text

test('a message is found by forms of its words, and by words near in meaning', async () => {
  await rig.talk(GROUP, 0, ['Ann: I bought a telescope', 'Ben: nice weather in the hills', 'Ann: the bread is ready'])
  expect(await first('who is buying telescopes?')).toBe('I bought a telescope')
  expect(await first('what did she purchase?')).toBe('I bought a telescope')
})

test('a misspelt word finds what was meant', async () => {
  await rig.talk(GROUP, 0, ['Ann: the accordion concert was wonderful', 'Ben: the bread is ready'])
  expect(await first('how was the acordion?')).toBe('the accordion concert was wonderful')
})

test('who is named in the question comes first, of several who said the same', async () => {
  await rig.talk(GROUP, 0, ['Ann: my dog is called Rex', 'Ben: my dog is called Luna', 'Carl: my dog is called Momo'])
  expect(await first('What is the name of Ben’s dog?')).toBe('my dog is called Luna')
  expect(await first('מה השם של הכלב של Carl?')).toBeUndefined()
  expect(await first('what is my dog called?', { asker: 'carl' })).toBe('my dog is called Momo')
})

test('the answer behind a question that matches is found though it shares no word', async () => {
  await rig.talk(GROUP, 0, [
    'Ann: What did you name the puppy?',
    'Ben: Marzipan, the kids insisted.',
    'Ann: lovely evening, see you',
    'Carl: the bread is ready',
    'Carl: off to the gym',
    'Ann: good night all',
  ])
  expect((await rig.ask(GROUP, 'how is the puppy named?')).slice(0, 2).map(each => each.text)).toContain(
    'Marzipan, the kids insisted.',
  )
})

test('the answer is found in whichever message of a burst it stands', async () => {
  await rig.talk(GROUP, 0, [
    'Ann: hey you',
    'Ann: what did you name the puppy?',
    'Ann: we are so curious',
    'Ben: haha',
    'Ben: well, after a long fight',
    'Ben: Marzipan',
    'Ann: lovely evening, see you',
    'Carl: the bread is ready',
    'Carl: off to the gym',
    'Ann: good night all',
  ])
  expect((await rig.ask(GROUP, 'how is the puppy named?')).map(each => each.text)).toContain('Marzipan')
})

test('what was said in the time asked about comes first, and so does what speaks of it', async () => {
  await rig.talk(GROUP, 0, ['Ann: we went swimming in the lake'])
  await rig.talk(GROUP, 40 * DAY_MINUTES, ['Ann: we went swimming in the river'])
  await rig.talk(GROUP, 80 * DAY_MINUTES, ['Ann: two weeks ago we went swimming in the canal'])
  expect(await first('where did we swim in May 2024?')).toBe('we went swimming in the lake')
  expect(await first('where did we swim on 1 July 2024?')).toBe('we went swimming in the river')
  expect(await first('where did we swim at the end of July 2024?')).toBe('two weeks ago we went swimming in the canal')
})

test('where it is asked how things stand now, the newer comes first', async () => {
  await rig.talk(GROUP, 0, ['Ann: I live in Oslo, by the harbour'])
  await rig.talk(GROUP, 90 * DAY_MINUTES, ['Ann: I live in Bergen, by the market'])
  expect(await first('where does Ann live now?')).toBe('I live in Bergen, by the market')
})

test('Hebrew: joined letters, vowel points and final letters make no difference', async () => {
  await rig.talk(GROUP, 0, ['דנה: קנינו דירה בירושלים', 'גיל: הלחם מוכן', 'דנה: הַכֶּלֶב שלנו אוהב ללכת לים'])
  expect(await first('מתי עברתם לירושלים?')).toBe('קנינו דירה בירושלים')
  expect(await first('מה עם הכלב?')).toBe('הַכֶּלֶב שלנו אוהב ללכת לים')
  expect(await first('מה דנה קנתה?')).toBe('קנינו דירה בירושלים')
})

test('the same said again is quoted once, another figure is not the same', async () => {
  await rig.talk(GROUP, 0, [
    'Ann: the gate code of the garage is 4711',
    'Ben: the code of the garage gate is 4711!',
    'Ann: the gate code of the garage is 9302',
  ])
  const texts = (await rig.ask(GROUP, 'what is the gate code of the garage?')).map(each => each.text)
  expect(texts).toHaveLength(2)
  expect(texts.join()).toContain('9302')
})

test('nothing is recalled for small talk, and for what nobody spoke of', async () => {
  await rig.talk(GROUP, 0, ['Ann: we moved to Oslo', 'Ben: the dog ate my shoes', 'Ann: the concert was sold out'])
  for (const text of ['ok', 'thanks!', '😀', '', 'who composed the Brandenburg variations?', 'מהי בירת מונגוליה?']) {
    expect(await rig.ask(GROUP, text)).toEqual([])
  }
})

test('messages before the reader’s eyes are not quoted, and quotes keep to their tokens', async () => {
  await rig.talk(GROUP, 0, ['Ann: my boat is red', 'Ben: my boat is a small one', 'Ann: the boat leaks'])
  const exclude = new Set(['m1'])
  expect((await rig.ask(GROUP, 'what about the boat?', { exclude })).map(each => each.message_id)).not.toContain('m1')
  const quotes = await rig.ask(GROUP, 'what about the boat?', { tokens: 7 })
  expect(quotes.reduce((sum, each) => sum + each.tokens, 0)).toBeLessThanOrEqual(7)
  expect(quotes.length).toBeGreaterThan(0)
})

test('vectors add what words cannot find, and a failing source leaves recall to the words', async () => {
  await rig.talk(GROUP, 0, ['Ann: the gelato at the corner is heavenly', 'Ben: my boat is red'])
  const near = async () => [{ message_id: 'm1', similarity: 0.8 }]
  const both = await rig.ask(GROUP, 'which boat?', { parts: { vectors: { findSimilar: near } } })
  expect(both.map(each => each.message_id)).toEqual(['m2', 'm1'])
  expect(both[1]?.similarity).toBe(0.8)
  const down = async (): Promise<never> => {
    throw new Error('down')
  }
  expect(await first('which boat?', { parts: { vectors: { findSimilar: down } } })).toBe('my boat is red')
})

test('a re-ranker puts the candidates in its order; when it fails, the order of the search stands', async () => {
  await rig.talk(GROUP, 0, ['Ann: the red boat', 'Ben: the boat is red and it leaks in winter'])
  const search = (await rig.ask(GROUP, 'red boat?')).map(each => each.message_id)
  const turned = { readsFeatures: false, rerank: async (_: string, all: readonly unknown[]) => all.map((_, at) => at) }
  const broken = { readsFeatures: false, rerank: () => Promise.reject(new Error('down')) }
  const order = async (reranker: typeof turned | typeof broken): Promise<string[]> =>
    (await rig.ask(GROUP, 'red boat?', { parts: { reranker } })).map(each => each.message_id)
  expect(await order(turned)).toEqual(search.toReversed())
  expect(await order(broken)).toEqual(search)
})

test('restating: nearly the same words, the same figures, nothing new', () => {
  const same = (one: string, other: string): boolean => restates(subjectStems(one), subjectStems(other))
  expect(same('the flight to Oslo leaves early', 'early leaves the flight to Oslo')).toBe(true)
  expect(same('the flight leaves at 7', 'the flight leaves at 9')).toBe(false)
  expect(same('my phone is a Nokia', 'my phone is a Samsung')).toBe(false)
  expect(same('the red boat', 'the red boat leaks')).toBe(false)
  expect(same('the red boat leaks in winter. I sold the horse', 'I sold the horse!')).toBe(true)
  expect(same('the red boat leaks in winter. I sold the horse', 'I sold the boat')).toBe(false)
  expect(same('I owe Ana 15 crowns and Ben 7 crowns', 'Ben 15 crowns')).toBe(false)
  expect(same('my boat is red and small and leaks a lot in winter', 'boat')).toBe(false)
  expect(same('boat', 'my boat is red and small and leaks a lot in winter')).toBe(false)
  expect(same('yes', 'no')).toBe(true)
  expect(same('the boat', 'no')).toBe(false)
})

test('the best places of many scores are those that sorting gives', () => {
  const scores = Float32Array.from({ length: 1000 }, (_, at) => (at * 7919) % 503)
  const sorted = [...scores.keys()].filter(at => scores[at]! > 0).sort((a, b) => scores[b]! - scores[a]! || b - a)
  for (const count of [0, 1, 7, 100, 2000]) expect(topK(scores, count)).toEqual(sorted.slice(0, count))
})

test('behind the first ten, what is worth more for its length is packed first', () => {
  const item = (score: number, tokens: number) => ({ score, tokens })
  const best = Array.from({ length: 10 }, (_, at) => item(1 - at / 100, 40))
  const [long, short] = [item(0.5, 100), item(0.45, 30)]
  expect(inPackingOrder([...best, long, short], 20)).toEqual([...best, short, long])
  expect(inPackingOrder([...best, long, short], 11)).toEqual([...best, long])
  // Another order than that of the scores is somebody’s judgement, and stands.
  const judged = [item(0.1, 1), ...best, long, short]
  expect(inPackingOrder(judged, 20)).toEqual(judged)
})

test.each([
  ['דנה', 'what did Dana say about לDana?', []],
  ['Dana', 'מה אמרתי לDana על הסירה?', ['Dana']],
  ['小明', '小明的狗怕什么？', ['小明']],
  ['지민', '지민이는 어디 살아요?', ['지민']],
  ['สมชาย', 'สมชายอยู่ที่ไหน', ['สมชาย']],
  ['José', 'where does Jose live?', ['José']],
])('%s is asked about in “%s”: %j', (name, text, named) => {
  const speakers = [
    { speaker: 7, person_id: 'p', bot: false, names: [name] },
    { speaker: 8, person_id: 'q', bot: false, names: ['Zoltan'] },
  ]
  const query = readQuestion({ text, asker: undefined, asked_at: 0, zone: UTC }, speakers)
  expect(query.speaker).toBe(named.length > 0 ? 7 : undefined)
})
