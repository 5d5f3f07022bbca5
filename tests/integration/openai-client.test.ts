import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { CallHeldBack } from '../../src/models/call-held-back.ts'
import { OpenAiClient } from '../../src/models/openai/openai-client.ts'
import { createOpenAiLanguageModel } from '../../src/models/openai/openai-language-model.ts'
import type { LanguageModel } from '../../src/models/language-model.ts'
import { createTokenCounter } from '../../src/text/tokens.ts'
import {
  cutBody,
  endless,
  failure,
  hangUp,
  hold,
  json,
  redirect,
  reply,
  ScriptedModelServer,
  textOf,
  when,
} from '../support/model-server.ts'
import { recordingMeter } from '../support/recording-meter.ts'
import { forgetfulKnowledge } from '../support/forgetful-knowledge.ts'
import { fakeIds } from '../support/fake-ids.ts'
import { memoryLog, type MemoryLog } from '../support/memory-log.ts'
import { SkippingClock } from '../support/skipping-clock.ts'

const KEY = 'sk-test-0123456789abcdef'
const TIMEOUT_SECONDS = 30
const request = { messages: [{ role: 'user', content: 'My PIN is 9321' }], max_tokens: 50, temperature: 0 } as const
const call = { purpose: 'reply' } as const
const tokens = createTokenCounter()

let server: ScriptedModelServer
let clock: SkippingClock
let logger: MemoryLog

beforeEach(async () => {
  server = await ScriptedModelServer.start()
  clock = new SkippingClock()
  logger = memoryLog()
})

afterEach(async () => {
  await server[Symbol.asyncDispose]()
})

const connect = (
  options: { base_url?: string; retries?: number } = {},
): { client: OpenAiClient; model: LanguageModel } => {
  const { base_url = server.base_url, retries = 2 } = options
  const client = new OpenAiClient(
    { api_key: KEY, base_url, timeout_seconds: TIMEOUT_SECONDS, retries },
    { clock, ids: fakeIds(), logger },
  )
  const knowledge = forgetfulKnowledge({ clock, logger })
  return {
    client,
    model: createOpenAiLanguageModel({
      meter: recordingMeter(),
      client,
      model: 'some-model',
      tokens,
      knowledge,
      clock,
      logger,
    }),
  }
}

test.each(['/chat/completions', '/chat/completions/', '/embeddings', '/'])(
  'an address that ends with %s is the address of the API',
  async ending => {
    const { model } = connect({ base_url: `${server.base_url}${ending}` })
    await expect(model.complete(request, call)).resolves.toMatchObject({ text: 'You said: My PIN is 9321' })
  },
)

