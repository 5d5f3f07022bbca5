// What no longer holds is recalled only with what was said later about it, however much of it was learned.
import { afterEach, describe, expect, test } from '@jest/globals'
import { TestDenidin, type Json } from '../support/denidin.ts'
import { facts, reply } from '../support/model-server.ts'
import { recalledLines } from '../support/recalled-lines.ts'

let denidin: TestDenidin

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const OFFLINE_EMBEDDINGS = { embeddings: { provider: 'offline' }, memory: { longterm: { min_similarity: 0.1 } } }

/** By rules; by a model; not learned yet. */
const PATHS: Readonly<Record<string, Json>> = {
  rules: { ...OFFLINE_EMBEDDINGS, feature_flags: { enable_llm_entity_extraction: false } },
  model: OFFLINE_EMBEDDINGS,
  messages: OFFLINE_EMBEDDINGS,
}

const start = async (path: string): Promise<void> => {
  denidin = await TestDenidin.start(PATHS[path])
  if (path === 'model') denidin.models.always('extraction', facts())
  if (path === 'messages') {
    denidin.models.always('extraction', reply(JSON.stringify({ facts: [], reflection: 'A talk.' })))
  }
}

/** The recalled lines for a question that is asked after these sessions. */
const recalledFor = async (
  sessions: readonly (readonly string[])[],
  question: string,
  from: { readonly phone: string; readonly name: string },
): Promise<readonly string[]> => {
  for (const session of sessions) {
    for (const text of session) await denidin.say(text, from)
    await denidin.say('/reset', from)
  }
  await denidin.whenIdle()
  await denidin.say(question, from)
  return recalledLines(denidin.lastRequest())
}

/** Sessions, a question, what must not stand alone, and what must stand with it. */
const CASES: readonly (readonly [readonly (readonly string[])[], string, string, string])[] = [
  [[['I live in Tel Aviv'], ['I moved to Haifa']], 'where do I live?', 'Tel Aviv', 'Haifa'],
  [[['אני גר בתל אביב'], ['עברתי לחיפה']], 'איפה אני גר?', 'תל אביב', 'חיפה'],
  [
    [['My dentist appointment is on Monday', 'no, Tuesday'], ['nice weather']],
    'when is the dentist appointment?',
    'Monday',
    'Tuesday',
  ],
  [[['התור לרופא השיניים ביום שני', 'לא, ביום שלישי'], ['יום יפה']], 'מתי התור לרופא השיניים?', 'שני', 'שלישי'],
  [[['The gate code is 4471', 'sorry, I meant 9026', 'oops, 9027']], 'what is the gate code?', '4471', '9027'],
  [[['I live in Rome'], ['I moved to Oslo'], ['I moved back to Rome']], 'where do I live, in Oslo?', 'Oslo', 'Rome'],
  [
    [['My favourite colour is red'], ['my favourite colour is green now']],
    'what is my favourite colour?',
    'red',
    'green',
  ],
  [
    [['I work at Intel'], ['we had pizza', 'I started a new job at Wix'], ['the sun shines']],
    'where do I work?',
    'Intel',
    'Wix',
  ],
  [[['My cat Tom is fat. I live in Acre.'], ['I moved to Jaffa']], 'in which town do I live?', 'Acre', 'Jaffa'],
  [[['I work at Intel'], ['I quit my job at Intel']], 'where do I work?', 'work at Intel', 'quit'],
  [[['I work at Intel'], ['was laid off from Intel, new job soon']], 'where do I work?', 'work at Intel', 'laid off'],
  [[['My dog Rex is three'], ['Rex died on Sunday']], 'how old is my dog Rex?', 'is three', 'died'],
  [[['My boyfriend is Tom'], ['Tom and I broke up']], 'who is my boyfriend?', 'boyfriend is Tom', 'broke up'],
  [[['החבר שלי הוא תום'], ['תום ואני נפרדנו']], 'מי החבר שלי?', 'הוא תום', 'נפרדנו'],
  [[['אני עובד באינטל'], ['פוטרתי מאינטל']], 'איפה אני עובד?', 'עובד באינטל', 'פוטרתי'],
  [[['I weigh 82 kilos'], ['I am down to 78 kilos']], 'how much do I weigh?', '82', '78'],
]

describe.each(Object.keys(PATHS))('with %s', path => {
  test('what has been corrected or has changed never comes without what holds now', async () => {
    await start(path)
    for (const [at, [sessions, question, old, current]] of CASES.entries()) {
      const lines = await recalledFor(sessions, question, { phone: `1555000${String(1000 + at)}`, name: 'Dana' })
      const withOld = lines.filter(line => line.includes(old))
      expect([question, withOld.length > 0]).toEqual([question, true])
      for (const line of withOld)
        expect([question, line.includes(current) ? current : line]).toEqual([question, current])
    }
  }, 120_000)
})

