// A person's profile is there when their first conversation has ended, without a run of the agent.
import { afterEach, expect, test } from '@jest/globals'
import { TestDenidin, type Json } from '../support/denidin.ts'
import { facts } from '../support/model-server.ts'

const KNOWN = 'What is known about this person.'

let denidin: TestDenidin

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const start = async (more: Json = {}): Promise<void> => {
  denidin = await TestDenidin.start({ feature_flags: more })
  denidin.models.always('extraction', facts())
  // An agent that is switched off cannot be stopped.
  if (more['enable_conscious_agent'] === false) return
  await denidin.app.runner.run('memory.agent_stop', {}, { caller: { transport: 'cli', level: 'operator' } })
}

test.each([
  ['a model', {}],
  ['the rules', { enable_llm_entity_extraction: false }],
])('the profile travels along in the second conversation, with %s', async (_, flags) => {
  await start(flags)
  await denidin.say('I take my tea with lemon')
  await denidin.say('/reset')
  await denidin.say('good evening')
  expect(denidin.lastRequest()).toContain(KNOWN)
  expect(denidin.lastRequest()).toContain('"I take my tea with lemon"')
  await denidin.say('good evening', { phone: '15550002222' })
  expect(denidin.lastRequest()).not.toContain('tea with lemon')
})

test('it follows what is said anew, and what is forgotten is not in it', async () => {
  await start({ enable_llm_entity_extraction: false })
  for (const text of ['I live in Oslo', '/reset', 'I moved to Porto', '/reset', 'good evening']) await denidin.say(text)
  expect(denidin.lastRequest()).toContain('- "I moved to Porto"')
  expect(denidin.lastRequest()).not.toContain('- "I live in Oslo"')
  await denidin.say('/forget all')
  await denidin.say('yes')
  await denidin.say('good evening')
  expect(denidin.lastRequest()).not.toContain('Porto')
})

test('without the agent there is none', async () => {
  await start({ enable_llm_entity_extraction: false, enable_conscious_agent: false })
  for (const text of ['I live in Oslo', '/reset', 'good evening']) await denidin.say(text)
  expect(denidin.lastRequest()).not.toContain(KNOWN)
})
