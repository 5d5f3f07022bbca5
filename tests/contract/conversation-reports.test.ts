// The report on the bot itself, worked out by hand on a small database.
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { allMigrations } from '../../src/app/stores.ts'
import { Database } from '../../src/database/sqlite/database.ts'
import { DAY_MS, SECOND_MS } from '../../src/platform/clock.ts'
import { timeZone } from '../../src/platform/time-zone.ts'
import type { ConversationQuery } from '../../src/reports/conversation-reports.ts'
import { SqliteConversationReports } from '../../src/reports/sqlite/sqlite-conversation-reports.ts'
import { reportCall } from '../support/reports/small-archive.ts'

let database: Database
let reports: SqliteConversationReports
let number = 0
beforeEach(() => {
  database = new Database(':memory:', allMigrations)
  reports = new SqliteConversationReports(database)
})
afterEach(() => {
  database[Symbol.dispose]()
})

const at = (text: string): number => Date.parse(text)

interface Said {
  readonly role?: 'user' | 'assistant'
  readonly kind?: string
  readonly person_id?: string
  readonly chat_id?: string
  readonly message_id?: string
}

const say = (
  time: string,
  { role = 'user', kind = 'chat', person_id = 'p1', chat_id = 'c1', ...more }: Said = {},
): string => {
  const message_id = more.message_id ?? `m${String(++number)}`
  database.run(
    `insert into messages (message_id, chat_id, chat_kind, scope, person_id, role, kind, text, tokens, sent_at)
     values (:message_id, :chat_id, 'direct', 'person:' || :person_id, :person_id, :role, :kind, 'words', 1, :sent_at)`,
    { message_id, chat_id, person_id, role, kind, sent_at: at(time) },
  )
  return message_id
}

const answer = (time: string, said: Said = {}): string => say(time, { role: 'assistant', ...said })

const recall = (time: string, items: number, chat_id = 'c1', scope = 'person:p1'): void => {
  const recall_id = `r${String(++number)}`
  database.run('insert into recalls (recall_id, scope, chat_id, at) values (:recall_id, :scope, :chat_id, :at)', {
    recall_id,
    scope,
    chat_id,
    at: at(time),
  })
  for (let position = 0; position <= items; position++) {
    database.run(
      `insert into recalled_items (recall_id, position, memory_id, score, given_as)
       values (:recall_id, :position, 'm', 1, :given_as)`,
      { recall_id, position, given_as: position < items ? 'recall' : 'profile' },
    )
  }
}

const spend = (day: string, person_id: string, chat_id: string, cost_nano: number, currency = 'USD'): void => {
  database.run(
    `insert into usage (at, day, kind, provider, model, purpose, person_id, chat_id, outcome, duration_ms, input_tokens,
       output_tokens, currency, cost_nano)
     values (0, :day, 'completion', 'p', 'm', 'reply', :person_id, :chat_id, 'ok', 1, 100, 10, :currency, :cost_nano)`,
    { day: at(`${day}T00:00:00Z`) / DAY_MS, person_id, chat_id, cost_nano, currency },
  )
}

/** A call of a version that did not write the day yet. */
const spendWithoutDay = (time: string, cost_nano: number): void => {
  database.run(
    `insert into usage (at, kind, provider, model, purpose, outcome, duration_ms, input_tokens, output_tokens, currency, cost_nano)
     values (:at, 'completion', 'p', 'm', 'reply', 'ok', 1, 100, 10, 'USD', :cost_nano)`,
    { at: at(time), cost_nano },
  )
}

const query = (more: Partial<ConversationQuery> = {}): ConversationQuery => ({
  range: {
    zone: timeZone('Asia/Jerusalem'),
    first: at('2026-11-01T00:00:00Z') / DAY_MS,
    last: at('2026-11-30T00:00:00Z') / DAY_MS,
  },
  ...more,
})

const NOTHING = {
  messages: 0,
  answers: 0,
  median_response_seconds: undefined,
  p95_response_seconds: undefined,
  recalls: 0,
  recalled_items: 0,
  input_tokens: 0,
  output_tokens: 0,
  cost: [],
}

test('progress is the number of messages that were read', async () => {
  say('2026-11-02T10:00:00Z')
  say('2026-11-02T10:00:01Z', { kind: 'command' })
  answer('2026-11-02T10:00:12Z')
  const steps: number[] = []
  await reports.conversation(query(), { ...reportCall, progress: done => steps.push(done) })
  expect(steps).toEqual([2])
})

