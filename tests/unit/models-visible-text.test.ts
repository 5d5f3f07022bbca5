import { expect, test } from '@jest/globals'
import { visibleText } from '../../src/models/visible-text.ts'

const visible = (text: string, cut = false): string => visibleText(text, { cut })

/** What a server sends, and what of it is for the reader. */
const REASONING: readonly (readonly [string, string, string])[] = [
  ['DeepSeek, Qwen: tags', '<think>They greet me.\nSo do I.</think>\n\nHello!', 'Hello!'],
  ['Qwen without thinking: empty tags', '<think>\n\n</think>\n\nHello!', 'Hello!'],
  ['a template with the opening tag in the prompt', 'They greet me.\n</think>\n\nHello!', 'Hello!'],
  ['the same without line breaks', 'They greet me.</think>Hello!', 'Hello!'],
  ['the same in Hebrew', 'המשתמש אומר שלום.\n</think>\nשלום!', 'שלום!'],
  ['an unclosed fence in reasoning without an opening tag', 'Let me see:\n```js\nfoo(\n</think>\nHello!', 'Hello!'],
  ['<thinking>', '<thinking>hm</thinking>Hello!', 'Hello!'],
  ['<reasoning>', '<reasoning>\nhm\n</reasoning>\nHello!', 'Hello!'],
  ['<thought>, as of Gemini', '<thought>**Plan**\nhm</thought>Hello!', 'Hello!'],
  ['<reflection> and <analysis>', '<analysis>a</analysis><reflection>b</reflection>Hello!', 'Hello!'],
  ['special tokens', '<|thinking|>hm<|/thinking|>Hello!', 'Hello!'],
  ['a tag with a prefix', '<seed:think>hm</seed:think>Hello!', 'Hello!'],
  ['a tag with attributes', '<think duration="3s">hm</think>Hello!', 'Hello!'],
  ['capitals and blanks', '< THINK >hm</ Think >Hello!', 'Hello!'],
  ['escaped tags', '&lt;think&gt;hm&lt;/think&gt;Hello!', 'Hello!'],
  ['tags that differ', '<think>hm</thinking>Hello!', 'Hello!'],
  ['tags in tags', '<think>a <think>b</think> c</think>Hello!', 'Hello!'],
  ['a second closing tag', '<think>hm</think>Hello!</think>', 'Hello!'],
  ['several blocks', '<think>a</think>Hello\n<think>b</think>there', 'Hello\nthere'],
  ['a block in the middle of a line', 'Hello <think>they greet me</think>there', 'Hello there'],
  ['reasoning that speaks of its own tag', '<think>I end with `</think>` as told.</think>Hello!', 'Hello!'],
  ['reasoning that ends with a quotation', '<think>I say "Hello"</think>"Hello!"', '"Hello!"'],
  ['reasoning with odd backticks', '<think>use ` here and ```\nthere</think>\nUse `x`.', 'Use `x`.'],
  ['reasoning only', '<think>hm</think>', ''],
  ['reasoning only, without its opening tag', 'hm\n</think>\n', ''],
  ['reasoning that never ends', '<think>hm, so', ''],
  ['an answer, then reasoning that never ends', 'Hello!\n<think>they', 'Hello!'],
  ['Mistral', '[THINK]hm[/THINK]Hello!', 'Hello!'],
  ['Kimi', '◁think▷hm◁/think▷Hello!', 'Hello!'],
  ['Cohere', '<|START_THINKING|>hm<|END_THINKING|><|START_RESPONSE|>Hello!<|END_RESPONSE|>', 'Hello!'],
  ['Gemma', '<|channel>thought\nhm\n<channel|>Hello!', 'Hello!'],
  ['Gemma, opened in the prompt', 'hm\n<channel|>Hello!', 'Hello!'],
  ['Gemma, tokens removed', 'thought\nThe user greets me.', ''],
  ['MedGemma', '<unused94>thought\nhm<unused95>Hello!', 'Hello!'],
  ['Apertus', '<|inner_prefix|>hm<|inner_suffix|>Hello!', 'Hello!'],
  ['Hunyuan', '<think>\nhm\n</think>\n<answer>\nHello!\n</answer>', 'Hello!'],
  [
    'gpt-oss',
    '<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>Hello!<|return|>',
    'Hello!',
  ],
  ['gpt-oss, with the start', '<|start|>assistant<|channel|>final<|message|>Hello!', 'Hello!'],
  ['gpt-oss, analysis only', '<|channel|>analysis<|message|>We need to', ''],
  [
    'gpt-oss, a call of a tool',
    '<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>commentary to=functions.go <|constrain|>json<|message|>{}<|call|>',
    '',
  ],
  ['gpt-oss, tokens removed', 'analysisWe need to greet.assistantfinalHello!', 'Hello!'],
  ['gpt-oss, tokens removed, analysis only', 'analysisWe need to greet', ''],
  [
    'Open WebUI',
    '<details type="reasoning" done="true">\n<summary>Thought</summary>\nhm\n</details>\nHello!',
    'Hello!',
  ],
  ['Poe', '*Thinking...*\n\n> hm\n> hm\n\nHello!', 'Hello!'],
  ["Ollama's terminal", 'Thinking...\nhm\n...done thinking.\n\nHello!', 'Hello!'],
  ['JSON after reasoning', '<think>hm</think>\n{"facts": []}', '{"facts": []}'],
  ['JSON in a fence after reasoning', 'hm</think>\n```json\n{"a": "<think>"}\n```', '```json\n{"a": "<think>"}\n```'],
]

