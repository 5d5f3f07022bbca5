// Measures what the budget of a turn costs before the model is asked: detecting the complexity, and packing, over windows of up
// to 10,000 messages with 100 quotes; and packing 10,000 patterns of an agent by relevance.
// Each round has another message and is repeated: its time is that of its fastest repetition, which other programs on the
// machine hardly change. `warm`: the window was packed before, as in the second turn of a session; what was shortened and looked
// at then is remembered. `cold`: the first turn after a start, in which every reply that must be shortened is cut. A turn
// cuts them in steps: `longest step` is how long other work waits at most.
// Usage: npm run bench:packing [-- --quick] [--json]
import { parseArgs } from 'node:util'
import { packByScopes } from '../../src/budget/packing/pack-by-scopes.ts'
import { BUDGET_SCOPES, DEFAULT_BUDGET_PROFILES } from '../../src/budget/profiles/budget-profiles.ts'
import { ContextPacker, type ContextCandidates } from '../../src/conversation/packing/context-packer.ts'
import { TurnPacking, type TurnToPack } from '../../src/conversation/packing/pack-turn.ts'
import { ProfileTurnBudgets } from '../../src/conversation/packing/turn-budget.ts'
import { UTC } from '../../src/platform/time-zone.ts'
import { yieldToEventLoop } from '../../src/platform/yield.ts'
import type { Quote } from '../../src/retrieval/quote.ts'
import type { WindowMessage } from '../../src/sessions/session.ts'
import { detectComplexity } from '../../src/text/complexity/detect-complexity.ts'
import { createTokenCounter } from '../../src/text/tokens.ts'
import { ENGLISH } from '../support/complexity/english.ts'
import { HEBREW } from '../support/complexity/hebrew.ts'
import { random } from '../support/random-text.ts'
import { percentiles, type Percentiles } from './figures.ts'
import { longTalk } from './long-talk.ts'

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
})

const ROUNDS = values.quick ? 40 : 100
const REPETITIONS = 12
const WARM_UP = 30
const WINDOWS = [100, 1000, 10_000]
const QUOTES = 100
const PATTERNS = 10_000
const PERSON = { person_id: 'a', sender_name: 'Ann' }

const tokens = createTokenCounter()
const texts = [ENGLISH, HEBREW].flatMap(({ seen, unseen }) => [...Object.values(seen), ...Object.values(unseen)]).flat()
const textAt = (n: number): string => texts[n % texts.length] ?? ''

/**
 * Milliseconds of each round, without the first ones.
 * @param fresh makes what a round needs anew for each repetition; it takes no part in the time
 */
const timed = <Input>(work: (round: number, input: Input) => unknown, fresh: (round: number) => Input): Percentiles => {
  const once = (round: number): number => {
    const input = fresh(round)
    const began = performance.now()
    work(round, input)
    return performance.now() - began
  }
  for (let round = 0; round < WARM_UP; round++) once(round)
  const best = Array.from({ length: ROUNDS }, (_, round) =>
    Math.min(...Array.from({ length: REPETITIONS }, () => once(WARM_UP + round))),
  )
  return percentiles(best)
}

const talk = longTalk(Math.max(...WINDOWS) + QUOTES)

const windowOf = (size: number): readonly WindowMessage[] =>
  talk.slice(0, size).map((turn, n) => ({
    ...PERSON,
    message_id: `w${String(n)}`,
    role: n % 2 === 0 ? 'user' : 'assistant',
    content: turn.text,
    timestamp: turn.sent_at,
    tokens: tokens.count(turn.text),
  }))

const quotes = talk.slice(-QUOTES).map((turn, n): Quote => ({
  message_id: `q${String(n)}`,
  scope: 'person:a',
  person_id: 'a',
  role: 'user',
  speaker: 'Ann',
  sent_at: turn.sent_at,
  text: turn.text,
  tokens: tokens.count(turn.text),
  score: 1 - n / QUOTES,
  lexical: 1 - n / QUOTES,
}))

const packer = new ContextPacker(tokens)
const budgets = new ProfileTurnBudgets({
  profiles: { current: () => ({ profiles: DEFAULT_BUDGET_PROFILES, problem: undefined }) },
})

