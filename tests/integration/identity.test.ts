// Who is who, through the whole of DeniDin: memory and rights follow the account, never the number.
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { Identity } from '../../src/people/person.ts'
import { GODFATHER, TestDenidin } from '../support/denidin.ts'

const NUMBER: Identity = { kind: 'phone', value: '15550007777' }
const ACCOUNT: Identity = { kind: 'lid', value: '77700011' }
const NEW_ACCOUNT: Identity = { kind: 'lid', value: '99900022' }

let denidin: TestDenidin

beforeEach(async () => {
  denidin = await TestDenidin.start()
})

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

/** Somebody writes in the chat of their LID; resolves with the reply. */
const say = async (text: string, ...identities: Identity[]): Promise<string> => {
  const chat_id = `${identities.find(each => each.kind === 'lid')?.value ?? ''}@lid`
  await denidin.channel.deliver({ text, chat_id, sender: { identities } })
  await denidin.app.conversation.whenIdle(chat_id)
  return denidin.channel.sent.at(-1)?.text ?? ''
}

const call = (name: string, input: object) =>
  denidin.app.runner.run(name, input, { caller: { transport: 'cli', level: 'operator' }, confirmed: true })

test('whoever has somebody’s former number learns nothing of them, by conversation or by memory', async () => {
  await say('my secret garden has blue roses', ACCOUNT, NUMBER)
  await say('/reset', ACCOUNT, NUMBER)
  await denidin.app.memory.whenIdle()
  await say('the gate is behind the oak', ACCOUNT, NUMBER)
  await say('what does my secret garden have? where is the gate?', NEW_ACCOUNT, NUMBER)
  expect(denidin.lastRequest()).not.toMatch(/roses|oak/)
  await say('what does my secret garden have? where is the gate?', ACCOUNT)
  expect(denidin.lastRequest()).toMatch(/roses[^]*oak/)
})

test('the godfather’s number with another account gives no rights until the operator makes both one', async () => {
  const number: Identity = { kind: 'phone', value: GODFATHER }
  expect(await say('/status', ACCOUNT, number)).toContain('DeniDin')
  const refused = await say('/status', NEW_ACCOUNT, number)
  expect(refused).not.toContain('DeniDin')
  const warnings = denidin.log.lines.filter(({ level }) => level === 'warn').map(({ message }) => message)
  expect(warnings.filter(message => message.includes('passed to another WhatsApp account'))).toHaveLength(1)

  const { taken_over } = (await call('people.show', { person: GODFATHER })) as { taken_over: { from: string }[] }
  await call('people.merge', { person: GODFATHER, other: taken_over[0]?.from })
  expect(await say('/status', NEW_ACCOUNT, number)).toContain('DeniDin')
})

test('an account whose number is not known is a person like any other, and never the godfather', async () => {
  expect(await say('/status', ACCOUNT)).not.toContain('DeniDin')
  await say('my cat is Tom', ACCOUNT)
  await say('who is my cat?', ACCOUNT)
  expect(denidin.lastRequest()).toContain('user: my cat is Tom')
})

test('people the operator makes one have one conversation history and one memory', async () => {
  await say('my secret garden has blue roses', ACCOUNT, NUMBER)
  await say('/reset', ACCOUNT, NUMBER)
  await denidin.app.memory.whenIdle()
  await say('hello', NEW_ACCOUNT, NUMBER)
  const { taken_over } = (await call('people.show', { person: NUMBER.value })) as { taken_over: { from: string }[] }
  await call('people.merge', { person: NUMBER.value, other: taken_over[0]?.from })
  await denidin.app.memory.whenIdle()
  await say('what does my secret garden have?', NEW_ACCOUNT, NUMBER)
  expect(denidin.lastRequest()).toMatch(/Recalled memories[^]*roses/)
})