test.each(REASONING)('hidden reasoning is left out: %s', (_, text, said) => {
  expect(visible(text)).toBe(said)
})

test.each([
  ['ChatML', 'Hello!<|im_end|>', 'Hello!'],
  ['ChatML with the next turn', 'Hello!<|im_end|>\n<|im_start|>user\nthanks<|im_end|>', 'Hello!'],
  ['ChatML from its start', '<|im_start|>assistant\nHello!<|im_end|>', 'Hello!'],
  ['Llama 3', '<|start_header_id|>assistant<|end_header_id|>\n\nHello!<|eot_id|>', 'Hello!'],
  ['Llama 3 with the next turn', 'Hello!<|start_header_id|>user<|end_header_id|>\nthanks', 'Hello!'],
  ['Llama 2', '<s>Hello!</s>', 'Hello!'],
  ['Mistral', 'Hello!</s> [INST] thanks [/INST]', 'Hello!'],
  ['Gemma', '<start_of_turn>model\nHello!<end_of_turn>\n<start_of_turn>user\nthanks', 'Hello!'],
  ['Gemma 4', '<|turn>model\nHello!<turn|>', 'Hello!'],
  ['DeepSeek', '<｜Assistant｜>Hello!<｜end▁of▁sentence｜>', 'Hello!'],
  ['Phi, GLM', '<|assistant|>\nHello!<|end|><|user|>thanks', 'Hello!'],
  ['end of text', 'Hello!<|endoftext|>Human: thanks', 'Hello!'],
  ['padding and bytes', 'Hello!<pad><0x0A><unused7>', 'Hello!'],
  ['a call of a tool in the text', 'Hello!\n<tool_call>\n{"name": "go"}\n</tool_call>', 'Hello!'],
  ['nothing but a call of a tool', '<tool_call>{"name": "go"}</tool_call>', ''],
  ['a call of a tool before the text', '<tool_call>{"name": "go"}</tool_call>\nHello!', 'Hello!'],
  ['a call of a tool that breaks off', '<tool_call>{"name": "go"', ''],
  ['the same of Mistral', '[TOOL_CALLS][{"name": "go"}]', ''],
  ['the same of Llama', '<|python_tag|>{"name": "go"}', ''],
  ['the same of DeepSeek', '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>go', ''],
  ['functions in tags', '<function=go>{"a": 1}</function>', ''],
  ['the name of the tag in quotation marks', 'The tag "<tool_call>" opens it.', 'The tag "<tool_call>" opens it.'],
  ['the end first', '<|im_end|>\nHello!', 'Hello!'],
])('tokens of a chat template are left out: %s', (_, text, said) => {
  expect(visible(text)).toBe(said)
})

test.each([
  'Models like DeepSeek wrap reasoning in `<think>` and `</think>`.',
  'The tag "<think>" opens a block, and "</think>" ends it.',
  'הם כותבים ״<think>״ ואחר כך ״</think>״ בסוף.',
  'Like “<think>hm</think>” in the paper.',
  '```xml\n<think>\n  hm\n</think>\n```\nThat is the format.',
  '~~~\n<think>\n</think>\n~~~\nThat is the format.',
  'Use this regex: `/<think>[\\s\\S]*?<\\/think>/g`.',
  '> <think>hm</think>\nThat is what you sent.',
  'Use the <think> tag for that.',
  'It is written <think>, as the documentation says.',
  'You close it with </think>.',
  'The token `<|im_end|>` ends a turn, and "<|im_start|>" begins one.',
  '```\n<|im_start|>user\nHi<|im_end|>\n```',
  'I <s>hate</s> love it.',
  '<s>Old</s> new',
  '<details><summary>More</summary>text</details>',
  'Wrap it as <answer>42</answer> please.',
  'Thinking... about it, I would go.',
  'analysis of the data: fine.',
  'thoughtful\nwords',
  'Use the variable assistantFinalAnswer.',
  'a < b and think > c',
  '{"text": "She likes <think> and </think>", "list": ["<|im_end|>"]}',
  '',
])('what only speaks of tags and tokens stays: %j', text => {
  expect(visible(text)).toBe(text)
})

test('reasoning that begins within a line has no end where the answer was cut', () => {
  expect(visible('Sure. <think>hm and', true)).toBe('Sure.')
  expect(visible('Sure. <think>hm and', false)).toBe('Sure. <think>hm and')
})

test('half a character at the end is replaced', () => {
  expect(visible('Hello \ud83d').isWellFormed()).toBe(true)
})
