import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { FileModelKnowledge } from '../../src/models/knowledge/file-model-knowledge.ts'
import type { CompletionRequest, LanguageModel, ModelMessage } from '../../src/models/language-model.ts'
import { OpenAiClient } from '../../src/models/openai/openai-client.ts'
import { createOpenAiLanguageModel } from '../../src/models/openai/openai-language-model.ts'
import { DAY_MS } from '../../src/platform/clock.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { createTokenCounter } from '../../src/text/tokens.ts'
import { fakeIds } from '../support/fake-ids.ts'
import {
  failure,
  json,
  reply,
  ScriptedModelServer,
  textOf,
  when,
  type Answer,
  type RecordedRequest,
} from '../support/model-server.ts'
import { recordingMeter } from '../support/recording-meter.ts'
import { SkippingClock } from '../support/skipping-clock.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const call = { purpose: 'reply' } as const
const tokens = createTokenCounter()
const clock = new SkippingClock()

let server: ScriptedModelServer
let folder: Awaited<ReturnType<typeof temporaryFolder>>

beforeEach(async () => {
  server = await ScriptedModelServer.start()
  folder = await temporaryFolder()
})

afterEach(async () => {
  await server[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

/** A model as after a start: what was learned before is read from the file. */
const started = async (model = 'some-model'): Promise<LanguageModel> => {
  const parts = { clock, ids: fakeIds(), logger: silentLogger }
  const knowledge = await FileModelKnowledge.open({ ...parts, path: join(folder.path, 'models.json') })
  const settings = { api_key: 'key', base_url: server.base_url, timeout_seconds: 30, retries: 0 }
  return createOpenAiLanguageModel({
    meter: recordingMeter(),
    ...parts,
    client: new OpenAiClient(settings, parts),
    model,
    tokens,
    knowledge,
  })
}

const said = (role: 'user' | 'assistant', at: number): ModelMessage => ({
  role,
  content: `message ${String(at)} ${'of some length, '.repeat(20)}`,
  ids: [`m${String(at)}`],
})

/** A long talk, of about 80 tokens a message. */
const request = (messages = 200, max_tokens = 500): CompletionRequest => ({
  messages: [
    { role: 'system', content: 'You are DeniDin.' },
    ...Array.from({ length: messages }, (_, at) => said(at % 2 === 0 ? 'user' : 'assistant', at)),
    { role: 'user', content: 'what was the last one?', ids: ['question'] },
  ],
  max_tokens,
  temperature: 0.7,
})

/** Tokens that a request asks for, prompt and answer together. */
const asksFor = ({ body }: RecordedRequest): number =>
  (body.messages ?? []).reduce((sum, { content }) => sum + tokens.count(content) + 4, 3) +
  (body.max_tokens ?? body.max_completion_tokens ?? 0)

const LIMIT = 4096

/** How servers say that a request is too long for a window of 4,096 tokens. */
const TOO_LONG: readonly (readonly [string, { status: number; code?: string; message: string }])[] = [
  [
    'OpenAI',
    {
      status: 400,
      code: 'context_length_exceeded',
      message: `This model's maximum context length is ${String(LIMIT)} tokens. However, your messages resulted in 16000 tokens. Please reduce the length of the messages.`,
    },
  ],
  ['OpenAI, with a comma', { status: 400, message: "This model's maximum context length is 4,096 tokens." }],
  [
    'vLLM',
    {
      status: 400,
      message: `'max_tokens' or 'max_completion_tokens' is too large: 500. This model's maximum context length is ${String(LIMIT)} tokens and your request has 16000 input tokens.`,
    },
  ],
  [
    'OpenRouter',
    {
      status: 400,
      message: `This endpoint's maximum context length is ${String(LIMIT)} tokens. However, you requested about 16500 tokens (16000 of text input, 500 in the output).`,
    },
  ],
  [
    'Mistral',
    {
      status: 400,
      message: `Prompt contains 16000 tokens and 0 draft tokens, too large for model with ${String(LIMIT)} maximum context length`,
    },
  ],
  [
    'llama.cpp',
    {
      status: 400,
      code: 'exceed_context_size_error',
      message: 'the request exceeds the available context size, try increasing it',
    },
  ],
  ['llama-cpp-python', { status: 400, message: `Requested tokens (16500) exceed context window of ${String(LIMIT)}` }],
  [
    'LM Studio',
    {
      status: 400,
      message: `Trying to keep the first 16000 tokens when context the overflows. However, the model is loaded with context length of only ${String(LIMIT)} tokens`,
    },
  ],
  ['Ollama', { status: 500, message: 'input length exceeds the context length' }],
  ['Anthropic', { status: 400, message: `prompt is too long: 16000 tokens > ${String(LIMIT)} maximum` }],
  [
    'Gemini',
    {
      status: 400,
      message: `The input token count (16000) exceeds the maximum number of tokens allowed (${String(LIMIT)}).`,
    },
  ],
  ['Qwen', { status: 400, message: `Range of input length should be [1, ${String(LIMIT)}]` }],
  [
    'TGI',
    {
      status: 422,
      message: `Input validation error: \`inputs\` tokens + \`max_new_tokens\` must be <= ${String(LIMIT)}. Given: 16000 \`inputs\` tokens and 500 \`max_new_tokens\``,
    },
  ],
  [
    'GitHub',
    {
      status: 413,
      code: 'tokens_limit_reached',
      message: `Request body too large for model. Max size: ${String(LIMIT)} tokens.`,
    },
  ],
  ['Groq', { status: 413, message: `Request too large for model: Limit ${String(LIMIT)}, Requested 16500` }],
  ['Moonshot', { status: 400, message: `Invalid request: Your request exceeded model token limit: ${String(LIMIT)}` }],
  [
    'xAI',
    {
      status: 400,
      message: `This model's maximum prompt length is ${String(LIMIT)} but the request contains 16000 tokens.`,
    },
  ],
  ['a web server before it', { status: 413, message: 'Payload Too Large' }],
]

describe('a request that is too long', () => {
  test.each(TOO_LONG)('for %s is shortened at once, and the window is remembered', async (_, { status, ...said }) => {
    server.always(
      'completion',
      when(each => asksFor(each) > LIMIT, failure(status, said), reply('Here.')),
    )
    const first = await started()
    await expect(first.complete(request(), call)).resolves.toMatchObject({ text: 'Here.' })
    const sent = server.of('completion').at(-1)
    if (sent === undefined) throw new Error('nothing was asked')
    expect(textOf(sent)).toContain('You are DeniDin.')
    expect(textOf(sent)).toContain('what was the last one?')
    expect(textOf(sent)).toContain('message 199')
    expect(asksFor(sent)).toBeGreaterThan(LIMIT / 3)

    const asked = server.counts.completion
    const second = await started()
    await second.complete(request(), call)
    expect(server.counts.completion).toBe(asked + 1)
    expect(second.roomFor?.(500)).toBeLessThan(LIMIT)
  })

  test('is unknown of another model at the same address', async () => {
    server.always(
      'completion',
      when(each => asksFor(each) > LIMIT, failure(413), reply('Here.')),
    )
    await (await started()).complete(request(), call)
    server.always('completion', reply('Here.'))
    await (await started('another')).complete(request(), call)
    expect(textOf(server.of('completion').at(-1) ?? raise())).toContain('message 0 ')
  })

  test('is tried whole again after a week: another model may be behind the name', async () => {
    server.always(
      'completion',
      when(each => asksFor(each) > LIMIT, failure(413), reply('Here.')),
    )
    await (await started()).complete(request(), call)
    server.always('completion', reply('Here.'))
    await clock.advance(7 * DAY_MS + 1)
    await (await started()).complete(request(), call)
    expect(textOf(server.of('completion').at(-1) ?? raise())).toContain('message 0 ')
  })

  test('keeps both ends of a question that alone is too long', async () => {
    server.always(
      'completion',
      when(each => asksFor(each) > LIMIT, failure(413), reply('Here.')),
    )
    const content = `begin ${'word '.repeat(9000)} end?`
    const question = { ...request(0), messages: [{ role: 'user', content } as const] }
    await (await started()).complete(question, call)
    const sent = textOf(server.of('completion').at(-1) ?? raise())
    expect(sent).toMatch(/^begin word/)
    expect(sent).toMatch(/ … .*word {2}end\?$/)
  })

  test('by a model that counts more tokens than we do is shortened further', async () => {
    const counted = (each: RecordedRequest): number => 2 * asksFor(each)
    const message = `This model's maximum context length is ${String(LIMIT)} tokens.`
    server.always(
      'completion',
      when(each => counted(each) > LIMIT, failure(400, { message }), reply('Here.')),
    )
    await expect((await started()).complete(request(), call)).resolves.toMatchObject({ text: 'Here.' })
    const asked = server.counts.completion
    await (await started()).complete(request(), call)
    expect(server.counts.completion).toBe(asked + 1)
  })

  test('of which nothing may be left out is refused, and its asker can know the window', async () => {
    const message = `This model's maximum context length is ${String(LIMIT)} tokens.`
    server.always('completion', failure(400, { message }))
    const model = await started()
    await expect(model.complete({ ...request(), whole: true }, call)).rejects.toMatchObject({
      reason: 'context-length',
    })
    expect(server.counts.completion).toBe(1)
    expect((await started()).roomFor?.(500)).toBeLessThan(LIMIT)
  })
})

const raise = (): never => {
  throw new Error('nothing was asked')
}

/** How servers say that they give at most 1,024 tokens. */
const TOO_MUCH: readonly (readonly [string, { param?: string; message: string }])[] = [
  [
    'OpenAI',
    {
      param: 'max_tokens',
      message:
        'max_tokens is too large: 6000. This model supports at most 1024 completion tokens, whereas you provided 6000.',
    },
  ],
  [
    'Anthropic',
    { message: 'max_tokens: 6000 > 1024, which is the maximum allowed number of output tokens for claude' },
  ],
  ['DeepSeek', { message: 'Invalid max_tokens value, the valid range of max_tokens is [1, 1024]' }],
  ['Qwen', { message: 'Range of max_tokens should be [1, 1024]' }],
  [
    'Groq',
    {
      message:
        '`max_tokens` must be less than or equal to `1024`, the maximum value for `max_tokens` is less than the `context_window` for this model',
    },
  ],
  [
    'Gemini',
    {
      message:
        'Unable to submit request because it has a maxOutputTokens value of 6000 but the supported range is from 1 (inclusive) to 1024 (exclusive).',
    },
  ],
]

test.each(TOO_MUCH)('the bound on answers of %s is learned', async (_, said) => {
  const tooMuch = ({ body }: RecordedRequest): boolean => (body.max_tokens ?? 0) > 1024
  server.always('completion', when(tooMuch, failure(400, said), reply('Here.')))
  await expect((await started()).complete(request(2, 6000), call)).resolves.toMatchObject({ text: 'Here.' })
  expect(server.counts.completion).toBe(2)
  await (await started()).complete(request(2, 6000), call)
  expect(server.counts.completion).toBe(3)
})

/** How servers refuse the role `system`. */
const NO_SYSTEM: readonly (readonly [string, number, string])[] = [
  ['Gemma', 400, 'System role not supported'],
  ['a template of llama.cpp', 500, 'Conversation roles must alternate user/assistant/user/assistant/...'],
  ['Mistral', 400, 'Only user and assistant roles are supported!'],
  ['Gemini', 400, 'Developer instruction is not enabled for models/gemma-3-27b-it'],
  ['o1-mini', 400, "Unsupported value: 'messages[0].role' does not support 'system' with this model."],
  ['a strict gateway', 422, 'First message must be from the user'],
]

test.each(NO_SYSTEM)('%s gets no system message', async (_, status, message) => {
  const hasSystem = ({ body }: RecordedRequest): boolean => body.messages?.[0]?.role === 'system'
  server.always('completion', when(hasSystem, failure(status, { message }), reply('Here.')))
  await expect((await started()).complete(request(3), call)).resolves.toMatchObject({ text: 'Here.' })
  expect(server.of('completion').at(-1)?.body.messages?.[0]?.content).toMatch(/^You are DeniDin\.\n\nmessage 0/)
  const asked = server.counts.completion
  await (await started()).complete(request(3), call)
  expect(server.counts.completion).toBe(asked + 1)
})

/** How servers refuse parameters. */
const NO_PARAMETER: readonly (readonly [
  string,
  'temperature' | 'response_format',
  { param?: string; message?: string },
])[] = [
  ['OpenAI', 'temperature', { param: 'temperature', message: 'Only the default (1) value is supported' }],
  ['a gateway', 'temperature', { message: "Unsupported parameter: 'temperature' is not supported with this model." }],
  ['Anthropic', 'temperature', { message: '`temperature` is deprecated for this model.' }],
  ['LM Studio', 'response_format', { message: "'response_format.type' must be 'json_schema' or 'text'" }],
  ['FastAPI', 'response_format', { message: 'body.response_format: Extra inputs are not permitted' }],
  ['a server that says nothing', 'temperature', { message: 'Bad Request' }],
  ['a server that says nothing at all', 'response_format', {}],
]

test.each(NO_PARAMETER)('%s gets no %s', async (_, parameter, said) => {
  const holds = ({ body }: RecordedRequest): boolean => body[parameter] !== undefined
  server.always('completion', when(holds, failure(400, said), reply('Here.')))
  const asking = { ...request(3), json: true }
  await expect((await started()).complete(asking, call)).resolves.toMatchObject({ text: 'Here.' })
  const asked = server.counts.completion
  await (await started()).complete(asking, call)
  expect(server.counts.completion).toBe(asked + 1)
})

test('a refusal for another reason teaches nothing', async () => {
  server.next('completion', failure(401), failure(404), failure(400), failure(400))
  const model = await started()
  for (let n = 0; n < 3; n++) await expect(model.complete(request(0), call)).rejects.toThrow()
  await model.complete({ ...request(0), json: true }, call)
  expect(server.of('completion').at(-1)?.body).toMatchObject({ temperature: 0.7, max_tokens: 500, response_format: {} })
})

describe('a server that cuts silently', () => {
  const knowledge = async (): Promise<FileModelKnowledge> =>
    await FileModelKnowledge.open({ clock, logger: silentLogger, path: join(folder.path, 'models.json') })
  const key = (): string => `${server.host}/v1 some-model`
  const reads =
    (most: number): Answer =>
    (asked, response) => {
      const prompt_tokens = Math.min(most, asksFor(asked) - 500)
      const choices = [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Here.' } }]
      return json({ choices, usage: { prompt_tokens, completion_tokens: 2 } })(asked, response)
    }

  test('is noticed, and noticed too when it reads everything', async () => {
    server.always('completion', reads(4096))
    await (await started()).complete(request(), call)
    expect((await knowledge()).traitsOf(key())).toMatchObject({ cut_at_tokens: 4096 })
    server.always('completion', reads(100_000))
    await (await started()).complete(request(), call)
    expect((await knowledge()).traitsOf(key()).cut_at_tokens).toBeUndefined()
  })

  test('is none while requests are short, or counted a little lower than we do', async () => {
    server.always('completion', reads(100))
    await (await started()).complete(request(5), call)
    server.always('completion', reads(12_000))
    await (await started()).complete(request(), call)
    expect((await knowledge()).traitsOf(key()).cut_at_tokens).toBeUndefined()
  })
})
