/** Whose words `/search` shows: those of the own conversation, and of others only where the configuration lets it. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { GODFATHER, TestDenidin, type Json } from '../support/denidin.ts'
import { reply } from '../support/model-server.ts'

const ANA = '15550001111'
const GROUP = '99@g.us'

let denidin: TestDenidin
beforeEach(async () => {
  denidin = await TestDenidin.start()
  await denidin.say('my boat is called Marlin', { phone: ANA, name: 'Ana' })
  await denidin.say('my boat is called Pilot', { phone: GODFATHER, name: 'Gad' })
})
afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const withScope = async (godfather_scope: string, rest: Json = {}): Promise<void> => {
  await denidin.restart({ memory: { godfather_scope }, ...rest })
}
const inGroup = async (text: string): Promise<string> => {
  const sender = { identities: [{ kind: 'phone', value: GODFATHER } as const], name: 'Gad' }
  await denidin.channel.deliver({ text, chat_id: GROUP, sender, addressed: true, sent_at: denidin.clock.now() })
  await denidin.app.conversation.whenIdle(GROUP)
  return denidin.channel.sent.at(-1)?.text ?? ''
}
const audited = async (): Promise<readonly Record<string, unknown>[]> => {
  await denidin.close()
  const log = await readFile(join(denidin.folder, 'logs/memory_audit.log'), 'utf8')
  return log
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>)
    .filter(({ operation }) => operation === 'archive.search')
}

test('with godfather_scope own the godfather finds their own conversation, and no word of another one', async () => {
  const answer = await denidin.say('/search boat', { phone: GODFATHER })
  expect(answer).toContain('Pilot')
  expect(answer).not.toContain('Marlin')
  expect((await audited()).map(({ whose }) => whose)).toEqual([expect.stringMatching(/^person:/)])
})

test('with godfather_scope all the godfather finds what anybody said, and whose words were shown is audited', async () => {
  await withScope('all')
  const answer = await denidin.say('/search boat', { phone: GODFATHER })
  expect(answer).toContain('Pilot')
  expect(answer).toMatch(/Ana.*Marlin/)
  const entries = await audited()
  expect(new Set(entries.map(({ whose }) => whose)).size).toBe(2)
  expect(JSON.stringify(entries)).not.toMatch(/Marlin|Pilot/)
})

test('with godfather_scope all no one else may search, nor may the godfather in a group', async () => {
  await withScope('all')
  const refusal = '/search is for my administrator, in a direct chat.'
  expect(await denidin.say('/search boat', { phone: ANA })).toContain(refusal)
  expect(await inGroup('/search boat')).toContain('/search works only in a direct chat')
  await withScope('all', { godfather_phone: '15558887777' })
  expect(await denidin.say('/search boat', { phone: GODFATHER })).toContain(refusal)
})

test('what the bot said is from the bot, not from the person that it was said to', async () => {
  denidin.models.next('completion', reply('Ospreys eat fish.'))
  await denidin.say('are they called ospreys?', { phone: ANA, name: 'Ana' })
  const operator = { caller: { transport: 'cli', level: 'operator' } } as const
  const answer = await denidin.app.runner.run('archive.search', { query: 'ospreys' }, operator)
  const messages = answer['messages']
  expect(messages).toHaveLength(2)
  expect(messages).toContainEqual(expect.objectContaining({ role: 'assistant', from: 'DeniDin' }))
  expect(messages).toContainEqual(expect.objectContaining({ role: 'user', from: 'Ana' }))
})
