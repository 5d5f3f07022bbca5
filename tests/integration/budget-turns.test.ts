// The budget of a turn through the whole app: what a request carries, /why, `budget explain`, the log and the settings.
import { afterEach, expect, test } from '@jest/globals'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { failure, reply } from '../support/model-server.ts'
import { GODFATHER, TestDenidin, type Json } from '../support/denidin.ts'

const ANA = '15550001111'
const CHAT = `${ANA}@c.us`
const OPERATOR = { transport: 'cli', level: 'operator' } as const
const LONG = 'This is what a model answers, at some length and with much detail. '.repeat(6).trim()

let denidin: TestDenidin

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const start = async (config: Json = {}): Promise<void> => {
  denidin = await TestDenidin.start(config)
  denidin.models.always('completion', reply(LONG))
}

const explain = (message: string) => denidin.app.runner.run('budget.explain', { message }, { caller: OPERATOR })

/** Contents of the last request but the system prompt. */
const spoken = (): readonly { readonly role: string; readonly content: string }[] =>
  (denidin.models.of('completion').at(-1)?.body.messages ?? []).filter(({ role }) => role !== 'system')

const talkMuch = async (): Promise<void> => {
  for (let n = 1; n <= 12; n++) await denidin.say(`box ${String(n)} holds the lamp number ${String(n * 7)}`)
}

test('small talk carries the last messages, a statement or a question the session', async () => {
  await start()
  await talkMuch()
  await denidin.say('thanks!')
  expect(spoken()).toHaveLength(9)
  await denidin.say('box 13 holds the red chair')
  const statement = spoken()
  expect(statement.filter(({ role }) => role === 'user').map(({ content }) => content)).toContain(
    'box 5 holds the lamp number 35',
  )
  expect(statement.filter(({ role, content }) => role === 'assistant' && content !== LONG)).toEqual([])
  await denidin.say('which lamp is in box 1?')
  const question = spoken()
  expect(question.map(({ content }) => content)).toContain('box 1 holds the lamp number 7')
  expect(question.filter(({ role, content }) => role === 'assistant' && content !== LONG)).toEqual([])
})

test('with budget.use_profiles off every request carries the whole window, and no budget is recorded', async () => {
  await start({ budget: { use_profiles: false } })
  await talkMuch()
  await denidin.say('thanks!')
  expect(spoken()).toHaveLength(25)
  const id = denidin.channel.sentIds.at(-1) ?? ''
  await expect(explain(id)).rejects.toThrow('budget.use_profiles was off')
  expect(await denidin.say('/why')).not.toContain('small talk')
})

test('a person whose messages are not learned from keeps the whole session in sight', async () => {
  await start()
  await denidin.say('/privacy off')
  await talkMuch()
  await denidin.say('box 13 holds the red chair')
  expect(spoken().filter(({ role, content }) => role === 'assistant' && content !== LONG)).toEqual([])
})

test('explains a reply by its id, by the message that it answers and by the id of its record, and names what does not exist', async () => {
  await start()
  await talkMuch()
  const asked = await denidin.channel.deliver({
    text: 'compare lamp 7 with lamp 14',
    chat_id: CHAT,
    sent_at: denidin.clock.now(),
  })
  await denidin.app.conversation.whenIdle(CHAT)
  const by_reply = await explain(denidin.channel.sentIds.at(-1) ?? '')
  expect(by_reply).toMatchObject({
    profile: 'client',
    complexity: 'medium',
    detected: 'medium',
    need: 'session',
    budget: 4000,
    raised: false,
    exceeded_budget: false,
    signals: [{ complexity: 'medium', weight: 1, because: 'compare' }],
    scopes: [{ scope: 'agent-specific' }, { scope: 'recent', count: 24 }, { scope: 'global', taken: 0 }],
  })
  expect(by_reply['tokens_loaded']).toBeLessThanOrEqual(4000)
  expect(await explain(asked.message_id)).toEqual(by_reply)
  expect(await explain(String(by_reply['reply']))).toEqual(by_reply)
  await expect(explain('nothing')).rejects.toThrow('there is no record of a reply "nothing"')
})

