/** Limits of spending and of messages, through the whole app: who is answered by whom, and what waits. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { OperationOutput } from '../../src/operations/list.ts'
import { DAY_MS, HOUR_MS } from '../../src/platform/clock.ts'
import { GODFATHER, TestDenidin, type Json } from '../support/denidin.ts'
import { facts, json } from '../support/model-server.ts'

let denidin: TestDenidin

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const OPERATOR = { transport: 'cli', level: 'operator' } as const

/** A reply takes 200 tokens of input and 100 of answer, which cost 0.006, or 0.0006 with the small model. */
const PRICES = `{ "currency": "USD", "models": {
  "scripted": { "input": 10, "output": 40 },
  "small": { "input": 1, "output": 4 },
  "scripted-embedding": { "embedding": 10 },
} }`

const answer = (content: string) =>
  json({
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 200, completion_tokens: 100, total_tokens: 300 },
  })

const start = async (limits: Json, more: Json = {}): Promise<void> => {
  // A short answer at most, so that a reservation is not much more than what a reply really takes.
  const config = { ai: { max_tokens: 100 }, memory: { longterm: { enabled: false } }, ...more, limits }
  denidin = await TestDenidin.start(config)
  mkdirSync(join(denidin.folder, 'config'), { recursive: true })
  writeFileSync(join(denidin.folder, 'config', 'prices.json'), PRICES)
  denidin.models.always('completion', answer('All right.'))
}

const REACHED = /^That is all for (?:today|this month): (?:your|the) allowance/

const outbox = (): readonly string[] => denidin.channel.sent.map(({ text }) => text)

const health = async () => {
  const status = (await denidin.app.runner.run('status', {}, { caller: OPERATOR })) as OperationOutput<'status'>
  return status.parts.find(({ name }) => name === 'limits')
}

/** What one person spent today, or everyone. */
const spentToday = async (person?: string) => {
  const input = person === undefined ? {} : { person }
  const output = await denidin.app.runner.run('budget.spending', input, { caller: OPERATOR })
  return (output as OperationOutput<'budget.spending'>).spent.find(({ period }) => period === 'today')
}

