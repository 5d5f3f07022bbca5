// Every worker that goes through a list, with one item whose writes fail, at each stage: the others come through, and
// the failed one is set aside, counted and shown. A trigger of SQLite makes the item fail in the real code.
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { HOUR_MS } from '../../src/platform/clock.ts'
import { TestDenidin } from '../support/denidin.ts'
import { embed, facts, failure, hashedWords, textOf } from '../support/model-server.ts'

const OPERATOR = { caller: { transport: 'cli', level: 'operator' } } as const
const PEOPLE = ['15550001111', '15550002222', '15550003333'] as const
const [ANA, BEN, CID] = PEOPLE
let denidin: TestDenidin

beforeEach(async () => {
  denidin = await TestDenidin.start({ ai: { provider: 'offline' }, embeddings: { provider: 'offline' } })
})

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

/** Makes a write fail where the condition holds. @param when such as `insert on memories when new.text like …` */
const poison = (when: string, file = 'denidin.db'): void => {
  using database = new DatabaseSync(denidin.data(file))
  database.exec(`create trigger poison before ${when} begin select raise(abort, 'poisoned'); end`)
}

const cure = (file = 'denidin.db'): void => {
  using database = new DatabaseSync(denidin.data(file))
  database.exec('drop trigger poison')
}

const rows = (sql: string, file = 'denidin.db'): readonly Record<string, unknown>[] => {
  using database = new DatabaseSync(denidin.data(file), { readOnly: true })
  return database.prepare(sql).all()
}

const sweep = (): Promise<unknown> => denidin.app.runner.run('session.sweep', { purge: false }, OPERATOR)

const component = async (name: string): Promise<unknown> => {
  const { parts } = await denidin.app.runner.run('status', {}, OPERATOR)
  return (parts as { name: string; state: string; detail: string }[]).find(part => part.name === name)
}

const setAside = async (work: string): Promise<void> => {
  expect(await component('background work')).toMatchObject({
    state: 'degraded',
    detail: expect.stringContaining(`${work}: 1`),
  })
}

/** Ben's words are the poison. */
const talk = async (): Promise<void> => {
  for (const [n, phone] of PEOPLE.entries()) {
    await denidin.say(`my locker number is ${n === 1 ? 'poison' : 'good'}${String(n)}417`, { phone })
  }
}

const BENS_SESSION = `new.session_id in (select session_id from messages where text like '%poison%')`
const FACTS = `select text from memories where text like '%locker%'`

describe('the end of sessions', () => {
  test.each([
    ['closing it', `update on sessions when new.state = 'closed' and ${BENS_SESSION}`, 'closing sessions'],
    ['naming its archive', `update of archived_to on sessions when ${BENS_SESSION}`, undefined],
    ['storing its facts', `insert on memories when new.text like '%poison%'`, 'storing facts'],
    ['marking its messages', `insert on learnt_messages when ${BENS_SESSION}`, undefined],
    ['its reflection', `insert on reflections when ${BENS_SESSION}`, undefined],
    ['marking it as stored', `update on sessions when new.state = 'stored' and ${BENS_SESSION}`, undefined],
    ['counting its attempts', `update on sessions when new.state <> 'active' and ${BENS_SESSION}`, 'closing sessions'],
    [
      'the log of uses',
      `insert on memory_accesses when new.memory_id in (select memory_id from memories where text like '%poison%')`,
      undefined,
    ],
  ])('one session fails at %s: the others are learned from and stored', async (_, when, work) => {
    await talk()
    poison(when)
    denidin.clock.forward(25 * HOUR_MS)
    await sweep()
    const facts = rows(FACTS).map(row => String(row['text']))
    expect(facts.filter(text => text.includes('good'))).toHaveLength(2)
    expect(rows(`select session_id from sessions where state = 'stored'`).length).toBeGreaterThanOrEqual(2)
    if (work !== undefined) await setAside(work)
    cure()
    denidin.clock.forward(7 * HOUR_MS)
    await sweep()
    expect(await denidin.say('hello', { phone: BEN })).not.toBe('')
  })

  test('a session whose failure cannot even be recorded', async () => {
    await talk()
    poison(`update on sessions when ${BENS_SESSION} and (new.state = 'stored' or new.attempts > old.attempts)`)
    denidin.clock.forward(25 * HOUR_MS)
    await sweep()
    expect(rows(`select session_id from sessions where state = 'stored'`)).toHaveLength(2)
    await setAside('storing sessions')
  })

  test('one archive that cannot be removed: the others go, and the work is named as what it is', async () => {
    await talk()
    denidin.clock.forward(25 * HOUR_MS)
    await sweep()
    expect(rows(`select session_id from sessions where state = 'stored'`)).toHaveLength(3)
    poison(`update on sessions when new.state = 'purged' and ${BENS_SESSION}`)
    denidin.clock.forward(60 * 24 * HOUR_MS)
    await denidin.app.runner.run('session.sweep', {}, OPERATOR)
    expect(rows(`select session_id from sessions where state = 'purged'`)).toHaveLength(2)
    await setAside('removing archived sessions')
  })
})