describe('repeating', () => {
  test.each([408, 409, 429, 500, 503])('a call that met status %i is repeated', async status => {
    server.next('completion', failure(status), reply('Hello'))
    const { model } = connect()
    await expect(model.complete(request, call)).resolves.toMatchObject({ text: 'Hello' })
    expect(server.counts.completion).toBe(2)
  })

  test.each([
    ['a body cut in the middle', cutBody],
    ['a connection that breaks', hangUp],
  ])('a call that met %s is repeated', async (_, broken) => {
    server.next('completion', broken(), reply('Hello'))
    await expect(connect().model.complete(request, call)).resolves.toMatchObject({ text: 'Hello' })
  })

  test('pauses grow, each drawn from the upper half of its step', async () => {
    server.always('completion', failure(500))
    await expect(connect({ retries: 3 }).model.complete(request, call)).rejects.toMatchObject({
      code: 'unavailable',
      retryable: true,
    })
    expect(clock.sleeps).toEqual([375, 750, 1500])
    expect(server.counts.completion).toBe(4)
  })

  test.each([
    ['seconds', { 'retry-after': '7' }],
    ['milliseconds', { 'retry-after-ms': '7000' }],
    ['a date', { 'retry-after': 'Fri, 20 Nov 2026 10:00:07 GMT' }],
  ])('it waits as long as the server asks for in %s, and at most a tenth longer', async (_, headers) => {
    server.next('completion', failure(429, { headers }), reply('Hello'))
    await connect().model.complete(request, call)
    expect(clock.sleeps).toEqual([7350])
  })

  test.each([
    ['a sentence', 'Rate limit reached on tokens per min: Limit 30000. Please try again in 7s. Visit our page.', 7350],
    ['minutes', 'Please retry in 0m7.0s.', 7350],
    ['milliseconds', 'Rate limit reached, try again in 700ms', 735],
    ['words', 'Try again in 7 seconds, please', 7350],
    ['nothing that can be read', 'Please try again in a while', 375],
    ['nothing that is a number', 'Please try again in 1.2.3s', 375],
  ])('it waits as long as the error says in %s', async (_, message, waited) => {
    server.next('completion', failure(429, { message }), reply('Hello'))
    await connect().model.complete(request, call)
    expect(clock.sleeps).toEqual([waited])
  })

  test('it waits as long as the details of the error say', async () => {
    server.next(
      'completion',
      (_, response) => {
        const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '7s' }]
        response.writeHead(429, { 'content-type': 'application/json' })
        response.end(JSON.stringify([{ error: { code: 429, message: 'You exceeded your current rate', details } }]))
      },
      reply('Hello'),
    )
    await connect().model.complete(request, call)
    expect(clock.sleeps).toEqual([7350])
  })

  test('a wait that would outlast the deadline is not begun', async () => {
    server.always('completion', failure(429, { headers: { 'retry-after': '90' } }))
    await expect(connect().model.complete(request, call)).rejects.toMatchObject({
      code: 'unavailable',
      retryable: true,
    })
    expect(clock.sleeps).toEqual([])
    expect(server.counts.completion).toBe(1)
  })

  test('a Retry-After in the past or in no known form is answered with an ordinary pause', async () => {
    server.next(
      'completion',
      failure(429, { headers: { 'retry-after': 'Fri, 20 Nov 2020 10:00:00 GMT' } }),
      failure(429, { headers: { 'retry-after': 'soon' } }),
      reply('Hello'),
    )
    await connect().model.complete(request, call)
    expect(clock.sleeps).toEqual([375, 750])
  })

  test('neither an empty account nor a server that forbids it is asked again', async () => {
    const { model } = connect()
    server.next('completion', failure(429, { code: 'insufficient_quota' }))
    await expect(model.complete(request, call)).rejects.toMatchObject({ code: 'unavailable' })
    server.next('completion', failure(503, { headers: { 'x-should-retry': 'false' } }))
    await expect(model.complete(request, call)).rejects.toMatchObject({ code: 'unavailable' })
    expect(server.counts.completion).toBe(2)
  })

  test('a refusal is not repeated and names what to look at', async () => {
    const { model } = connect()
    server.next('completion', failure(401, { code: 'invalid_api_key' }), failure(404, { code: 'model_not_found' }))
    await expect(model.complete(request, call)).rejects.toMatchObject({
      code: 'rejected',
      retryable: false,
      message: `${server.host} refused the request: it does not accept the key (401 invalid_api_key)`,
    })
    await expect(model.complete(request, call)).rejects.toMatchObject({
      code: 'rejected',
      message: `${server.host} refused the request: it does not know the model or the address (404 model_not_found)`,
    })
    expect(server.counts.completion).toBe(2)
  })
})

describe('the deadline', () => {
  test('ends a call that gets no answer', async () => {
    const held = hold(reply('too late'))
    server.next('completion', held.answer)
    const failed = expect(connect().model.complete(request, call)).rejects.toMatchObject({
      code: 'timeout',
      retryable: true,
    })
    await held.arrived
    await clock.advance(TIMEOUT_SECONDS * 1000)
    await failed
    held.release()
  })

  test('covers all attempts together', async () => {
    const held = hold(reply('too late'))
    server.next('completion', failure(429, { headers: { 'retry-after': '20' } }), held.answer)
    const failed = expect(connect().model.complete(request, call)).rejects.toMatchObject({ code: 'timeout' })
    await held.arrived
    await clock.advance(9000)
    await failed
    held.release()
  })

  test('is not the only end: whoever asked may call it off', async () => {
    const held = hold(reply('too late'))
    server.next('completion', held.answer)
    const controller = new AbortController()
    const failed = expect(connect().model.complete(request, { ...call, signal: controller.signal })).rejects.toThrow(
      'not needed any more',
    )
    await held.arrived
    controller.abort(new Error('not needed any more'))
    await failed
    held.release()
  })
})