describe('spending', () => {
  test.each([
    ['cost_per_person_per_day', 0.021],
    ['cost_per_day', 0.021],
    ['cost_per_month', 0.021],
    ['tokens_per_person_per_day', 1200],
    ['tokens_per_day', 1200],
    ['tokens_per_month', 1200],
  ])('limits.%s ends the answers when it is used up, and not before', async (key, most) => {
    await start({ [key]: most })
    const replies: string[] = []
    for (let at = 0; at < 6; at++) replies.push(await denidin.say(`hello number ${String(at)}`))
    expect(replies.slice(0, 3).map(each => each.split('\n')[0])).toEqual(['All right.', 'All right.', 'All right.'])
    expect(replies.at(-1)).toMatch(REACHED)
    expect(denidin.models.of('completion')).toHaveLength(3)
    const today = await spentToday()
    expect(key.startsWith('cost') ? today?.cost : today?.tokens).toBeLessThanOrEqual(most)
    // The limit of one person leaves the others alone.
    const other = await denidin.say('good morning', { phone: '15550002222' })
    if (key.includes('person')) expect(other).toBe('All right.')
    else expect(other).toMatch(REACHED)
    denidin.clock.forward(key.endsWith('month') ? 31 * DAY_MS : DAY_MS)
    expect(await denidin.say('a new day')).toBe('All right.')
  })

  test.each([
    ['refuse', /^That is all for today: your allowance for the day is used up\. I can answer again from 00:00 on/, 3],
    ['smaller_model', /^The small one\.$/, 2],
    ['offline_answer', /offline/, 3],
  ])('limits.at_limit %s decides who answers when a limit is reached', async (at_limit, expected, usual) => {
    const smaller = at_limit === 'smaller_model' ? { smaller_model: 'small' } : {}
    await start({ cost_per_person_per_day: 0.021, at_limit, ...smaller })
    denidin.models.always('completion', (request, response) =>
      answer(request.body.model === 'small' ? 'The small one.' : 'All right.')(request, response),
    )
    for (let at = 0; at < 3; at++) await denidin.say(`hello ${String(at)}`)
    expect((await denidin.say('and now?')).split('\n')[0]).toMatch(expected)
    const asked = denidin.models.of('completion').map(({ body }) => body.model)
    expect(asked.filter(model => model === 'scripted')).toHaveLength(usual)
    // The smaller model has its bound too: the limit holds in any case.
    for (let at = 0; at < 15; at++) await denidin.say(`on and on ${String(at)}`)
    expect((await spentToday('15550001111'))?.cost).toBeLessThanOrEqual(0.021)
    if (at_limit === 'smaller_model') expect(await denidin.say('still there?')).toMatch(REACHED)
  })

  test('limits.unpriced_models decides whether a model without a price answers', async () => {
    await start({ cost_per_day: 0.05 }, { ai: { model: 'unknown' } })
    expect(await denidin.say('hello')).toBe('All right.')
    await denidin.say('hello', { phone: GODFATHER })
    await denidin.restart({ ai: { model: 'unknown' }, limits: { cost_per_day: 0.05, unpriced_models: 'refuse' } })
    denidin.models.always('completion', answer('All right.'))
    expect(await denidin.say('hello')).toContain('My administrator has to look into it.')
    expect(await denidin.say('hello', { phone: GODFATHER })).toContain(
      'the model unknown has no price, and limits.unpriced_models is "refuse"',
    )
    expect(await health()).toMatchObject({ state: 'degraded', detail: expect.stringContaining('unknown has no price') })
  })

  test('limits of one person do not hold for the godfather unless limits.exempt_godfather is off', async () => {
    const limits = { cost_per_person_per_day: 0.02, messages_per_minute: 1, messages_per_day: 2 }
    await start(limits)
    for (let at = 0; at < 4; at++)
      expect(await denidin.say(`order ${String(at)}`, { phone: GODFATHER })).toBe('All right.')
    await denidin.restart({
      limits: { ...limits, messages_per_minute: 50, messages_per_day: 50, exempt_godfather: false },
    })
    denidin.models.always('completion', answer('All right.'))
    expect(await denidin.say('one more', { phone: GODFATHER })).toMatch(REACHED)
  })

  test('the sentence is in the language of the person, with the time where they are', async () => {
    await start({ cost_per_person_per_day: 0 }, { time_zone: 'Asia/Jerusalem' })
    expect(await denidin.say('שלום, מה שלומך היום?')).toMatch(
      /^להיום זה הכול: המכסה היומית שלך נוצלה\. אפשר להמשיך מ-\d+\.\d+\.\d{4} בשעה 00:00\.$/,
    )
    await denidin.say('/timezone London', { phone: '15550002222' })
    expect(await denidin.say('hello there', { phone: '15550002222' })).toMatch(
      /again from 2[12]:00 on \d+ \w+ \d{4}\.$/,
    )
  })

  test('one warning at 80 %, to the person whose limit it is, in their own chat alone', async () => {
    await start({ cost_per_person_per_day: 0.06, cost_per_day: 0.075 })
    const warnings = () => outbox().filter(text => text.startsWith('By the way: '))
    for (let at = 0; at < 7; at++) await denidin.say(`hello ${String(at)}`)
    expect(warnings()).toEqual([])
    // 0.048 of 0.06.
    await denidin.say('an eighth time')
    expect(warnings()).toEqual(['By the way: 80 % of your allowance for today is used.'])
    await denidin.say('and once more')
    expect(warnings()).toHaveLength(1)
    // The administrator learns of the limit of everyone, with the next word that they write.
    await denidin.say('hello', { phone: GODFATHER })
    expect(warnings()).toEqual([
      'By the way: 80 % of your allowance for today is used.',
      'By the way: 80 % of the allowance that everyone shares today is used.',
    ])
  })

  test('the component limits says that a limit is reached, so that the godfather is told once', async () => {
    await start({ cost_per_day: 0.01 })
    await denidin.say('hello')
    expect(await health()).toMatchObject({ state: 'ok' })
    await denidin.say('and again')
    expect(await health()).toEqual({
      name: 'limits',
      state: 'degraded',
      detail: 'The limit of cost for the day is reached.',
    })
    denidin.clock.forward(DAY_MS)
    expect(await health()).toMatchObject({ state: 'ok' })
  })

  test('/forget all does not lift a limit, and a restart does not either', async () => {
    await start({ cost_per_person_per_day: 0.01 })
    await denidin.say('hello')
    expect(await denidin.say('hello again')).toMatch(REACHED)
    await denidin.say('/forget all')
    expect(await denidin.say('yes')).toContain('nothing of it is left')
    expect(await denidin.say('hello as new')).toMatch(REACHED)
    await denidin.say('hello', { phone: '15550002222' })
    await denidin.restart()
    expect(await denidin.say('hello once more', { phone: '15550002222' })).toMatch(REACHED)
  })

  test('what is said at the limit is part of the conversation afterwards', async () => {
    await start({ cost_per_person_per_day: 0.01 })
    await denidin.say('hello')
    await denidin.say('my locker is number 417')
    denidin.clock.forward(12 * HOUR_MS)
    await denidin.restart({ memory: { longterm: { enabled: false } }, limits: {} })
    denidin.models.always('completion', answer('417.'))
    await denidin.say('what is my locker?')
    expect(denidin.lastRequest()).toContain('my locker is number 417')
  })
})