describe('vectors', () => {
  const remember = async (message_id: string): Promise<void> => {
    const chat_id = `${ANA}@c.us`
    const text = `/remember the color of ${message_id} is red`
    await denidin.channel.deliver({ message_id, chat_id, text, sent_at: denidin.clock.now() })
    await denidin.app.conversation.whenIdle(chat_id)
  }

  test('a memory whose vector cannot be stored: the others have theirs', async () => {
    poison(`insert on vectors when new.item_id like '%poison%'`, 'vectors.db')
    for (const id of ['good-1', 'poison-1', 'good-2', 'good-3']) await remember(id)
    await denidin.app.memory.whenIdle()
    const items = rows('select item_id from vectors where indexed = 1', 'vectors.db').map(row => String(row['item_id']))
    expect(items.sort()).toEqual(['explicit-good-1', 'explicit-good-2', 'explicit-good-3'])
    await setAside('storing vectors of memories')
  })
})

describe('recording', () => {
  test('one missed message of a chat fails: the others are answered, its writer is told, and the chat is read again', async () => {
    poison(`insert on messages when new.text like '%poison%'`)
    const chat_id = `${ANA}@c.us`
    const message = (n: number, text: string) => ({
      by: 'person' as const,
      message: {
        message_id: `missed-${String(n)}`,
        chat_id,
        chat_kind: 'direct' as const,
        sender: { identities: [{ kind: 'phone' as const, value: ANA }] },
        text,
        sent_at: denidin.clock.now() + n,
        addressed: true,
        may_continue: true,
      },
    })
    const said = [message(1, 'first'), message(2, 'poison'), message(3, 'third')]
    await expect(denidin.channel.events.backfilled({ chat_id, said, until: denidin.clock.now() + 9 })).rejects.toThrow(
      'poisoned',
    )
    await denidin.app.conversation.whenIdle(chat_id)
    expect(rows(`select text from messages where role = 'user'`)).toHaveLength(2)
    expect(denidin.channel.sent.map(each => each.text).join('\n')).toContain('Something went wrong')
    await setAside('recording messages')
    cure()
    await denidin.channel.events.backfilled({ chat_id, said, until: denidin.clock.now() + 9 })
    await denidin.app.conversation.whenIdle(chat_id)
    expect(rows(`select text from messages where role = 'user'`)).toHaveLength(3)
  })

  test.each([
    ['opening its session', `insert on sessions when new.chat_id like '${BEN}%'`],
    ['joining its session', `update of session_id on messages when new.text like '%poison%'`],
    ['the intent to reply', `insert on outbox when new.chat_id like '${BEN}%'`],
    ['beginning to send', `update of state on outbox_parts when new.state = 'begun' and new.text like '%poison%'`],
    ['the outcome', `update of state on outbox_parts when new.state = 'sent' and old.text like '%poison%'`],
    ['the log of what was given', `insert on recalls when new.chat_id like '${BEN}%'`],
  ])('a turn that fails at %s leaves the other people alone, and its own person the next time', async (_, when) => {
    poison(when)
    await talk()
    for (const phone of [ANA, CID]) {
      expect(denidin.channel.sent.filter(each => each.chat_id === `${phone}@c.us`)).toHaveLength(1)
    }
    cure()
    expect(await denidin.say('hello again', { phone: BEN })).not.toBe('')
  })
})