test('messages, answers, times, recalls and costs are counted by day and in all', async () => {
  say('2026-11-02T10:00:00Z')
  say('2026-11-02T10:00:10Z')
  answer('2026-11-02T10:00:12Z')
  // A further part of the same answer answers nothing new.
  answer('2026-11-02T10:00:13Z')
  say('2026-11-02T22:30:00Z', { person_id: 'p2', chat_id: 'c2' })
  answer('2026-11-02T22:30:04.500Z', { person_id: 'p2', chat_id: 'c2' })
  recall('2026-11-02T10:00:11Z', 2)
  recall('2026-11-02T10:00:11Z', 0)
  spend('2026-11-02', 'p1', 'c1', 1_500_000_000)
  spend('2026-11-03', 'p2', 'c2', 250_000_000)
  const { days, total, parts } = await reports.conversation(query({ by: 'person' }), reportCall)
  const [second, first] = [
    {
      ...NOTHING,
      messages: 1,
      answers: 1,
      median_response_seconds: 4.5,
      p95_response_seconds: 4.5,
      input_tokens: 100,
      output_tokens: 10,
      cost: [{ currency: 'USD', amount: 0.25 }],
    },
    {
      messages: 2,
      answers: 2,
      median_response_seconds: 2,
      p95_response_seconds: 2,
      recalls: 1,
      recalled_items: 2,
      input_tokens: 100,
      output_tokens: 10,
      cost: [{ currency: 'USD', amount: 1.5 }],
    },
  ]
  expect(days.map(({ date, ...figures }) => [new Date(date * DAY_MS).toISOString().slice(0, 10), figures])).toEqual([
    ['2026-11-03', second],
    ['2026-11-02', first],
  ])
  expect(total).toEqual({
    messages: 3,
    answers: 3,
    median_response_seconds: 2,
    p95_response_seconds: 4.5,
    recalls: 1,
    recalled_items: 2,
    input_tokens: 200,
    output_tokens: 20,
    cost: [{ currency: 'USD', amount: 1.75 }],
  })
  expect(parts).toEqual([
    { id: 'p1', name: undefined, ...first },
    { id: 'p2', name: undefined, ...second },
  ])
})

test('one person or one chat alone is counted', async () => {
  say('2026-11-02T10:00:00Z')
  say('2026-11-02T10:00:00Z', { person_id: 'p2', chat_id: 'c2' })
  spend('2026-11-02', 'p1', 'c1', 1_000_000_000)
  spend('2026-11-02', 'p2', 'c2', 2_000_000_000)
  const only = async (more: Partial<ConversationQuery>): Promise<unknown> => {
    const { messages, cost } = (await reports.conversation(query(more), reportCall)).total
    return [messages, cost[0]?.amount]
  }
  expect(await only({})).toEqual([2, 3])
  expect(await only({ person_id: 'p1' })).toEqual([1, 1])
  expect(await only({ chat_id: 'c2' })).toEqual([1, 2])
})

test('a chat without messages in these days has an empty report, and one that never was is refused', async () => {
  const total = async (chat_id: string): Promise<unknown> =>
    (await reports.conversation(query({ chat_id }), reportCall)).total.messages
  await expect(total('c1')).rejects.toMatchObject({ code: 'not_found' })
  for (let message = 0; message < 5; message++) say('2026-10-02T10:00:00Z', { chat_id: 'c1' })
  spend('2026-10-02', 'p2', 'c2', 1)
  expect([await total('c1'), await total('c2')]).toEqual([0, 0])
  await expect(total('c')).rejects.toMatchObject({
    code: 'not_found',
    message: 'there is no chat "c" with messages; denidin chats lists the chats',
  })
})

test('commands, their answers and the words of the owner are not conversation', async () => {
  say('2026-11-02T10:00:00Z', { kind: 'command' })
  answer('2026-11-02T10:00:01Z', { kind: 'notice' })
  say('2026-11-02T10:01:00Z')
  answer('2026-11-02T10:01:30Z', { message_id: 'owners' })
  database.run(
    `insert into known_messages (stanza_id, message_id, origin, sent_at) values ('owners', 'owners', 'received', 0)`,
  )
  answer('2026-11-02T10:02:00Z')
  const { total } = await reports.conversation(query(), reportCall)
  expect(total).toMatchObject({ messages: 1, answers: 1, median_response_seconds: 60 })
})

test('an answer belongs to the messages that it was recorded for', async () => {
  const asked = say('2026-11-02T10:00:00Z')
  say('2026-11-02T10:00:50Z')
  const reply = answer('2026-11-02T10:01:00Z')
  database.run(
    `insert into outbox (outbox_id, chat_id, chat_kind, scope, person_id, state, tokens, message_id, created_at)
     values ('o1', 'c1', 'direct', 'person:p1', 'p1', 'sent', 1, :reply, 0)`,
    { reply },
  )
  database.run(`insert into outbox_answers (outbox_id, message_id) values ('o1', :asked)`, { asked })
  const { total } = await reports.conversation(query(), reportCall)
  expect(total.median_response_seconds).toBe(60)
})

test('the 95th percentile is one of the times that there were', async () => {
  for (let seconds = 1; seconds <= 20; seconds++) {
    const asked = at('2026-11-02T10:00:00Z') + seconds * 100 * SECOND_MS
    say(new Date(asked).toISOString())
    answer(new Date(asked + seconds * SECOND_MS).toISOString())
  }
  const { total } = await reports.conversation(query(), reportCall)
  expect(total).toMatchObject({ median_response_seconds: 10, p95_response_seconds: 19 })
})

test('without conversations everything is nothing', async () => {
  expect(await reports.conversation(query({ by: 'chat' }), reportCall)).toEqual({ days: [], total: NOTHING, parts: [] })
})

test.each([false, true])(
  'a range of thousands of years is read as fast as its calls (days unknown: %s)',
  async without => {
    spend('2026-11-02', 'p1', 'c1', 1_000_000_000)
    if (without) {
      spendWithoutDay('2026-10-01T12:00:00Z', 2_000_000_000)
      spendWithoutDay('2026-12-01T12:00:00Z', 4_000_000_000)
    }
    const range = {
      ...query().range,
      first: at('0001-01-01T00:00:00Z') / DAY_MS,
      last: at('9999-12-31T00:00:00Z') / DAY_MS,
    }
    const { days, total } = await reports.conversation({ range, by: 'chat' }, reportCall)
    expect(days).toHaveLength(without ? 3 : 1)
    expect(total.cost).toEqual([{ currency: 'USD', amount: without ? 7 : 1 }])
  },
)
