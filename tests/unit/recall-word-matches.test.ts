// One analyser for all searches: a word is found in whatever script, spelling or compound it was written.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Scope } from '../../src/messages/scope.ts'
import { FactWords } from '../../src/memory/fact-words.ts'
import { PLAIN_MEMORY, type MemoryRecord } from '../../src/memory/memory.ts'
import { RecallRig } from '../support/recall-rig.ts'
import { WORD_MATCHES } from '../support/word-matches.ts'

const BEFORE = [
  'Ann: good morning, the boat needs new sails before summer',
  'Ben: my sister planted tomatoes behind the shed',
  'דנה: אתמול ראיתי סרט מצחיק עם סבתא',
]
const AFTER = [
  'Ann: the plumber fixed the kitchen tap on Tuesday',
  'Ben: I ordered a wooden table for the garden',
  'דנה: התינוק ישן סוף סוף כל הלילה',
]
const DAY_MINUTES = 24 * 60

const ALL = Object.entries(WORD_MATCHES).flatMap(([group, pairs]) =>
  pairs.map((pair, at) => ({ ...pair, group, scope: `chat:${group} ${String(at)}@g.us` as const })),
)

let rig: RecallRig

beforeAll(async () => {
  rig = new RecallRig()
  for (const [at, { scope, text }] of ALL.entries()) {
    await rig.talk(scope, 0, BEFORE)
    await rig.say(scope, { id: `target ${String(at)}`, who: 'Ann', text, minute: DAY_MINUTES })
    await rig.talk(scope, 2 * DAY_MINUTES, AFTER)
  }
})

afterAll(async () => {
  await rig[Symbol.asyncDispose]()
})

describe.each(Object.keys(WORD_MATCHES))('%s', group => {
  const pairs = ALL.filter(each => each.group === group)

  test.each(pairs)('“$text” is found by “$question”: $found', async ({ scope, text, question, found }) => {
    const texts = (await rig.ask(scope, question)).map(each => each.text)
    expect(texts.includes(text)).toBe(found)
  })
})

test('facts are found by the same words while they have no vectors', async () => {
  const wrong: string[] = []
  for (const { text, question, found } of ALL) {
    const memory: MemoryRecord = {
      ...PLAIN_MEMORY,
      memory_id: 'm',
      scope: 'person:p',
      person_ids: ['p'],
      kind: 'fact',
      text,
      session_id: undefined,
      said_from: 0,
      said_to: 0,
      valid_from: 0,
      created_at: 0,
    }
    const words = new FactWords({ list: async () => [memory], countOfScope: async () => 1 })
    const matches = await words.find('person:p', question, 5)
    if (matches.length > 0 !== found) wrong.push(`${text} << ${question}`)
  }
  expect(wrong).toEqual([])
})

test('facts that were added, removed or replaced are found as if all were read anew, and few of them are read', async () => {
  const fact = (n: number, text: string): MemoryRecord => ({
    ...PLAIN_MEMORY,
    memory_id: `m${String(n)}`,
    scope: 'person:p',
    person_ids: ['p'],
    kind: 'fact',
    text,
    session_id: undefined,
    said_from: 0,
    said_to: 0,
    valid_from: 0,
    created_at: 0,
  })
  let facts = Array.from({ length: 450 }, (_, n) => fact(n, `the boat number ${String(n)} is blue`))
  let listed = 0
  const memories = {
    list: async (_: Scope, { limit, before }: { readonly limit: number; readonly before?: string }) => {
      const newest_first = facts.toReversed()
      const from = before === undefined ? 0 : newest_first.findIndex(each => each.memory_id === before) + 1
      const page = newest_first.slice(from, from + limit)
      listed += page.length
      return page
    },
    countOfScope: async () => facts.length,
  }
  const kept = new FactWords(memories)
  const isAsNew = async (): Promise<number> => {
    listed = 0
    const found = await kept.find('person:p', 'where is the boat?', 1000)
    const before = listed
    expect(found).toEqual(await new FactWords(memories).find('person:p', 'where is the boat?', 1000))
    return before
  }
  expect(await isAsNew()).toBeGreaterThan(450)
  expect(await isAsNew()).toBe(1)
  facts = [...facts, fact(450, 'the boat was sold'), fact(451, 'the garden is green')]
  expect(await isAsNew()).toBeLessThanOrEqual(101)
  facts = facts.filter(each => each.memory_id !== 'm7')
  await isAsNew()
  // As many as before, and the newest is there: one went, one came.
  facts = [...facts.filter(each => each.memory_id !== 'm8'), fact(452, 'a boat of wood')]
  await isAsNew()
  facts = facts.slice(0, -1)
  await isAsNew()
})

test('the search by all words finds a message by any of its own words, in any of these spellings', async () => {
  const wrong: string[] = []
  for (const { scope, text } of ALL.filter(each => each.found)) {
    const ids = await rig.findAllWords(scope, text)
    if (ids.length === 0) wrong.push(text)
  }
  expect(wrong).toEqual([])
})

test('the search by all words takes other spellings too', async () => {
  const scope: Scope = 'chat:all words@g.us'
  await rig.talk(scope, 0, [
    'Ann: הסיסמה בNetflix היא banana',
    'Ann: call José at 050-123-4567',
    'Ann: the wi-fi is slow',
  ])
  for (const words of ['netflix סיסמה', 'jose 0501234567', 'José +972 50 123 4567', 'wifi slow', 'wi fi']) {
    expect(await rig.findAllWords(scope, words)).toHaveLength(1)
  }
  expect(await rig.findAllWords(scope, 'jose 0521234567')).toEqual([])
  const other: Scope = 'chat:two words@g.us'
  await rig.talk(other, 0, ['Ann: the wi fi is slow', 'Ann: fi and wi'])
  expect(await rig.findAllWords(other, 'slow wifi')).toHaveLength(1)
  expect(await rig.findAllWords(other, 'wifi')).toHaveLength(1)
})