describe('the circuit breaker', () => {
  const fail = async (model: LanguageModel, times: number): Promise<void> => {
    for (let i = 0; i < times; i++) await expect(model.complete(request, call)).rejects.toThrow()
  }

  /** Whether the server does not even see a call. */
  const isHeldBack = async (model: LanguageModel): Promise<boolean> => {
    const before = server.counts.completion
    await model.complete(request, call).catch(() => undefined)
    return server.counts.completion === before
  }

  test('holds calls back after five failures in a row, and says so', async () => {
    const { model } = connect({ retries: 0 })
    server.always('completion', failure(500))
    await fail(model, 5)
    await expect(model.complete(request, call)).rejects.toMatchObject({
      code: 'unavailable',
      message: `${server.host} failed 5 times in a row and is not asked for now`,
    })
    await expect(model.complete(request, call)).rejects.toThrow(CallHeldBack)
    expect(server.counts.completion).toBe(5)
    expect(logger.lines.filter(line => line.level === 'warn')).toHaveLength(1)
  })

  test('lets one call through after half a minute, and the others once it went well', async () => {
    const { model } = connect({ retries: 0 })
    server.always('completion', failure(500))
    await fail(model, 5)
    await clock.advance(29_999)
    await fail(model, 1)
    expect(server.counts.completion).toBe(5)

    const held = hold(reply('Here again'))
    server.next('completion', held.answer)
    server.always('completion', reply('Hello'))
    await clock.advance(1)
    const trial = model.complete(request, call)
    await held.arrived
    const waiting = model.complete(request, call)
    await clock.advance(10)
    expect(server.counts.completion).toBe(6)
    held.release()
    await expect(trial).resolves.toMatchObject({ text: 'Here again' })
    await expect(waiting).resolves.toMatchObject({ text: 'Hello' })
    expect(await isHeldBack(model)).toBe(false)
  })

  test('goes on holding back for another half minute when that one call fails', async () => {
    const { model } = connect({ retries: 0 })
    server.always('completion', failure(500))
    await fail(model, 5)
    await clock.advance(30_000)
    await fail(model, 1)
    await clock.advance(29_999)
    await fail(model, 1)
    expect(server.counts.completion).toBe(6)
  })

  test('stays open when its one trial call was called off', async () => {
    const { model } = connect({ retries: 0 })
    server.always('completion', failure(500))
    await fail(model, 5)
    await clock.advance(30_000)
    const held = hold(reply('too late'))
    server.next('completion', held.answer)
    const controller = new AbortController()
    const trial = expect(model.complete(request, { ...call, signal: controller.signal })).rejects.toThrow('enough')
    await held.arrived
    controller.abort(new Error('enough'))
    await trial
    await clock.advance(0)
    expect(await isHeldBack(model)).toBe(true)
    held.release()
  })

  test('counts deadlines that ran out', async () => {
    const { model } = connect({ retries: 0 })
    for (let i = 0; i < 5; i++) {
      const held = hold(reply('too late'))
      server.next('completion', held.answer)
      const failed = expect(model.complete(request, call)).rejects.toMatchObject({ code: 'timeout' })
      await held.arrived
      await clock.advance(TIMEOUT_SECONDS * 1000)
      await failed
      held.release()
    }
    expect(await isHeldBack(model)).toBe(true)
  })

  test('takes neither refusals nor calls that were called off for an outage', async () => {
    const { model } = connect({ retries: 0 })
    server.always('completion', failure(401))
    await fail(model, 6)
    for (let i = 0; i < 6; i++) {
      const held = hold(reply('too late'))
      server.next('completion', held.answer)
      const controller = new AbortController()
      const failed = expect(model.complete(request, { ...call, signal: controller.signal })).rejects.toThrow('enough')
      await held.arrived
      controller.abort(new Error('enough'))
      await failed
      held.release()
    }
    expect(server.counts.completion).toBe(12)
    expect(await isHeldBack(model)).toBe(false)
  })

  test('is not opened by one conversation, whatever the server says to it', async () => {
    const { model } = connect({ retries: 0 })
    const ill = when(each => textOf(each).includes('ill'), failure(500), reply('Hello'))
    server.always('completion', ill)
    const ask = (content: string, chat_id: string): Promise<unknown> =>
      model.complete({ ...request, messages: [{ role: 'user', content }] }, { ...call, chat_id })
    for (let n = 0; n < 12; n++) await expect(ask('ill', 'one')).rejects.toMatchObject({ reason: 'server-error' })
    await expect(ask('well', 'two')).resolves.toMatchObject({ text: 'Hello' })
  })

  test('is opened by two conversations, and by one where the server is not there', async () => {
    const { model } = connect({ retries: 0 })
    server.always('completion', failure(500))
    for (let n = 0; n < 5; n++) {
      await expect(model.complete(request, { ...call, chat_id: n === 4 ? 'two' : 'one' })).rejects.toThrow()
    }
    expect(await isHeldBack(model)).toBe(true)
    const { model: goneModel } = connect({ retries: 0 })
    server.always('completion', hangUp())
    for (let n = 0; n < 5; n++) await expect(goneModel.complete(request, { ...call, chat_id: 'one' })).rejects.toThrow()
    expect(await isHeldBack(goneModel)).toBe(true)
  })

  test('does not stay open for all because the trial was a conversation that the server breaks down on', async () => {
    const { model } = connect({ retries: 0 })
    const ask = (content: string, chat_id: string): Promise<unknown> =>
      model.complete({ ...request, messages: [{ role: 'user', content }] }, { ...call, chat_id })
    server.always('completion', failure(500))
    for (let n = 0; n < 5; n++) await expect(ask('ill', n % 2 === 0 ? 'one' : 'two')).rejects.toThrow()
    server.always(
      'completion',
      when(each => textOf(each).includes('ill'), failure(500), reply('Hello')),
    )
    await clock.advance(30_000)
    await expect(ask('ill', 'one')).rejects.toMatchObject({ reason: 'server-error' })
    await expect(ask('well', 'two')).resolves.toMatchObject({ text: 'Hello' })
  })

  test('lets no more than two conversations try before the next pause', async () => {
    const { model } = connect({ retries: 0 })
    server.always('completion', failure(500))
    const ask = async (chat_id: string): Promise<void> => {
      await expect(model.complete(request, { ...call, chat_id })).rejects.toThrow()
    }
    for (const chat_id of ['1', '2', '3', '4', '5']) await ask(chat_id)
    await clock.advance(30_000)
    for (const chat_id of ['1', '2', '3', '4', '5', '1', '2']) await ask(chat_id)
    expect(server.counts.completion).toBe(7)
  })

  test('of one model is not that of another at the same address', async () => {
    const parts = { clock, ids: fakeIds(), logger }
    const settings = { api_key: KEY, base_url: server.base_url, timeout_seconds: TIMEOUT_SECONDS, retries: 0 }
    const client = new OpenAiClient(settings, parts)
    const knowledge = forgetfulKnowledge(parts)
    const named = (model: string): LanguageModel =>
      createOpenAiLanguageModel({ meter: recordingMeter(), ...parts, client, model, tokens, knowledge })
    server.always(
      'completion',
      when(({ body }) => body.model === 'bad', failure(500), reply('Hello')),
    )
    await fail(named('bad'), 6)
    await expect(named('good').complete(request, call)).resolves.toMatchObject({ text: 'Hello' })
  })

  test('counts failures in a row only', async () => {
    const { model } = connect({ retries: 0 })
    server.next('completion', ...Array.from({ length: 4 }, () => failure(500)), reply('Hello'))
    await fail(model, 4)
    await model.complete(request, call)
    server.next('completion', ...Array.from({ length: 4 }, () => failure(500)))
    await fail(model, 4)
    expect(await isHeldBack(model)).toBe(false)
  })
})

