// A question is written down before it is searched for, and may be indexed by then or not: what it finds is the same.
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { MessageId } from '../../src/messages/message.ts'
import { UTC } from '../../src/platform/time-zone.ts'
import { noSimilarFacts, type MessageHits } from '../../src/retrieval/message-search.ts'
import { BEGUN_AT, RecallRig } from '../support/recall-rig.ts'

const SCOPE = 'person:ann'
const DAY_MS = 24 * 60 * 60_000

const SAID = [
  'Ann: my boat is called Marlin',
  'Bot: a lovely name',
  'Ann: we went camping at the lake with the children',
  'Ann: my accountant moved to Haifa, she likes it there',
  'Bot: what does she like about it?',
  'Ann: the sea, and the restaurants',
  'Ann: בשבוע הבא יש לי תור לרופא שיניים',
  'Ann: I bought new bookshelves for the study',
]

const QUESTIONS = [
  'When did we go camping in June?',
  'What is the boat called?',
  'What did Melanie say about the accountent?',
  'Where is my acountant now?',
  'Would Roberta like the restaurants there?',
  'מתי התור לרופא?',
  'איפה קנינו את המדפים בפברואר?',
  'Who bought the bookshelfs?',
  'Did the zeppelin reach the lake?',
]

let rig: RecallRig

beforeEach(async () => {
  rig = new RecallRig()
  await rig.talk(SCOPE, 0, SAID)
})

afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

const found = async (text: string, asking: readonly MessageId[], exclude = asking): Promise<MessageHits> => {
  rig.indexer.requestSync()
  await rig.indexer.whenIdle()
  const question = { text, asked_at: BEGUN_AT + 30 * DAY_MS, asker: 'ann', zone: UTC }
  const limits = { quotes: 10, exclude, asking }
  return await rig
    .search()
    .findRelevant([{ scope: SCOPE, only: undefined }], question, limits, noSimilarFacts, { purpose: 'recall' })
}

test('a question finds the same once it is indexed, with the same scores', async () => {
  let differs = 0
  for (const [at, text] of QUESTIONS.entries()) {
    const before = await found(text, [])
    await rig.say(SCOPE, { id: `q${String(at)}`, who: 'Ann', text, minute: (20 + at) * 24 * 60 })
    expect(await found(text, [`q${String(at)}`])).toEqual(before)
    const counted = await found(text, [], [`q${String(at)}`])
    if (JSON.stringify(counted) !== JSON.stringify(before)) differs++
  }
  // Where a question counts as said before, most find something else or have other scores.
  expect(differs).toBeGreaterThan(QUESTIONS.length / 2)
})

test('a question that is answered after later messages were indexed finds the same as without it', async () => {
  const [text = ''] = QUESTIONS
  await rig.say(SCOPE, { id: 'q', who: 'Ann', text, minute: 100_000 })
  await rig.say(SCOPE, { id: 'later', who: 'Ann', text: 'I mean the lake', minute: 100_001 })
  rig.indexer.requestSync()
  const { quotes } = await found(text, ['q'])
  expect(quotes.map(each => each.message_id)).not.toContain('q')
  expect(quotes.map(each => each.text)).toContain('we went camping at the lake with the children')
})
