/** What calls took, in the words of each provider. */
import { expect, test } from '@jest/globals'
import { ChatAnswerBuilder } from '../../src/models/openai/chat-answer.ts'
import { readUsage } from '../../src/models/openai/read-usage.ts'

test.each([
  [
    'OpenAI',
    { prompt_tokens: 2006, completion_tokens: 300, total_tokens: 2306, prompt_tokens_details: { cached_tokens: 1920 } },
    { input_tokens: 2006, cached_tokens: 1920, output_tokens: 300 },
  ],
  [
    'OpenAI, with reasoning inside the completion',
    {
      prompt_tokens: 10,
      completion_tokens: 500,
      total_tokens: 510,
      prompt_tokens_details: { cached_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 450 },
    },
    { input_tokens: 10, cached_tokens: 0, output_tokens: 500 },
  ],
  [
    'DeepSeek',
    {
      prompt_tokens: 100,
      completion_tokens: 20,
      total_tokens: 120,
      prompt_cache_hit_tokens: 64,
      prompt_cache_miss_tokens: 36,
    },
    { input_tokens: 100, cached_tokens: 64, output_tokens: 20 },
  ],
  [
    'Moonshot',
    { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120, cached_tokens: 80 },
    { input_tokens: 100, cached_tokens: 80, output_tokens: 20 },
  ],
  [
    'Gemini: thoughts are in the total alone',
    { prompt_tokens: 20, completion_tokens: 198, total_tokens: 623 },
    { input_tokens: 20, output_tokens: 603 },
  ],
  [
    'Gemini: nothing but thoughts',
    {
      prompt_tokens: 21,
      completion_tokens: 0,
      total_tokens: 81,
      completion_tokens_details: { reasoning_tokens: 60 },
    },
    { input_tokens: 21, output_tokens: 60 },
  ],
  [
    'xAI: reasoning beside the completion, and cached input',
    {
      prompt_tokens: 32,
      completion_tokens: 9,
      total_tokens: 135,
      prompt_tokens_details: { cached_tokens: 6 },
      completion_tokens_details: { reasoning_tokens: 94 },
    },
    { input_tokens: 32, cached_tokens: 6, output_tokens: 103 },
  ],
  [
    'a gateway to Anthropic: cached input inside the prompt',
    { prompt_tokens: 2100, completion_tokens: 50, total_tokens: 2150, cache_read_input_tokens: 2000 },
    { input_tokens: 2100, cached_tokens: 2000, output_tokens: 50 },
  ],
  [
    'a gateway to Anthropic: cached input beside the prompt',
    { prompt_tokens: 100, completion_tokens: 50, total_tokens: 2150, cache_read_input_tokens: 2000 },
    { input_tokens: 2100, cached_tokens: 2000, output_tokens: 50 },
  ],
  [
    'Ollama, vLLM, llama.cpp',
    { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 },
    { input_tokens: 5, output_tokens: 7 },
  ],
  ['no total', { prompt_tokens: 5, completion_tokens: 7 }, { input_tokens: 5, output_tokens: 7 }],
  [
    'a total that is too small',
    { prompt_tokens: 5, completion_tokens: 7, total_tokens: 3 },
    { input_tokens: 5, output_tokens: 7 },
  ],
  [
    'details that are empty',
    { prompt_tokens: 5, completion_tokens: 7, prompt_tokens_details: null },
    { input_tokens: 5, output_tokens: 7 },
  ],
  ['digits as texts', { prompt_tokens: '5', completion_tokens: '7' }, { input_tokens: 5, output_tokens: 7 }],
  ['other names', { input_tokens: 5, output_tokens: 7 }, { input_tokens: 5, output_tokens: 7 }],
  ['zeros of a server that does not count', { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }, {}],
  ['a count of the answer only', { prompt_tokens: 0, completion_tokens: 7, total_tokens: 7 }, { output_tokens: 7 }],
  ['an empty answer', { prompt_tokens: 5, completion_tokens: 0 }, { input_tokens: 5, output_tokens: 0 }],
  ['nothing', {}, {}],
  [
    'nonsense',
    {
      prompt_tokens: -5,
      completion_tokens: 'seven',
      total_tokens: 1e300,
      prompt_tokens_details: { cached_tokens: 0.5 },
    },
    {},
  ],
])('%s', (_, usage, read) => {
  expect(readUsage(usage)).toEqual(read)
})

test('the last count of a stream holds, and what it leaves out stays', () => {
  const answer = new ChatAnswerBuilder()
  answer.add({ usage: { prompt_tokens: 5, completion_tokens: 1 } })
  answer.add({ usage: null })
  answer.add({ usage: { prompt_tokens: 5, completion_tokens: 9, prompt_tokens_details: { cached_tokens: 4 } } })
  answer.add({ usage: { completion_tokens: 10 } })
  expect(answer.build().usage).toEqual({ input_tokens: 5, cached_tokens: 4, output_tokens: 10 })
})
