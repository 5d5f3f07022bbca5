// What the model is told about its memory is true in each state of it.
import { afterEach, expect, test } from '@jest/globals'
import { DAY_MS } from '../../src/platform/clock.ts'
import { TestDenidin, type Json } from '../support/denidin.ts'

const ANA = '15550001111@c.us'
const LASTING = 'Conversations are remembered without your doing.'

let denidin: TestDenidin

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const start = async (config: Json = {}): Promise<void> => {
  denidin = await TestDenidin.start(config)
}

/** The system message of the next reply. */
const told = async (text: string, more: { readonly expires_at?: number } = {}): Promise<string> => {
  const { channel, app, models } = denidin
  await channel.deliver({
    text,
    chat_id: ANA,
    sender: { identities: [{ kind: 'phone', value: '15550001111' }] },
    addressed: true,
    ...more,
  })
  await app.conversation.whenIdle(ANA)
  const request = models.requests.findLast(({ kind }) => kind === 'completion')
  return request?.body.messages?.[0]?.content ?? ''
}

test('with memory, conversations are remembered', async () => {
  await start()
  expect(await told('hello')).toContain(LASTING)
})

test('with learning switched off, nothing new is, and the person can switch it on', async () => {
  await start()
  await denidin.say('/privacy off')
  const system = await told('hello')
  expect(system).not.toContain(LASTING)
  expect(system).toMatch(
    /switched learning off: once this conversation has ended, you know only what you knew before.*\/privacy on/,
  )
  await denidin.say('/privacy on')
  expect(await told('hello again')).toContain(LASTING)
})

test('where messages disappear, nothing is promised beyond their time, and what lasts is named', async () => {
  await start()
  const expires_at = denidin.clock.now() + DAY_MS
  const system = await told('hello', { expires_at })
  expect(system).not.toContain(LASTING)
  expect(system).toMatch(/messages of this chat disappear.*know nothing of them once they have.*\/remember/)
  // The person has turned the timer off again.
  expect(await told('hello again')).toContain(LASTING)
  await denidin.say('/privacy off')
  expect(await told('and now?', { expires_at })).toContain('switched learning off')
})

test('where messages disappear and long-term memory is off, /remember is not offered', async () => {
  await start({ memory: { longterm: { enabled: false } } })
  const system = await told('hello', { expires_at: denidin.clock.now() + DAY_MS })
  expect(system).toContain('You see this conversation while it lasts')
  expect(system).not.toContain('/remember')
})

test('without long-term memory, nothing outlasts the conversation, and no command to remember is named', async () => {
  await start({ memory: { longterm: { enabled: false } } })
  const system = await told('hello')
  expect(system).toContain('You see this conversation while it lasts; once it has ended you know nothing of it.')
  expect(system).not.toMatch(/\/remember|Conversations are remembered/)
})

test('without the memory system, nothing beyond the message is', async () => {
  await start({ feature_flags: { enable_memory_system: false } })
  expect(await told('hello')).toContain('You remember nothing beyond this message')
})

test.each<[string, Json]>([
  ['without long-term memory', { memory: { longterm: { enabled: false } } }],
  ['without the memory system', { feature_flags: { enable_memory_system: false } }],
])('%s, /privacy on promises nothing, in either language', async (_state, config) => {
  await start(config)
  expect(await denidin.say('/privacy on')).toMatch(/^Learning is on, but my long-term memory is switched off here/)
  expect(await denidin.say('/privacy off')).toMatch(/^Learning is off/)
  await denidin.say('/lang he')
  expect(await denidin.say('/privacy on')).toMatch(/^הלמידה פועלת, אבל הזיכרון לטווח ארוך כבוי/)
  // Not in a chat with memory.
  await denidin.restart({})
  expect(await denidin.say('/privacy on')).toMatch(/^הלמידה פועלת: אני זוכר/)
})
