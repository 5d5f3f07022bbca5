import { expect, test } from '@jest/globals'
import { CallHeldBack } from '../../src/models/call-held-back.ts'
import { CallRefused } from '../../src/models/call-refused.ts'
import type { LanguageModel } from '../../src/models/language-model.ts'
import { ModelHealth } from '../../src/models/model-health.ts'
import { ModelError, type ModelErrorReason } from '../../src/models/model-error.ts'
import { watchedLanguageModel } from '../../src/models/watched.ts'
import { FakeClock } from '../support/fake-clock.ts'

const setUp = () =>
  new ModelHealth({ name: 'language model', model: 'm at host', timeout_ms: 60_000, clock: new FakeClock() })

const refused = new ModelError('bad-request', 'host refused the request (400)')

test('one request that is refused for its content says nothing about the model', async () => {
  const health = setUp()
  health.answered(10)
  health.failed(refused, { person_id: 'p1' })
  health.failed(refused, { person_id: 'p2' })
  await expect(health.health()).resolves.toMatchObject({ state: 'ok' })
})

test.each([
  ['one person', ['p1', 'p1', 'p1'], 'degraded'],
  ['several people', ['p1', 'p2', 'p1'], 'down'],
])('three refused requests of %s in a row count', async (_, persons, state) => {
  const health = setUp()
  for (const person_id of persons) health.failed(refused, { person_id })
  await expect(health.health()).resolves.toMatchObject({ state, detail: expect.stringContaining('400') })
  health.answered(10)
  await expect(health.health()).resolves.toMatchObject({ state: 'ok' })
})

test('a call that was held back leaves the reason for which it was', async () => {
  const health = setUp()
  const held = new CallHeldBack('host failed 5 times in a row and is not asked for now')
  health.failed(held, { person_id: 'p1' })
  await expect(health.health()).resolves.toMatchObject({ detail: expect.stringContaining('5 times in a row') })
  health.failed(new ModelError('unreachable', 'host could not be reached (ECONNREFUSED)'), { person_id: 'p1' })
  health.failed(held, { person_id: 'p2' })
  await expect(health.health()).resolves.toMatchObject({
    state: 'down',
    detail: expect.stringContaining('ECONNREFUSED'),
  })
  health.answered(10)
  await expect(health.health()).resolves.toMatchObject({ state: 'ok' })
})

test('a call that a limit refused says nothing about the model', async () => {
  const health = setUp()
  const model: LanguageModel = {
    provider: 'openai',
    model: 'm',
    complete: () => Promise.reject(new CallRefused('day', 'used up', 5)),
  }
  health.answered(10)
  const watched = watchedLanguageModel(model, health, new FakeClock())
  const request = { messages: [], max_tokens: 10, temperature: 0 }
  for (let at = 0; at < 5; at++) {
    await expect(watched.complete(request, { purpose: 'reply', person_id: `p${String(at)}` })).rejects.toThrow(
      'used up',
    )
  }
  await expect(health.health()).resolves.toMatchObject({ state: 'ok' })
})

test('an answer in between starts the count again', async () => {
  const health = setUp()
  health.failed(refused, { person_id: 'p1' })
  health.failed(refused, { person_id: 'p2' })
  health.answered(10)
  health.failed(refused, { person_id: 'p1' })
  await expect(health.health()).resolves.toMatchObject({ state: 'ok' })
})

test('a model is slow when three answers in a row took long, not for one', async () => {
  const health = setUp()
  for (const took of [40_000, 50_000]) health.answered(took)
  await expect(health.health()).resolves.toMatchObject({ state: 'ok' })
  health.answered(45_000)
  await expect(health.health()).resolves.toEqual({
    state: 'degraded',
    detail: 'm at host is slow: its last 3 answers took 45 seconds on average.',
  })
  health.answered(1000)
  await expect(health.health()).resolves.toMatchObject({ state: 'ok' })
})

test.each<[ModelErrorReason, string]>([
  ['unauthorised', 'down'],
  ['not-found', 'down'],
  ['out-of-credit', 'down'],
  ['rate-limited', 'down'],
  ['overloaded', 'down'],
  ['server-error', 'down'],
  ['unreachable', 'down'],
  ['timeout', 'down'],
  ['redirected', 'down'],
  ['bad-response', 'down'],
  ['content-filter', 'ok'],
  ['context-length', 'ok'],
  ['bad-request', 'ok'],
  ['too-large', 'ok'],
])('after one failure with the reason %s the model is %s', async (reason, state) => {
  const health = setUp()
  health.answered(10)
  health.failed(new ModelError(reason, 'host failed'), { person_id: 'p1' })
  await expect(health.health()).resolves.toMatchObject({ state })
})
