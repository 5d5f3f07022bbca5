import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { OPERATOR } from '../../src/operations/client.ts'
import { en } from '../../src/text/strings/en.ts'
import { TestDenidin, type Json } from '../support/denidin.ts'
import {
  failure,
  hangUp,
  hold,
  json,
  malformed,
  noContent,
  reply,
  ScriptedModelServer,
  textOf,
  when,
} from '../support/model-server.ts'

let second: ScriptedModelServer
let third: ScriptedModelServer
let denidin: TestDenidin

beforeEach(async () => {
  second = await ScriptedModelServer.start()
  third = await ScriptedModelServer.start()
  second.always('completion', reply('Second here.'))
  third.always('completion', reply('Third here.'))
})

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
  await second[Symbol.asyncDispose]()
  await third[Symbol.asyncDispose]()
})

const fallbacks = (): Json => ({
  fallback_models: [
    { base_url: second.base_url, model: 'second', api_key: 'sk-second-key' },
    { base_url: third.base_url, model: 'third' },
  ],
})

const start = async (more: Json = {}): Promise<void> => {
  denidin = await TestDenidin.start({ ai: { ...fallbacks(), ...more } })
}

const statusOf = async (name: string): Promise<string> => {
  const { parts } = (await denidin.app.runner.run('status', {}, { caller: OPERATOR })) as {
    parts: { name: string; state: string; detail: string }[]
  }
  return parts
    .filter(part => part.name === name)
    .map(({ state, detail }) => `${state}: ${detail}`)
    .join('\n')
}

test.each([
  ['the first is down', failure(503)],
  ['the first breaks the connection', hangUp()],
  ['the first breaks down', failure(500)],
  ['the first does not accept the key', failure(401)],
  ['the first does not know the model', failure(404)],
  ['the first has no credit', failure(429, { code: 'insufficient_quota' })],
  ['the first wants to be paid', failure(402)],
  ['the first has too much to do', failure(429)],
  ['the first answers nothing', noContent()],
  ['the first answers no JSON', malformed()],
  ['the first refuses for an unknown reason', failure(400)],
  ['the first refuses the words', failure(400, { code: 'content_filter' })],
])('when %s, the next model answers, with its own key', async (_, answer) => {
  await start()
  denidin.models.always('completion', answer)
  expect(await denidin.say('hello')).toBe('Second here.')
  const asked = second.of('completion').at(-1)
  expect(asked?.headers.authorization).toBe('Bearer sk-second-key')
  expect(asked?.body.model).toBe('second')
  expect(asked === undefined ? '' : textOf(asked)).toContain('hello')
  expect(third.counts.completion).toBe(0)
})

test('the third answers when two are down, and gets no key of another', async () => {
  await start()
  denidin.models.always('completion', failure(500))
  second.always('completion', failure(500))
  expect(await denidin.say('hello')).toBe('Third here.')
  const authorization = third.of('completion').at(-1)?.headers.authorization ?? ''
  expect(authorization).not.toContain('sk-test-secret')
  expect(authorization).not.toContain('sk-second-key')
})

test('where none answers, the person gets one sentence', async () => {
  await start()
  for (const server of [denidin.models, second, third]) server.always('completion', failure(500))
  expect(await denidin.say('hello')).toBe(en.model_unavailable)
  for (const server of [denidin.models, second, third]) server.always('completion', reply('Back.'))
  expect(await denidin.say('hello again')).toBe('Back.')
})

test('a first model that hangs is not waited for again and again', async () => {
  await start({ timeout_seconds: 1 })
  const held = hold(reply('too late'))
  denidin.models.always('completion', held.answer)
  expect(await denidin.say('hello')).toBe('Second here.')
  const asked = denidin.models.counts.completion
  expect(await denidin.say('hello?')).toBe('Second here.')
  expect(denidin.models.counts.completion).toBe(asked)
  held.release()
})

test('status says which one answers and why, the meter counts each under its model, doctor asks each', async () => {
  await start()
  denidin.models.always('completion', failure(401))
  await denidin.say('hello')
  expect(await statusOf('language model')).toMatch(
    /^degraded: second at \S+ answers .*scripted at .* does not accept the key/,
  )
  const { models_today } = (await denidin.app.runner.run('status', {}, { caller: OPERATOR })) as {
    models_today: { purpose: string; model: string; calls: number; failed: number }[]
  }
  expect(models_today.filter(({ purpose }) => purpose === 'reply')).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ model: 'scripted', failed: 1 }),
      expect.objectContaining({ model: 'second', calls: 1, failed: 0 }),
    ]),
  )
  third.always('completion', failure(404))
  const { checks } = (await denidin.app.runner.run('doctor', {}, { caller: OPERATOR })) as {
    checks: { name: string; state: string; detail: string }[]
  }
  const found = Object.fromEntries(checks.map(({ name, state }) => [name, state]))
  expect(found).toMatchObject({ 'fallback model 1': 'ok', 'fallback model 2': 'down' })
})

test('status says that a server cuts requests silently', async () => {
  denidin = await TestDenidin.start()
  denidin.models.always('completion', (_, response) => {
    const choices = [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Yes.' } }]
    return json({ choices, usage: { prompt_tokens: 900, completion_tokens: 1 } })(_, response)
  })
  await denidin.say(`what is this? ${'many words of a long story, '.repeat(500)}`)
  expect(await statusOf('language model')).toMatch(/^degraded: scripted at .* reads only about 900 tokens/)
})

test('facts and summaries come from the next model too', async () => {
  await start()
  denidin.models.always('extraction', failure(500))
  await denidin.say('my dog is called Rex')
  await denidin.say('/reset')
  await denidin.app.memory.whenIdle()
  expect(second.counts.extraction).toBe(1)
  await denidin.restart({ ai: fallbacks(), feature_flags: { use_schema_v2: false } })
  await denidin.say('my cat is called Tom')
  denidin.models.always('completion', failure(500))
  await denidin.say('/reset')
  expect(second.of('completion').some(each => textOf(each).includes('my cat is called Tom'))).toBe(true)
})

test('no key comes into the log', async () => {
  await start()
  denidin.models.always('completion', failure(401, { message: 'Incorrect API key provided: sk-test-secret' }))
  second.always('completion', failure(401, { message: 'Incorrect API key provided: sk-second-key' }))
  await denidin.say('hello')
  expect(denidin.log.text()).not.toContain('sk-test-secret')
  expect(denidin.log.text()).not.toContain('sk-second-key')
})

describe('one conversation that a server breaks down on', () => {
  test('is no reason to hold the calls of others back', async () => {
    denidin = await TestDenidin.start()
    denidin.models.always(
      'completion',
      when(each => textOf(each).includes('kaputt'), failure(500), reply('Fine.')),
    )
    for (let n = 0; n < 12; n++) await denidin.say(`kaputt ${String(n)}`)
    expect(await denidin.say('hello', { phone: '15550002222' })).toBe('Fine.')
    expect(await denidin.say('and I?')).toBe('Fine.')
  })
})