test('the mark says until when it held, and what holds now', async () => {
  await start('messages')
  const [first = ''] = await recalledFor([['I live in Tel Aviv'], ['I moved to Haifa']], 'where do I live?', {
    phone: '15550001111',
    name: 'Dana',
  })
  expect(first).toMatch(/^- \[until [\d-]+\] Dana: "I live in Tel Aviv" \(now: "I moved to Haifa"\)$/)
})

test('a message of several statements is not said to be over when one of them is', async () => {
  await start('messages')
  const lines = await recalledFor(
    [['My cat is called Tom. I live in Acre.'], ['I moved to Jaffa']],
    'what is my cat called?',
    {
      phone: '15550001111',
      name: 'Dana',
    },
  )
  expect(lines).toEqual(['- Dana: "My cat is called Tom. I live in Acre." (now: "I moved to Jaffa")'])
})

test.each([
  ['what others say of themselves', ['I live in Tel Aviv'], ['My sister moved to Haifa']],
  ['what is not so', ['I live in Tel Aviv'], ['If I moved to Haifa I would miss the sea']],
  ['a question', ['I live in Tel Aviv'], ['Should I move to Haifa?']],
  ['the same again', ['I live in Tel Aviv'], ['I live in Tel Aviv']],
  ['another answer that begins with no', ['I live in Tel Aviv'], ['no']],
  ['a phrase that begins with no', ['I live in Tel Aviv', 'no worries'], ['no idea']],
  ['an apology', ['I live in Tel Aviv', 'sorry I am late'], ['lovely']],
  ['news that begin with actually', ['I live in Tel Aviv', 'actually I feel great'], ['lovely']],
  ['a contrast of other things', ['I live in Tel Aviv', 'tea, not coffee'], ['lovely']],
])('%s ends nothing', async (_, first, second) => {
  await start('messages')
  const lines = await recalledFor([first, second], 'where do I live?', { phone: '15550001111', name: 'Dana' })
  expect(lines.join('\n')).toContain('"I live in Tel Aviv"')
  expect(lines.join('\n')).not.toContain('(now:')
})

test.each([
  ['something else that ended', ['I work at Intel'], ['my sister sold her car']],
  ['what did not end', ['I work at Intel'], ['I did not quit Intel']],
  ['what may end', ['I work at Intel'], ['I want to quit Intel']],
  ['an ending in a story', ['I work at Intel'], ['in my novel the hero quit Intel']],
])('%s ends nothing', async (_, first, second) => {
  await start('messages')
  const lines = await recalledFor([first, second], 'where do I work?', { phone: '15550001111', name: 'Dana' })
  expect(lines.join('\n')).toContain('"I work at Intel"')
  expect(lines.join('\n')).not.toContain('(now:')
})

test('what was stated again after its end has not ended', async () => {
  await start('messages')
  const sessions = [['I work at Intel'], ['I quit my job at Intel'], ['I work at Intel again, on the chip team']]
  const lines = await recalledFor(sessions, 'where do I work?', { phone: '15550001111', name: 'Dana' })
  expect(lines.join('\n')).not.toContain('now: "I quit')
})

test('of a message that says two things, what was ended is marked, and not the whole', async () => {
  await start('messages')
  const from = { phone: '15550001111', name: 'Ann' }
  const lines = await recalledFor(
    [['My name is Dana and I live in Tel Aviv'], ['I moved to Haifa']],
    'where do I live?',
    from,
  )
  const [line = ''] = lines.filter(each => each.includes('Tel Aviv'))
  expect(line).toMatch(/now: .*Haifa/)
  expect(line).not.toContain('until')
})

test('a fact that another one ended brings it along, where the words of both have nothing in common', async () => {
  denidin = await TestDenidin.start(OFFLINE_EMBEDDINGS)
  denidin.models.always(
    'extraction',
    facts(({ text }, { body }) => [
      {
        text,
        quote: text,
        replaces: text.includes('north') && JSON.stringify(body).includes('K1 (') ? 1 : null,
      },
    ]),
  )
  const lines = await recalledFor(
    [['our shop sells only shoes'], ['our shop in the north sells only hats']],
    'what shoes does our shop sell?',
    { phone: '15550001111', name: 'Dana' },
  )
  const old = lines.filter(line => line.includes('"our shop sells only shoes"'))
  expect(old).toHaveLength(1)
  expect(old[0]).toContain('(now: "our shop in the north sells only hats")')
})

test('the offline model answers with what holds now', async () => {
  denidin = await TestDenidin.start({ ...OFFLINE_EMBEDDINGS, ai: { provider: 'offline' } })
  const from = { phone: '15550001111', name: 'Dana' }
  for (const text of ['I live in Tel Aviv', '/reset', 'I moved to Haifa', '/reset']) await denidin.say(text, from)
  const answer = await denidin.say('where do I live?', from)
  expect(answer).toContain('Haifa')
  expect(answer).not.toContain('Tel Aviv')
})