test('a server that is not there is unavailable', async () => {
  const free = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => free.once('listening', resolve))
  const { port } = free.address() as AddressInfo
  await new Promise(resolve => free.close(resolve))
  const { model } = connect({ base_url: `http://127.0.0.1:${String(port)}/v1` })
  await expect(model.complete(request, call)).rejects.toMatchObject({
    code: 'unavailable',
    message: `127.0.0.1:${String(port)} could not be reached (ECONNREFUSED)`,
  })
  expect(clock.sleeps).toHaveLength(2)
})

test("neither the key nor a person's words come into the log above debug, or into an error", async () => {
  const message = `Incorrect API key provided: ${KEY}. You sent: My PIN is 9321`
  server.next('completion', failure(401, { message, code: 'invalid_api_key' }), failure(500, { message }), reply('Hi'))
  const { model } = connect()
  const error: unknown = await model.complete(request, call).catch((thrown: unknown) => thrown)
  await model.complete(request, call)
  const seen = [String(error), JSON.stringify(error), String((error as Error).cause), String((error as Error).stack)]
  expect(logger.text('info')).toContain('Model call is repeated')
  for (const text of [...seen, logger.text('info')]) {
    expect(text).not.toContain(KEY)
    expect(text).not.toContain('9321')
  }
  expect(logger.text()).toContain('Incorrect API key provided')
  expect(logger.text()).not.toContain(KEY)
  expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${KEY}`)
})

test.each([301, 302, 303, 307, 308])(
  'a redirect with status %i is refused: nothing goes to the other host',
  async status => {
    await using other = await ScriptedModelServer.start()
    server.next('completion', redirect(`${other.base_url}/chat/completions`, status))
    await expect(connect().model.complete(request, call)).rejects.toMatchObject({
      code: 'rejected',
      reason: 'redirected',
      message: `${server.host} redirects to http://${other.host} (${String(status)}); nothing is sent there. If that address is right, set base_url to it`,
    })
    expect(other.counts.completion).toBe(0)
    expect(server.counts.completion).toBe(1)
  },
)