const system = {
  system_prompt: 'You are DeniDin.',
  now: talk.at(-1)?.sent_at ?? 0,
  zone: UTC,
  chat_kind: 'direct',
  person: { name: 'Ann', role: 'godfather' },
  remembers: true,
} as const

const candidates: ContextCandidates = {
  system,
  profile: [],
  recall: { memories: [], quotes, most_quotes: 40, words: new Map() },
  tone: () => undefined,
  question: 'question',
}

const turnOf = (window: readonly WindowMessage[], question: string): TurnToPack => ({
  window: [
    ...window,
    { ...PERSON, message_id: 'question', role: 'user', content: question, timestamp: system.now, tokens: 12 },
  ],
  system,
  budget: { total: Infinity, history: 100_000, recall: 1000, profile: 150 },
  answered: new Set(['question']),
  question,
  findable: true,
})

const same = (): undefined => undefined

interface Turn {
  readonly turn: TurnToPack
  readonly packer: ContextPacker
}

const packFixed = (_: number, { turn: { window, budget }, packer }: Turn): unknown =>
  packer.packContext(packer.packHistory(window, system, budget), candidates, budget)

const packByNeed = (round: number, { turn, packer }: Turn): unknown => {
  const budget = budgets.of({ role: 'godfather', session_id: String(round), text: turn.question, cap: 100_000 })
  return budget === undefined ? undefined : new TurnPacking(packer, turn, budget).pack(candidates)
}

/** Milliseconds of the longest step between two pauses, in which no other work gets its turn. */
const longestStep = async ({ turn, packer }: Turn, session_id: string): Promise<number> => {
  const budget = budgets.of({ role: 'godfather', session_id, text: turn.question, cap: 100_000 })
  if (budget === undefined) return 0
  let longest = 0
  let began = performance.now()
  const step = (): void => {
    longest = Math.max(longest, performance.now() - began)
    began = performance.now()
  }
  let going = true
  const watch = async (): Promise<void> => {
    while (going) {
      step()
      await yieldToEventLoop()
    }
  }
  const watching = watch()
  const packing = new TurnPacking(packer, turn, budget)
  await packing.prepare()
  packing.pack(candidates)
  going = false
  await watching
  step()
  return longest
}

const longestSteps = async (turnOfRound: (round: number) => Turn): Promise<Percentiles> => {
  const longest: number[] = []
  for (let round = 0; round < ROUNDS; round++) longest.push(await longestStep(turnOfRound(round), String(round)))
  return percentiles(longest)
}

const report: Record<string, Percentiles> = {
  'detect the complexity': timed(round => detectComplexity(textAt(round)), same),
}
for (const size of WINDOWS) {
  const window = windowOf(size)
  const warm = (round: number): Turn => ({ turn: turnOf(window, textAt(round)), packer })
  /** What a packer remembers of messages begins anew. */
  const cold = (round: number): Turn => ({ turn: turnOf(window, textAt(round)), packer: new ContextPacker(tokens) })
  const messages = `${String(size)} messages`
  report[`pack ${messages}, fixed budgets, warm`] = timed(packFixed, warm)
  report[`detect and pack ${messages}, budgets by need, warm`] = timed(packByNeed, warm)
  report[`detect and pack ${messages}, budgets by need, cold`] = timed(packByNeed, cold)
  report[`longest step of it in a turn, ${messages}`] = await longestSteps(cold)
}
const { below } = random(1)
const patterns = Array.from({ length: PATTERNS }, (_, n) => ({
  scope: BUDGET_SCOPES[n % BUDGET_SCOPES.length] ?? 'global',
  tokens: 20 + below(2000),
  relevance: below(1000) / 1000,
}))
const limits = {
  budget: 50_000,
  weights: { 'agent-specific': 0.5, recent: 0.3, global: 0.2 },
  isRelevant: ({ relevance }: { readonly relevance: number }) => relevance >= 0.5,
}
report[`detect and pack ${String(PATTERNS)} patterns`] = timed(round => {
  detectComplexity(textAt(round))
  return packByScopes(patterns, limits)
}, same)

if (values.json) console.log(JSON.stringify(report, null, 2))
else console.table(report)
