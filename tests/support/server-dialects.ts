/** How the servers in use answer, each after its documentation and the reports of its users; docs/models.md lists them. */
import {
  embed,
  failure,
  hashedWords,
  inputsOf,
  json,
  stream,
  text,
  type Answer,
  type RecordedRequest,
} from './model-server.ts'

/** Stands for what a model thinks: no one may ever see it. */
export const THOUGHT = 'secret thought'

export interface ServerDialect {
  readonly name: string
  /** Says a text, after the hidden reasoning of this server's models. */
  say(said: string | ((request: RecordedRequest) => string)): Answer
  /** Half of a text, cut at the bound. */
  half(said: string): Answer
  /** Nothing but reasoning, cut at the bound. */
  readonly exhausted: Answer
  readonly embedding: Answer
  /** Refuses the key. */
  readonly unauthorised: Answer
  /** Whether the first request, for a stream, is refused. */
  readonly refuses_streams: boolean
}

interface Shape {
  readonly name: string
  /** Content of a message or a delta. */
  readonly content?: (said: string) => unknown
  /** Content of a message that holds only the beginning of reasoning. */
  readonly thinking?: unknown
  /** Other fields of a message. */
  readonly fields?: object
  /** What a stream begins with. */
  readonly before?: readonly (string | object)[]
  readonly refuses_streams?: boolean
  /** Whether a stream ends with `[DONE]`. */
  readonly done?: boolean
  readonly embedding?: Answer
  readonly unauthorised: Answer
}

const USAGE = { prompt_tokens: 20, completion_tokens: 10, total_tokens: 30 }

const refuse =
  (status: number, body: unknown): Answer =>
  (_, response) => {
    response.statusCode = status
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(body))
  }

/** A whole answer or a stream, as asked. */
const answer =
  (shape: Shape, make: (request: RecordedRequest) => unknown, finish_reason: string): Answer =>
  (request, response) => {
    const { fields = {}, before = [], refuses_streams = false, done = true } = shape
    const content = make(request)
    const send = (what: Answer): void | Promise<void> => what(request, response)
    if (request.body.stream !== true) {
      return send(
        json({
          choices: [{ index: 0, message: { role: 'assistant', content, ...fields }, finish_reason }],
          usage: USAGE,
        }),
      )
    }
    if (refuses_streams) return send(failure(400, { param: 'stream', message: 'streams are not supported' }))
    const chunk = (delta: object, ended: string | null = null): object => ({
      choices: [{ index: 0, delta, finish_reason: ended }],
    })
    const pieces: readonly unknown[] = typeof content === 'string' ? (content.match(/[^]{1,7}/g) ?? []) : [content]
    return send(
      stream(
        ...before,
        chunk({ role: 'assistant', content: null, ...fields }),
        ...pieces.map(piece => chunk({ content: piece })),
        chunk({}, finish_reason),
        { choices: [], usage: USAGE },
        ...(done ? ['data: [DONE]\n\n'] : []),
      ),
    )
  }

const dialect = (shape: Shape): ServerDialect => {
  const { name, content = (said: string) => said, thinking = '', embedding = embed(), unauthorised } = shape
  return {
    name,
    say: said => answer(shape, request => content(typeof said === 'string' ? said : said(request)), 'stop'),
    half: said => answer(shape, () => content(said), 'length'),
    exhausted: answer(shape, () => thinking, 'length'),
    embedding,
    unauthorised,
    refuses_streams: shape.refuses_streams ?? false,
  }
}

/** Embeddings of a shape of its own, made from plain vectors. */
const embeddings =
  (shape: (vectors: readonly (readonly number[])[]) => unknown, content_type = 'application/json'): Answer =>
  (request, response) =>
    text(JSON.stringify(shape(inputsOf(request).map(input => [...hashedWords(input)]))), content_type)(
      request,
      response,
    )

const KEY = {
  message: 'Incorrect API key provided',
  type: 'invalid_request_error',
  param: null,
  code: 'invalid_api_key',
}