describe('work in the background', () => {
  const sweep = () => denidin.app.runner.run('session.sweep', {}, { caller: OPERATOR })

  test('a session waits for its facts as long as the limit lasts, and keeps all its attempts', async () => {
    // Extraction may answer with many tokens; its reservation exceeds the limit.
    await start({ tokens_per_day: 3000 }, { memory: { session: { session_timeout_hours: 1 } } })
    denidin.models.always('extraction', facts())
    await denidin.say('my sister is called Dana')
    denidin.clock.forward(2 * HOUR_MS)
    for (let at = 0; at < 12; at++) {
      await sweep()
      denidin.clock.forward(HOUR_MS)
    }
    expect(denidin.models.of('extraction')).toEqual([])
    const sessions = await denidin.app.runner.run('session.list', {}, { caller: OPERATOR })
    expect(sessions['sessions']).toMatchObject([{ state: 'closed', failed_attempts: 0 }])
    await denidin.restart({ memory: { session: { session_timeout_hours: 1 } }, limits: {} })
    denidin.models.always('extraction', facts())
    denidin.clock.forward(HOUR_MS)
    await sweep()
    expect(denidin.models.of('extraction').length).toBeGreaterThan(0)
    const learned = await denidin.app.runner.run('memory.list', { person: '15550001111' }, { caller: OPERATOR })
    expect(learned['memories']).toMatchObject([{ text: expect.stringContaining('Dana') }])
  })

  test('memories of a person at their limit get their vectors later, and those of others at once', async () => {
    await start({ tokens_per_person_per_day: 700 }, { memory: { longterm: { recall_tokens: 100 } } })
    const embeddingsOf = (phone: string): number => {
      using database = new DatabaseSync(denidin.data('denidin.db'), { readOnly: true })
      const row = database.prepare(
        `select count(*) as calls from usage where purpose = 'memory' and outcome = 'ok' and person_id =
           (select person_id from identities where value = :phone)`,
      )
      return Number(row.get({ phone })?.['calls'])
    }
    await denidin.say('hello')
    const recipe = 'flour and water, a little salt, and time. '.repeat(45)
    expect(await denidin.say(`/remember my recipe for bread: ${recipe}`)).toContain('Remembered')
    await denidin.say('/remember my dog is called Rex', { phone: '15550002222' })
    await denidin.whenIdle()
    expect([embeddingsOf('15550001111'), embeddingsOf('15550002222')]).toEqual([0, 1])
    // It is found by its words meanwhile.
    expect(await denidin.say('/memory bread')).toContain('my recipe for bread')
    denidin.clock.forward(DAY_MS)
    await denidin.say('/remember my cat is called Mango')
    await denidin.whenIdle()
    expect(embeddingsOf('15550001111')).toBeGreaterThan(0)
    const { pending_embedding } = await denidin.app.memory.stats()
    expect(pending_embedding).toBe(0)
  })
})

