/** Why a call failed, from the error bodies of current servers: each as its documentation or its users show it. */
import { expect, test } from '@jest/globals'
import { DenidinError } from '../../src/platform/errors.ts'
import { ModelError, modelErrorReason, type ModelErrorReason } from '../../src/models/model-error.ts'
import { failureReason, namedLimit } from '../../src/models/openai/failure-reason.ts'
import { readProviderError } from '../../src/models/openai/provider-error.ts'

const error = (message: string, more: object = {}): object => ({ error: { message, ...more } })

const NONE = { message: '', codes: [], parameter: undefined, status: undefined, context_tokens: undefined }

const FAILURES: readonly (readonly [string, number, unknown, ModelErrorReason])[] = [
  ['OpenAI: key', 401, error('Incorrect API key provided: sk-…', { code: 'invalid_api_key' }), 'unauthorised'],
  ['OpenAI: model', 404, error('The model `gpt-9` does not exist', { code: 'model_not_found' }), 'not-found'],
  ['OpenAI: quota', 429, error('You exceeded your current quota', { code: 'insufficient_quota' }), 'out-of-credit'],
  ['OpenAI: rate', 429, error('Rate limit reached for gpt-4o', { code: 'rate_limit_exceeded' }), 'rate-limited'],
  [
    'OpenAI: request beyond the rate',
    429,
    error('Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 40000', {
      code: 'rate_limit_exceeded',
    }),
    'context-length',
  ],
  [
    'OpenAI: context',
    400,
    error("This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.", {
      code: 'context_length_exceeded',
    }),
    'context-length',
  ],
  [
    'OpenAI: answer bound',
    400,
    error('max_tokens is too large: 33268. This model supports at most 16384 completion tokens.', {
      param: 'max_tokens',
      code: 'invalid_value',
    }),
    'bad-request',
  ],
  ['OpenAI: usage policy', 400, error('Invalid prompt: it was flagged', { code: 'invalid_prompt' }), 'content-filter'],
  ['OpenAI: engine', 503, error('The engine is currently overloaded', { type: 'server_error' }), 'overloaded'],
  [
    'Azure: filter',
    400,
    error("The response was filtered due to the prompt triggering Azure OpenAI's content management policy.", {
      code: 'content_filter',
      innererror: { code: 'ResponsibleAIPolicyViolation' },
    }),
    'content-filter',
  ],
  ['Azure: deployment', 404, error('The API deployment does not exist', { code: 'DeploymentNotFound' }), 'not-found'],
  ['OpenRouter: credits', 402, error('Insufficient credits', { code: 402 }), 'out-of-credit'],
  [
    'OpenRouter: moderation',
    403,
    error('openai/gpt-4 requires moderation. Your input was flagged for "violence"', { code: 403 }),
    'content-filter',
  ],
  ['OpenRouter: rate inside 200', 200, error('Rate limit exceeded', { code: 429 }), 'rate-limited'],
  ['OpenRouter: model', 400, error('foo/bar is not a valid model ID', { code: 400 }), 'not-found'],
  [
    'OpenRouter: what its provider said',
    400,
    error('Provider returned error', {
      code: 400,
      metadata: { raw: '{"message":"maximum context length is 4096 tokens"}' },
    }),
    'context-length',
  ],
  [
    'Mistral: context',
    400,
    {
      object: 'error',
      message: 'Prompt contains 41110 tokens and 0 draft tokens, too large for model with 32768 maximum context length',
      type: 'invalid_request_error',
      code: '3051',
    },
    'context-length',
  ],
  [
    'Mistral: parameter',
    422,
    { detail: [{ type: 'extra_forbidden', loc: ['body', 'foo'], msg: 'Extra inputs are not permitted' }] },
    'bad-request',
  ],
  ['DeepSeek: balance', 402, error('Insufficient Balance', { code: 'invalid_request_error' }), 'out-of-credit'],
  ['DeepSeek: filter', 400, error('Content Exists Risk', { code: 'invalid_request_error' }), 'content-filter'],
  ['DeepSeek: model', 400, error('Model Not Exist', { code: 'invalid_request_error' }), 'not-found'],
  [
    'DeepSeek: answer bound',
    400,
    error('Invalid max_tokens value, the valid range of max_tokens is [1, 8192]'),
    'bad-request',
  ],
  [
    'Qwen: filter',
    400,
    error('Input data may contain inappropriate content.', { code: 'data_inspection_failed' }),
    'content-filter',
  ],
  ['Qwen: arrears', 400, error('Access denied, please make sure', { code: 'Arrearage' }), 'out-of-credit'],
  ['Qwen: length', 400, error('Range of input length should be [1, 30720]'), 'context-length'],
  [
    'llama.cpp: context',
    400,
    error('request (4390 tokens) exceeds the available context size (4096 tokens), try increasing it', {
      code: 400,
      type: 'exceed_context_size_error',
      n_prompt_tokens: 4390,
      n_ctx: 4096,
    }),
    'context-length',
  ],
  ['llama.cpp: context, as 500', 500, error('Context size has been exceeded.', { code: 500 }), 'context-length'],
  ['llama.cpp: start', 503, error('Loading model', { code: 503, type: 'unavailable_error' }), 'overloaded'],
  [
    'vLLM: context with the answer',
    400,
    error("'max_tokens' is too large: 20000. This model's maximum context length is 8192 tokens (20000 > 8192 - 27)"),
    'context-length',
  ],
  ['vLLM: roles', 400, { object: 'error', message: 'roles must alternate', type: 'BadRequestError' }, 'bad-request'],
  ['LM Studio: address, inside 200', 200, { error: 'Unexpected endpoint or method. (POST /chat)' }, 'not-found'],
  ['LM Studio: no model', 404, error('No models loaded. Please load a model'), 'not-found'],
  ['Ollama: model', 404, error('model "llama9" not found, try pulling it first', { type: 'api_error' }), 'not-found'],
  ['Ollama: embedding length', 400, { error: 'the input length exceeds the context length' }, 'context-length'],
  ['Ollama: its own shape', 500, { error: 'model requires more system memory' }, 'server-error'],
  ['Anthropic: overload', 529, error('Overloaded', { type: 'overloaded_error' }), 'overloaded'],
  ['Anthropic: credit', 400, error('Your credit balance is too low to access the API'), 'out-of-credit'],
  ['Anthropic: context', 400, error('prompt is too long: 210000 tokens > 200000 maximum'), 'context-length'],
  [
    'Anthropic: answer bound',
    400,
    error('max_tokens: 128000 > 64000, which is the maximum allowed number of output tokens for this model'),
    'bad-request',
  ],
  [
    'Gemini: key',
    400,
    [error('API key not valid. Please pass a valid API key.', { code: 400, status: 'INVALID_ARGUMENT' })],
    'unauthorised',
  ],
  [
    'Gemini: rate, in words about billing',
    429,
    [error('You exceeded your current quota, please check your plan and billing', { status: 'RESOURCE_EXHAUSTED' })],
    'rate-limited',
  ],
  [
    'Gemini: context',
    400,
    [error('The input token count (1048600) exceeds the maximum number of tokens allowed (1048575).')],
    'context-length',
  ],
  ['TEI: embedding length', 413, { error: '`inputs` must have less than 512 tokens. Given: 600' }, 'context-length'],
  [
    'MiniMax, inside 200',
    200,
    { base_resp: { status_code: 1008, status_msg: 'insufficient balance' } },
    'out-of-credit',
  ],
  ['Cloudflare', 500, { errors: [{ code: 5007, message: 'No such task' }], success: false }, 'server-error'],
  ['a gateway', 502, '<html>Bad Gateway</html>', 'server-error'],
  ['a gateway: status and msg', 200, { status: 'error', msg: 'Invalid API key' }, 'unauthorised'],
  ['a gateway: code and msg', 200, { code: 1302, msg: 'rate limit of this key reached' }, 'rate-limited'],
  ['a sentence only', 200, { error: 'boom' }, 'server-error'],
  [
    'vLLM: prompt',
    400,
    error('The decoder prompt (length 9) is longer than the maximum model length of 8'),
    'context-length',
  ],
  ['TabbyAPI: context', 400, { detail: 'Prompt length 9000 is greater than max_seq_len 4096' }, 'context-length'],
  ['GLM: context', 400, error('Prompt 超长', { code: '1261' }), 'context-length'],
  ['a gateway in Chinese', 400, error('输入长度超过模型最大上下文长度 4096'), 'context-length'],
  ['Baidu, inside 200', 200, { result: '', error_code: 17, error_msg: 'rate limit reached' }, 'rate-limited'],
  ['an error with no words', 418, undefined, 'bad-request'],
  ['words of a key in a failure of the server', 500, error('Incorrect API key provided'), 'server-error'],
]

