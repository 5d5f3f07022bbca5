// What the model is told about its memory is true in each state of it.
import { afterEach, expect, test } from '@jest/globals'
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
const told = async (text: string): Promise<string> => {
  const { channel, app, models } = denidin
  await channel.deliver({
    text,
    chat_id: ANA,
    sender: { identities: [{ kind: 'phone', value: '15550001111' }] },
    addressed: true,
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