describe('messages', () => {
  test('as many messages are answered as limits.messages_per_minute and limits.message_burst say', async () => {
    await start({ messages_per_minute: 2, message_burst: 3 })
    const replies: string[] = []
    for (let at = 0; at < 6; at++) replies.push(await denidin.say(`hello ${String(at)}`))
    expect(replies).toEqual([
      'All right.',
      'All right.',
      'All right.',
      expect.stringMatching(/^That was a lot at once\. I have read it, and answer again in \d+ seconds\.$/),
      '',
      '',
    ])
    expect(await denidin.say('hello', { phone: '15550002222' })).toBe('All right.')
    // Commands are not a flood: what protects a person's data works at any time.
    expect(await denidin.say('/privacy')).toContain('Learning is on')
    denidin.clock.pass(31_000)
    await denidin.say('and now?')
    // The model sees what was only read.
    for (const said of ['hello 3', 'hello 5', 'and now?']) expect(denidin.lastRequest()).toContain(said)
    await denidin.restart({ limits: { messages_per_minute: 2 } })
    denidin.models.always('completion', answer('All right.'))
    const again: string[] = []
    for (let at = 0; at < 3; at++) again.push(await denidin.say(`again ${String(at)}`))
    expect(again.filter(each => each === 'All right.')).toHaveLength(2)
  })

  test('limits.messages_per_day is for one day, also over a restart', async () => {
    await start({ messages_per_day: 2 })
    for (let at = 0; at < 2; at++) expect(await denidin.say(`hello ${String(at)}`)).toBe('All right.')
    await denidin.restart()
    denidin.models.always('completion', answer('All right.'))
    expect(await denidin.say('שלום לך')).toMatch(/^להיום זה הכול: נכתבו כל ההודעות/)
    expect(await denidin.say('hello?')).toBe('')
    denidin.clock.forward(DAY_MS)
    expect(await denidin.say('a new day')).toBe('All right.')
  })
})

describe('/budget', () => {
  test('shows a person their own use, and the godfather that of everyone', async () => {
    await start({ cost_per_person_per_day: 0.5, cost_per_month: 20 })
    await denidin.say('hello', { name: 'Dana' })
    await denidin.say('hello again', { name: 'Dana' })
    await denidin.say('hello', { phone: GODFATHER, name: 'Boss' })
    expect(await denidin.say('/budget', { name: 'Dana' })).toBe(
      'You: $0.012 and 600 tokens today, $0.012 and 600 tokens this month.\nYour limit: $0.50 in a day (2 % used).',
    )
    expect(await denidin.say('/budget', { phone: GODFATHER, name: 'Boss' })).toBe(
      [
        'You: $0.006 and 300 tokens today, $0.006 and 300 tokens this month.',
        'No limit of your own.',
        'Everyone: $0.018 and 900 tokens today, $0.018 and 900 tokens this month.',
        'Limits: $20.00 in a month (0 % used).',
        'Most this month:',
        '1. Dana: $0.012 and 600 tokens',
        '2. Boss: $0.006 and 300 tokens',
      ].join('\n'),
    )
    await denidin.say('/lang he', { name: 'Dana' })
    const hebrew = await denidin.say('/תקציב', { name: 'Dana' })
    expect(hebrew).toContain('600 אסימונים')
    expect(hebrew).toContain('המכסה שלך')
  })

  test('shows nothing in a group, not even to the godfather', async () => {
    await start({})
    for (const phone of ['15550001111', GODFATHER]) {
      const before = outbox().length
      await denidin.channel.deliver({
        text: '/budget',
        chat_id: '1203@g.us',
        chat_kind: 'group',
        sent_at: denidin.clock.now(),
        sender: { identities: [{ kind: 'phone', value: phone }] },
      })
      await denidin.app.conversation.whenIdle('1203@g.us')
      expect(outbox().slice(before).join()).toContain('/budget')
      expect(outbox().slice(before).join()).not.toMatch(/tokens|\$/)
    }
  })

  test('shows no one else to a client, whatever they write behind it', async () => {
    await start({ cost_per_day: 5 })
    await denidin.say('hello', { phone: '15550002222' })
    for (const words of ['/budget 15550002222', '/budget all', '/budget @ben']) {
      const shown = await denidin.say(words)
      expect(shown).toMatch(/^You: \$0\.00 and 0 tokens today/)
      expect(shown).not.toContain('Everyone')
    }
    const client = { transport: 'chat', level: 'anyone' } as const
    await expect(
      denidin.app.runner.run('budget.spending', { person: '15550002222' }, { caller: client }),
    ).rejects.toMatchObject({ code: 'forbidden' })
  })
})
