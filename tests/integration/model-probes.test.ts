// Models that no one asks are asked for a word, so that a wrong key is known before someone waits for an answer.
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { createModels, type Models } from '../../src/app/models.ts'
import { surroundings } from '../../src/app/runtime.ts'
import { MINUTE_MS } from '../../src/platform/clock.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { TestDenidin, type Json } from '../support/denidin.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { forgetfulKnowledge } from '../support/forgetful-knowledge.ts'
import { failure, hangUp, reply } from '../support/model-server.ts'
import { recordingMeter } from '../support/recording-meter.ts'
import { until } from '../support/until.ts'

let denidin: TestDenidin
let clock: FakeClock
let models: Models

beforeEach(() => {
  clock = new FakeClock()
})

afterEach(async () => {
  for (const probe of models.probes) await probe[Symbol.asyncDispose]()
  await denidin[Symbol.asyncDispose]()
})

const start = async (config: Json = {}): Promise<void> => {
  denidin = await TestDenidin.start()
  await denidin.restart({ ai: { idle_check: true }, ...config })
  const parts = surroundings(denidin.settings(), silentLogger, { clock })
  const knowledge = forgetfulKnowledge({ clock, logger: silentLogger })
  models = createModels(denidin.settings(), { meter: recordingMeter(), knowledge }, parts)
  for (const probe of models.probes) probe.start()
}

const states = async (): Promise<readonly string[]> =>
  await Promise.all(models.checks.map(async check => (await check.health()).state))

/** Resolves when the language model and the embedding model have these states. */
const become = async (...wanted: readonly string[]): Promise<void> => {
  await until(async () => JSON.stringify(await states()) === JSON.stringify(wanted))
}

test('with ai.idle_check a model that no one asks shows a wrong key within a minute', async () => {
  await start()
  expect(await states()).toEqual(['unknown', 'unknown'])
  denidin.models.always('completion', failure(401, { code: 'invalid_api_key' }))
  denidin.models.always('embedding', failure(401))
  await clock.advance(MINUTE_MS)
  await become('down', 'down')
})

test('without ai.idle_check no model is asked', async () => {
  await start({ ai: { idle_check: false } })
  expect(models.probes).toEqual([])
})

test.each([
  ['a broken service', failure(500)],
  ['a service that cannot be reached', hangUp()],
  ['an account without credit', failure(429, { code: 'insufficient_quota' })],
  ['an unknown model', failure(404, { code: 'model_not_found' })],
])('%s is found out, and found well again within minutes, although no one writes', async (_, answer) => {
  await start()
  denidin.models.always('completion', answer)
  await clock.advance(MINUTE_MS)
  await become('down', 'ok')
  denidin.models.always('completion', reply('ok'))
  await clock.advance(2 * MINUTE_MS)
  await become('ok', 'ok')
})

test('a model that works is asked once, and again after six hours without a call', async () => {
  await start()
  await clock.advance(MINUTE_MS)
  await become('ok', 'ok')
  for (let minute = 0; minute < 60; minute++) await clock.advance(MINUTE_MS)
  expect(denidin.models.counts).toMatchObject({ completion: 1, embedding: 1 })
  for (let minute = 0; minute < 5 * 60; minute++) await clock.advance(MINUTE_MS)
  await denidin.models.received('completion', 2)
  await denidin.models.received('embedding', 2)
})

test('the failures of one conversation open the circuit once the probe fails too', async () => {
  await start()
  denidin.models.always('completion', failure(500))
  const ask = async (): Promise<string> =>
    await models.language
      .complete(
        { messages: [{ role: 'user', content: 'hi' }], max_tokens: 10, temperature: 0 },
        { purpose: 'reply', chat_id: '1@c.us' },
      )
      .then(
        () => 'answered',
        (error: unknown) => String(error),
      )
  for (let n = 0; n < 5; n++) expect(await ask()).toContain('500')
  const { completion } = denidin.models.counts
  await clock.advance(2 * MINUTE_MS)
  await denidin.models.received('completion', completion + 1)
  await until(async () => (await ask()).includes('not asked for now'))
})

test('with memory off nothing is embedded, and no embedding model is asked; the offline models never are', async () => {
  await start({ feature_flags: { enable_memory_system: false } })
  expect(models.probes).toHaveLength(1)
  await models.probes[0]?.[Symbol.asyncDispose]()
  await denidin[Symbol.asyncDispose]()
  await start({ ai: { provider: 'offline', idle_check: true }, embeddings: { provider: 'offline' } })
  expect(models.probes).toEqual([])
})