describe('replies that are held', () => {
  test('one that cannot be sent keeps no other back', async () => {
    await talk()
    await denidin.close()
    using database = new DatabaseSync(denidin.data('denidin.db'))
    database.exec(`update outbox set state = 'held', text = 'a held reply'`)
    database.exec(`update outbox_parts set state = 'waiting', text = 'a held reply', message_id = null`)
    poison(`update on outbox_parts when new.outbox_id in (select outbox_id from outbox where chat_id like '${BEN}%')`)
    await denidin.open()
    await denidin.app.conversation.sendHeld()
    expect(denidin.channel.sent.map(each => each.chat_id).sort()).toEqual([`${ANA}@c.us`, `${CID}@c.us`])
    await setAside('sending held replies')
  })
})

describe('erasures', () => {
  test('one that cannot be completed at the start: the others are, it is shown, and completed later', async () => {
    await talk()
    await denidin.close()
    // As a process leaves it that died after each act was recorded.
    using erasures = new DatabaseSync(denidin.data('erasures.db'))
    for (const person of rows('select person_id from persons order by number')) {
      erasures
        .prepare(`insert into acts (act, kind, person_id, at, spared) values (?, 'person', ?, ?, '[]')`)
        .run(`act-${String(person['person_id'])}`, String(person['person_id']), denidin.clock.now())
    }
    poison(`update of text on messages when old.text like '%poison%'`)
    await denidin.open()
    expect(rows(`select text from messages where text like '%good%'`)).toEqual([])
    expect(await component('erasures')).toMatchObject({
      state: 'degraded',
      detail: expect.stringContaining('1'),
    })
    cure()
    await denidin.restart()
    expect(rows(`select text from messages where text like '%poison%'`)).toEqual([])
    expect(await component('erasures')).toMatchObject({ state: 'ok' })
  })
})

describe('changes', () => {
  test('a session that cannot be learned from again after an edit: the others are', async () => {
    const delivered = []
    for (const [n, phone] of PEOPLE.entries()) {
      const text = `my locker number is ${n === 1 ? 'poison' : 'good'}${String(n)}417`
      delivered.push(await denidin.channel.deliver({ text, chat_id: `${phone}@c.us`, sent_at: denidin.clock.now() }))
      await denidin.app.conversation.whenIdle(`${phone}@c.us`)
    }
    denidin.clock.forward(25 * HOUR_MS)
    await sweep()
    expect(rows(FACTS)).toHaveLength(3)
    poison(`update of text on memories when old.text like '%poison%'`)
    for (const { message_id } of delivered) await denidin.channel.events.deleted(message_id)
    await sweep()
    expect(rows(FACTS).map(row => String(row['text']))).toEqual([expect.stringContaining('poison')])
    await setAside('learning again from changed sessions')
    cure()
    await sweep()
    expect(rows(FACTS)).toEqual([])
  })
})

describe('the memory agent', () => {
  test('a person whose memories cannot be ranked or profiled: the others get their profile', async () => {
    await talk()
    denidin.clock.forward(25 * HOUR_MS)
    await sweep()
    poison(`insert on profiles when new.scope in (select scope from memories where text like '%poison%')`)
    await denidin.app.runner.run('memory.agent_run', {}, OPERATOR)
    expect(rows('select scope from profiles').length).toBeGreaterThanOrEqual(2)
    await setAside('writing profiles')
  })
})