export const SERVER_DIALECTS: readonly ServerDialect[] = [
  dialect({ name: 'OpenAI', unauthorised: refuse(401, { error: KEY }) }),
  dialect({
    name: 'Azure',
    before: [{ choices: [], prompt_filter_results: [{ prompt_index: 0, content_filter_results: {} }] }],
    unauthorised: refuse(401, { error: { code: '401', message: 'Access denied due to invalid subscription key' } }),
  }),
  dialect({
    name: 'OpenRouter',
    fields: { reasoning: THOUGHT, reasoning_details: [{ type: 'reasoning.text', text: THOUGHT }], refusal: null },
    before: [': OPENROUTER PROCESSING\n\n', ': OPENROUTER PROCESSING\n\n'],
    unauthorised: json({ error: { code: 401, message: 'User not found.' } }),
  }),
  dialect({
    name: 'Mistral',
    content: said => [
      { type: 'thinking', thinking: [{ type: 'text', text: THOUGHT }] },
      { type: 'text', text: said },
    ],
    thinking: [{ type: 'thinking', thinking: [{ type: 'text', text: THOUGHT }] }],
    unauthorised: refuse(401, { detail: 'Unauthorized' }),
  }),
  dialect({
    name: 'DeepSeek',
    fields: { reasoning_content: THOUGHT },
    before: [': keep-alive\n\n'],
    unauthorised: refuse(401, { error: { ...KEY, type: 'authentication_error', code: 'invalid_request_error' } }),
  }),
  dialect({
    name: 'Qwen',
    content: said => `${THOUGHT}\n</think>\n\n${said}`,
    thinking: `${THOUGHT}\n</think>\n`,
    unauthorised: refuse(401, { error: KEY, request_id: '1' }),
  }),
  dialect({
    name: 'Gemma',
    content: said => `<|channel>thought\n${THOUGHT}\n<channel|>${said}<turn|>`,
    thinking: `<|channel>thought\n${THOUGHT}`,
    unauthorised: refuse(401, { error: KEY }),
  }),
  dialect({
    name: 'gpt-oss',
    content: said =>
      `<|channel|>analysis<|message|>${THOUGHT}<|end|><|start|>assistant<|channel|>final<|message|>${said}<|return|>`,
    thinking: `<|channel|>analysis<|message|>${THOUGHT}`,
    unauthorised: refuse(401, { error: KEY }),
  }),
  dialect({
    name: 'llama.cpp',
    content: said => `<think>${THOUGHT}</think>${said}<|im_end|>`,
    thinking: `<think>${THOUGHT}`,
    done: false,
    embedding: embeddings(vectors => vectors.map((vector, index) => ({ index, embedding: [vector] }))),
    unauthorised: refuse(401, { error: { code: 401, message: 'Invalid API Key', type: 'authentication_error' } }),
  }),
  dialect({
    name: 'vLLM',
    fields: { reasoning: THOUGHT, reasoning_content: THOUGHT, tool_calls: [] },
    embedding: embed({ always_floats: true }),
    unauthorised: refuse(401, { error: 'Unauthorized' }),
  }),
  dialect({
    name: 'LM Studio',
    content: said => `<think>\n${THOUGHT}\n</think>\n\n${said}`,
    thinking: `<think>\n${THOUGHT}`,
    before: ['event: message\n'],
    unauthorised: refuse(401, { error: 'An LM Studio API token is required' }),
  }),
  dialect({
    name: 'Ollama',
    fields: { reasoning: THOUGHT },
    embedding: embeddings(vectors => ({ embeddings: vectors, prompt_eval_count: 3 })),
    unauthorised: refuse(401, { error: 'unauthorized' }),
  }),
  dialect({
    name: 'Anthropic',
    fields: { refusal: null },
    unauthorised: refuse(401, {
      error: { code: 'authentication_error', message: 'invalid x-api-key', type: 'authentication_error', param: null },
    }),
  }),
  dialect({
    name: 'Gemini',
    content: said => `<thought>${THOUGHT}</thought>${said}`,
    thinking: `<thought>${THOUGHT}`,
    unauthorised: refuse(400, [
      { error: { code: 400, message: 'API key not valid. Please pass a valid API key.', status: 'INVALID_ARGUMENT' } },
    ]),
  }),
  dialect({
    name: 'a gateway without streams, under another content type',
    content: said => `<reasoning>${THOUGHT}</reasoning>\n${said}`,
    thinking: `<reasoning>${THOUGHT}`,
    refuses_streams: true,
    embedding: embeddings(vectors => ({ data: vectors.map(embedding => ({ embedding })) }), 'text/plain'),
    unauthorised: refuse(403, { message: 'Forbidden' }),
  }),
]