test('a body that never ends is given up', async () => {
  server.next('completion', endless('a', { opening: '{"choices": [{"message": {"content": "' }))
  await expect(connect().model.complete(request, call)).rejects.toMatchObject({ reason: 'too-large' })
  expect(server.counts.completion).toBe(1)
})

test('an error that never ends is read at its beginning', async () => {
  server.always('completion', (_, response) => {
    response.statusCode = 400
    return endless('a', { opening: '{"error": "' })(_, response)
  })
  await expect(connect().model.complete(request, call)).rejects.toMatchObject({ code: 'rejected' })
})

test.each([
  ['an object', { error: { message: 'Rate limit exceeded', code: 429 } }, 'rate-limited'],
  ['a sentence', { error: 'Unexpected endpoint or method. (POST /chat/completions)' }, 'not-found'],
])('an error inside an answer with status 200 is that error: %s', async (_, body, reason) => {
  server.always('completion', json(body))
  await expect(connect().model.complete(request, call)).rejects.toMatchObject({ reason })
  expect(server.counts.completion).toBe(reason === 'rate-limited' ? 3 : 1)
})

test("a server of one's own needs no key", async () => {
  const client = new OpenAiClient(
    { api_key: undefined, base_url: server.base_url, timeout_seconds: 5, retries: 0 },
    { clock, ids: fakeIds(), logger },
  )
  const knowledge = forgetfulKnowledge({ clock, logger })
  const model = createOpenAiLanguageModel({
    meter: recordingMeter(),
    client,
    model: 'some-model',
    tokens,
    knowledge,
    clock,
    logger,
  })
  server.next('completion', reply('Hello'))
  await expect(model.complete(request, call)).resolves.toMatchObject({ text: 'Hello' })
})