test.each(FAILURES)('%s', (_, status, body, reason) => {
  expect(failureReason({ status: status === 200 ? undefined : status, error: readProviderError(body) })).toBe(reason)
})

test.each([
  ["This model's maximum context length is 8192 tokens.", 8192],
  ['too large for model with 32768 maximum context length', 32768],
  ['request (4390 tokens) exceeds the available context size (4096 tokens)', 4096],
  ['Requested tokens (2285) exceed context window of 2048', 2048],
  ['prompt is too long: 210000 tokens > 200000 maximum', 200000],
  ['max_tokens: 128000 > 64000, which is the maximum allowed number of output tokens', 64000],
  ['the valid range of max_tokens is [1, 8192]', 8192],
  ['`max_tokens` must be less than or equal to `8192`', 8192],
  ['This model supports at most 16384 completion tokens', 16384],
  ['must have less than 512 tokens. Given: 600', 512],
  ['exceeds the maximum number of tokens allowed (1048575).', 1048575],
  ['`max_tokens` must be less than or equal to 8192', 8192],
  ['is longer than the maximum model length of 8192.', 8192],
  ['Prompt length 9000 is greater than max_seq_len 4096', 4096],
  ['roles must alternate', undefined],
])('the limit that is named in "%s"', (message, limit) => {
  expect(namedLimit(readProviderError(error(message)) ?? NONE)).toBe(limit)
})

test.each([
  ['an answer', { choices: [{ message: { content: 'Hi' } }] }],
  ['an answer that says it has no error', { error: null, choices: [] }],
  ['an empty error', { error: {}, data: [] }],
  ['a message of ours', { role: 'assistant', message: 'Hi' }],
  ['a message of another API', { message: { role: 'assistant', content: 'Hi' } }],
  ['nothing', undefined],
  ['a number', 7],
])('%s is not an error', (_, body) => {
  expect(readProviderError(body)).toBeUndefined()
})

test('a reason is told of every error that has one', () => {
  expect(modelErrorReason(new ModelError('overloaded', 'busy'))).toBe('overloaded')
  expect(modelErrorReason(new DenidinError('timeout', 'too long'))).toBe('timeout')
  expect(modelErrorReason(new DenidinError('stopping', 'bye'))).toBeUndefined()
  expect(modelErrorReason(new Error('no'))).toBeUndefined()
})
