/** Limits of spending hold for any sequence of messages: what the provider bills in the end is never more than was set. */
import { afterEach, expect, test } from '@jest/globals'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { requestTokens } from '../../src/models/message-tokens.ts'
import { createTokenCounter } from '../../src/text/tokens.ts'
import { TestDenidin } from '../support/denidin.ts'
import { failure, json, type Answer } from '../support/model-server.ts'
import { random, wildMarkdown, type Random } from '../support/random-text.ts'

const tokens = createTokenCounter()
const PEOPLE = ['15550001111', '15550002222', '15550003333', '15550004444']
const MESSAGES = 40
const MOST_PER_PERSON = 3000
const MOST_TOKENS = 7000
/** USD, of an answer token that costs four times as much as one of the request. */
const MOST_COST = 0.09
const PRICES = '{ "currency": "USD", "models": { "scripted": { "input": 10, "output": 40 } } }'
const PER_TOKEN = { input: 10 / 1_000_000, output: 40 / 1_000_000 }

let denidin: TestDenidin

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

/** What the provider puts on its bill, call by call. */
interface Bill {
  tokens: number
  cost: number
}

/** Counts as OpenAI does, and answers as long as it may; some answers are cut off, say nothing, or never come. */
const provider =
  ({ below }: Random, bill: Bill): Answer =>
  async (request, response) => {
    const { messages = [], max_tokens, max_completion_tokens = max_tokens ?? 0 } = request.body
    if (below(6) === 0) {
      await failure(500)(request, response)
      return
    }
    const prompt_tokens = requestTokens(
      messages.map(({ content }) => ({ role: 'user', content })),
      tokens,
    )
    const completion_tokens = below(3) === 0 ? below(max_completion_tokens) : max_completion_tokens
    bill.tokens += prompt_tokens + completion_tokens
    bill.cost += prompt_tokens * PER_TOKEN.input + completion_tokens * PER_TOKEN.output
    const cut = completion_tokens === max_completion_tokens
    // With nothing but hidden reasoning, or cut off in the middle, the model is asked again.
    const content = below(4) === 0 ? '' : 'An answer. '.repeat(1 + below(10))
    const choices = [{ index: 0, message: { role: 'assistant', content }, finish_reason: cut ? 'length' : 'stop' }]
    await json({
      choices,
      usage: { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens },
    })(request, response)
  }

const ODD = [
  'hello',
  '3141592653589793238462643383279502884197169399375105820974944592',
  'שלום, מה שלומך היום? אני רוצה לספר לך על הטיול שלי',
  '我的狗叫小白，它怕打雷。'.repeat(5),
  '👩‍👩‍👧‍👦🏳️‍🌈'.repeat(8),
  'for (let i = 0; i < n; i++) { a[i] ^= b[i] >>> 3; } // {{{ ]]] '.repeat(4),
  'x'.repeat(700),
  '\u0300\u0301'.repeat(60),
  'Summarise everything that I told you, compare it, and write a comprehensive overview',
]

test.each([
  ['tokens', 1],
  ['tokens', 2],
  ['tokens', 3],
  ['cost', 4],
  ['cost', 5],
  ['cost', 6],
])(
  'limits of %s: no sequence of messages, parallel people, failures and repeated requests exceeds them (seed %d)',
  async (kind, seed) => {
    const limits =
      kind === 'tokens'
        ? { tokens_per_person_per_day: MOST_PER_PERSON, tokens_per_day: MOST_TOKENS }
        : { cost_per_day: MOST_COST, cost_per_month: MOST_COST * 2 }
    denidin = await TestDenidin.start({
      ai: { max_tokens: 150, retries: 1 },
      memory: { longterm: { enabled: false } },
      conversation: { bot_loop_minutes: 0 },
      limits,
    })
    mkdirSync(join(denidin.folder, 'config'), { recursive: true })
    writeFileSync(join(denidin.folder, 'config', 'prices.json'), PRICES)
    const numbers = random(seed)
    const bill: Bill = { tokens: 0, cost: 0 }
    denidin.models.always('completion', provider(numbers, bill))
    const within = (): void => {
      if (kind === 'tokens') expect(bill.tokens).toBeLessThanOrEqual(MOST_TOKENS)
      else expect(bill.cost).toBeLessThanOrEqual(MOST_COST)
    }
    for (let sent = 0; sent < MESSAGES; sent += PEOPLE.length) {
      await Promise.all(
        PEOPLE.map(async phone => {
          const text = numbers.below(2) === 0 ? numbers.pick(ODD) : wildMarkdown(numbers.below(1000))
          await denidin.say(text.trim() === '' ? 'hello' : text, { phone })
        }),
      )
      within()
    }
    // The limit was met, not missed by far: three quarters of it were used.
    expect(kind === 'tokens' ? bill.tokens / MOST_TOKENS : bill.cost / MOST_COST).toBeGreaterThan(0.75)
    const refused = denidin.channel.sent.filter(({ text }) => text.startsWith('That is all for today'))
    expect(refused.length).toBeGreaterThan(0)
  },
)