test('what was needed and did not fit raises the turn by one complexity, and is on record with the alerts', async () => {
  await start()
  for (let n = 1; n <= 30; n++) await denidin.say(`box ${String(n)} holds the lamp number ${String(n * 7)}`)
  await denidin.say('which lamp is in the first box?')
  const told = await explain(denidin.channel.sentIds.at(-1) ?? '')
  expect(told).toMatchObject({ detected: 'simple', complexity: 'medium', raised: true, budget: 4000 })
  expect(told['tokens_loaded']).toBeLessThanOrEqual(4000)
  const alerts = (told['alerts'] as readonly { readonly level: string }[]).map(({ level }) => level)
  expect(alerts).toContain('info')
  const lines = denidin.log.lines.filter(({ message }) => message.startsWith('Budget '))
  expect(lines.length).toBeGreaterThan(0)
  for (const line of lines) expect(JSON.stringify(line)).not.toContain('lamp')
})

test('/why says in one or two sentences how much of the conversation was looked at, in the person’s language', async () => {
  await start()
  await talkMuch()
  await denidin.say('thanks!')
  expect(await denidin.say('/why')).toContain('Your message was small talk, so I looked at our last messages only.')
  await denidin.say('which lamp is in box 1?')
  expect(await denidin.say('/why')).toMatch(
    /I took your message for a simple one and looked at \d+ messages of this conversation/,
  )
  await denidin.say('/lang he')
  expect(await denidin.say('/why')).toMatch(/ההודעה שלך נראתה לי פשוטה, והסתכלתי על \d+ הודעות מהשיחה הזאת/)
})

test('a changed profile of a role changes the budget of the next turns; a broken file keeps the last good one', async () => {
  await start()
  await denidin.say('which lamp is in box 1?', { phone: GODFATHER })
  expect(await explain(denidin.channel.sentIds.at(-1) ?? '')).toMatchObject({ profile: 'godfather', budget: 25_000 })
  const write = (text: string): void => {
    mkdirSync(join(denidin.folder, 'config'), { recursive: true })
    writeFileSync(join(denidin.folder, 'config', 'budget-profiles.json'), text)
    denidin.clock.pass(2000)
  }
  write('{ "profiles": { "godfather": { "base_budget": 6000, "max_budget": 6000 } } }')
  await denidin.say('which lamp is in box 2?', { phone: GODFATHER })
  expect(await explain(denidin.channel.sentIds.at(-1) ?? '')).toMatchObject({ budget: 3000 })
  write('{ "profiles": { "godfather": { "base_budget": -1')
  await denidin.say('which lamp is in box 3?', { phone: GODFATHER })
  expect(await explain(denidin.channel.sentIds.at(-1) ?? '')).toMatchObject({ budget: 3000 })
})

test('a group has the budget of a client, also when the godfather asks', async () => {
  await start()
  const sender = { identities: [{ kind: 'phone', value: GODFATHER } as const], name: 'Gil' }
  await denidin.channel.deliver({ text: 'which lamp is it?', chat_id: 'g@g.us', sender, sent_at: denidin.clock.now() })
  await denidin.app.conversation.whenIdle('g@g.us')
  expect(await explain(denidin.channel.sentIds.at(-1) ?? '')).toMatchObject({ profile: 'client', budget: 2000 })
})

test('a turn whose model fails is answered all the same, and leaves no record of a reply', async () => {
  await start()
  denidin.models.next('completion', failure(401))
  await denidin.say('which lamp is it?')
  const id = denidin.channel.sentIds.at(-1) ?? ''
  await expect(explain(id)).rejects.toThrow('there is no record of a reply')
})