/** How a server spoils the vector of one text: it is NaN, has another length, or is not a vector at all. */
const BAD_VECTORS: readonly (readonly [string, (vector: Float32Array) => Float32Array])[] = [
  ['not a number', vector => vector.fill(Number.NaN)],
  ['infinite', vector => vector.fill(Number.POSITIVE_INFINITY)],
  ['all zero', vector => vector.fill(0)],
  ['shorter than the others', vector => vector.slice(0, 7)],
  ['longer than the others', vector => new Float32Array([...vector, ...vector])],
  ['empty', () => new Float32Array()],
  ['one number short', vector => vector.slice(1)],
]

describe('embeddings of a server', () => {
  test.each(BAD_VECTORS)('one vector that is %s: the others of its batch are stored and found', async (_, spoil) => {
    await denidin[Symbol.asyncDispose]()
    denidin = await TestDenidin.start()
    const vectorOf = (text: string): Float32Array =>
      text.includes('poison') ? spoil(hashedWords(text)) : hashedWords(text)
    // All at once, in one batch: while the server is down they wait.
    denidin.models.always('embedding', failure(503))
    for (const id of ['poison-0', 'good-1', 'good-2', 'poison-3', 'good-4']) {
      await denidin.say(`/remember the color of ${id} is red`)
    }
    denidin.models.always('embedding', embed({ vectorOf }))
    await denidin.restart()
    await denidin.app.memory.whenIdle()
    const stored = rows('select count(*) n from vectors where indexed = 1', 'vectors.db')[0]?.['n']
    expect(stored).toBe(3)
    const reports = JSON.stringify([await component('memory'), await component('background work')])
    expect(reports).toMatch(/2 memories are refused|storing vectors of memories: 2/)
    expect(await denidin.say('/memory good-4')).toContain('good-4')
    expect(await denidin.say('/memory poison-3')).toContain('poison-3')
  })
})

describe('quiet hours', () => {
  test('one message that cannot be taken up keeps no other waiting', async () => {
    await denidin.restart({
      ai: { provider: 'offline' },
      embeddings: { provider: 'offline' },
      time_zone: 'UTC',
      conversation: { quiet_hours: '00:00-23:58' },
    })
    const time = denidin.clock.now()
    denidin.clock.forward(25 * HOUR_MS - (time % (24 * HOUR_MS)))
    await talk()
    expect(denidin.channel.sent).toEqual([])
    poison(`update on messages when old.text like '%poison%'`)
    await denidin.close()
    denidin.clock.forward(23 * HOUR_MS - 60_000)
    await denidin.open()
    for (const phone of PEOPLE) await denidin.app.conversation.whenIdle(`${phone}@c.us`)
    const answered = new Set(denidin.channel.sent.map(each => each.chat_id))
    expect(answered.has(`${ANA}@c.us`) && answered.has(`${CID}@c.us`)).toBe(true)
    expect(denidin.channel.sent.find(each => each.chat_id === `${BEN}@c.us`)?.text).toContain('Something went wrong')
  })
})

describe('learning with a model', () => {
  test('a message that the model fails at is learned from by the rules, and the others by the model', async () => {
    await denidin[Symbol.asyncDispose]()
    denidin = await TestDenidin.start()
    denidin.models.always('extraction', (request, response) =>
      (textOf(request).includes('poison') ? failure(500) : facts())(request, response),
    )
    await talk()
    denidin.clock.forward(25 * HOUR_MS)
    await sweep()
    expect(rows(`select session_id from sessions where state = 'stored'`)).toHaveLength(2)
    // A session whose model fails is tried again before the rules read it.
    for (let attempt = 0; attempt < 3; attempt++) {
      denidin.clock.forward(7 * HOUR_MS)
      await sweep()
    }
    expect(rows(`select distinct session_id from learnt_messages`)).toHaveLength(3)
    expect(rows(`select session_id from sessions where state = 'stored'`)).toHaveLength(3)
  })
})
