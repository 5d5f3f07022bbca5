// The budget of a turn: what a message needs, what the budget is, and what is packed into it.
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { yieldToEventLoop } from '../../src/platform/yield.ts'
import { DEFAULT_BUDGET_PROFILES } from '../../src/budget/profiles/budget-profiles.ts'
import { budgetOfProfile } from '../../src/budget/profiles/calculate-budget.ts'
import { contextNeed, neededPlaces, type ContextNeed } from '../../src/conversation/packing/context-need.ts'
import {
  ContextPacker,
  type ContextCandidates,
  type PackedContext,
} from '../../src/conversation/packing/context-packer.ts'
import { packRecall } from '../../src/conversation/packing/pack-recall.ts'
import { TurnPacking, type TurnToPack } from '../../src/conversation/packing/pack-turn.ts'
import { TokenCosts } from '../../src/conversation/packing/token-costs.ts'
import { ProfileTurnBudgets, type TurnBudget } from '../../src/conversation/packing/turn-budget.ts'
import type { RecalledMemory } from '../../src/memory/memory.ts'
import { ANSWER_TOKENS, MESSAGE_TOKENS } from '../../src/models/message-tokens.ts'
import { DAY_MS, HOUR_MS } from '../../src/platform/clock.ts'
import { UTC } from '../../src/platform/time-zone.ts'
import type { Quote } from '../../src/retrieval/quote.ts'
import type { WindowMessage } from '../../src/sessions/session.ts'
import { detectComplexity } from '../../src/text/complexity/detect-complexity.ts'
import { createTokenCounter, type TokenCounter } from '../../src/text/tokens.ts'
import { memoryOf } from '../support/memory-rig.ts'
import { straightforwardHistory } from '../support/packing/straightforward-history.ts'

const NOW = Date.parse('2026-11-20T10:00:00Z')
const tokens = createTokenCounter()
const { profiles, alert_thresholds, complexity_multipliers } = DEFAULT_BUDGET_PROFILES

describe('what a message needs', () => {
  const needOf = (text: string): ContextNeed => contextNeed(text, detectComplexity(text))

  test.each([
    'hi',
    'Hello!',
    'good morning 🌞',
    'thanks!',
    'Thank you so much',
    'ok',
    'ok thx',
    'lol',
    'hahaha',
    'yes',
    'no',
    'k',
    'how are you?',
    'what’s up?',
    'good night 😴',
    'bye',
    '👍',
    '',
    '…',
    'great, thanks',
    'sounds good',
    'never mind',
    'היי',
    'בוקר טוב!',
    'תודה רבה',
    'מה שלומך?',
    'סבבה',
    'לילה טוב',
    'חחח',
    'אוקיי',
    'אין בעיה',
  ])('%j: the last messages', text => {
    expect(needOf(text)).toBe('exchange')
  })

  test.each([
    'I bought a red car yesterday',
    'We are going to Rome on Sunday',
    'my sister lives in Oslo now',
    'thanks, my flight lands at nine',
    'Let’s hope that it stays dry',
    'I would like a bigger kitchen',
    'בוא נקווה שלא ירד גשם',
    '3',
    'אני בדרך הביתה',
    'אחותי גרה עכשיו באוסלו',
  ])('%j: the conversation', text => {
    expect(needOf(text)).toBe('conversation')
  })

  test.each([
    'what is my dog called?',
    'and now?',
    'why?',
    'really? when?',
    'what did we talk about so far?',
    'remind me where I parked',
    'thanks! and where was it?',
    'summarise everything that I told you',
    'tell me what I said about the boat',
    'write a comprehensive comparison of all our options',
    'list the things I have to buy',
    'That sounds right. Let’s start with the flights.',
    'ok, let’s book it',
    'I want you to check the invoice',
    'I need help with my tax',
    'אז בואי נעבור לשלב הבא',
    'אני רוצה שתבדוק את זה',
    'who is Dana',
    'איך קוראים לכלב שלי?',
    'ועכשיו?',
    'על מה דיברנו?',
    'תסכם את כל מה שסיפרתי לך',
    'מה אמרתי על הסירה',
    'למה?',
  ])('%j: the whole session', text => {
    expect(needOf(text)).toBe('session')
  })

  const at = (hours: number, n: number): WindowMessage => ({
    message_id: `m${String(n)}`,
    role: n % 2 === 0 ? 'user' : 'assistant',
    content: 'text',
    sender_name: 'Ana',
    person_id: 'a',
    timestamp: NOW + hours * HOUR_MS,
    tokens: 1,
  })

  test('small talk needs the last messages, everything else the session', () => {
    const window = [...Array.from({ length: 30 }, (_, n) => at(n / 60, n)), { ...at(9, 30), message_id: 'last' }]
    const places = (need: ContextNeed, of: readonly WindowMessage[]) => neededPlaces(need, of, new Set(['last']))
    expect(places('session', window)).toEqual({ from: 0, exchange: 22 })
    expect(places('conversation', window)).toEqual({ from: 0, exchange: 22 })
    expect(places('exchange', window)).toEqual({ from: 22, exchange: 22 })
    expect(places('conversation', window.slice(-1))).toEqual({ from: 0, exchange: 0 })
    expect(places('exchange', [])).toEqual({ from: 0, exchange: 0 })
  })

  test('what stands before the first of several messages that are answered is the thread', () => {
    const window = Array.from({ length: 20 }, (_, n) => at(n / 60, n))
    expect(neededPlaces('exchange', window, new Set(['m17', 'm18', 'm19']))).toEqual({ from: 9, exchange: 9 })
  })
})

describe('the budget of a turn', () => {
  const budgets = (): ProfileTurnBudgets =>
    new ProfileTurnBudgets({ profiles: { current: () => ({ profiles: DEFAULT_BUDGET_PROFILES, problem: undefined }) } })
  const of = (
    text: string,
    role: 'client' | 'godfather',
    cap: number,
    from = budgets(),
    session_id = 's',
  ): TurnBudget | undefined => from.of({ role, session_id, text, cap })

  test.each([
    ['hi', 'client', 4000, 'simple', 2000, 4000],
    ['analyse my week', 'client', 4000, 'medium', 4000, undefined],
    ['hi', 'client', 1000, 'simple', 1000, undefined],
    ['hi', 'client', 3000, 'simple', 2000, 3000],
    ['hi', 'godfather', 100_000, 'simple', 25_000, 50_000],
    ['analyse my week', 'godfather', 100_000, 'medium', 50_000, 75_000],
    ['troubleshoot the failure of the pipeline', 'godfather', 100_000, 'complex', 75_000, 100_000],
    ['troubleshoot the failure of the pipeline', 'godfather', 60_000, 'complex', 60_000, undefined],
    ['hi', 'godfather', 20_000, 'simple', 20_000, undefined],
  ] as const)('%j of a %s under a cap of %i is %s: %i tokens, then %s', (text, role, cap, complexity, budget, next) => {
    const given = of(text, role, cap)
    expect(given?.budget).toMatchObject({ profile: role, complexity, calculated_budget: budget })
    expect(given?.higher[0]?.calculated_budget).toBe(next)
  })

  test('the turn before in the same session counts', () => {
    const from = budgets()
    expect(of('troubleshoot the failure of the pipeline', 'godfather', 100_000, from)?.budget.complexity).toBe(
      'complex',
    )
    expect(of('go on with the rest', 'godfather', 100_000, from)).toMatchObject({
      previous: 'complex',
      budget: { complexity: 'complex' },
    })
    expect(of('go on with the rest', 'godfather', 100_000, from, 'another')).toMatchObject({
      previous: undefined,
      budget: { complexity: 'simple' },
    })
  })

  test('what a turn has from the one before it does not pass on', () => {
    const from = budgets()
    const complexities = [
      'troubleshoot the failure of the pipeline',
      'go on with the rest',
      'and one more of them',
    ].map(each => of(each, 'godfather', 100_000, from)?.budget.complexity)
    expect(complexities).toEqual(['complex', 'complex', 'simple'])
  })

  test.each(['thanks!', 'ok', 'תודה רבה'])('%j after a complex turn needs no more than the last messages', text => {
    expect(contextNeed(text, detectComplexity(text, { previous: 'complex' }))).toBe('exchange')
  })

  test.each(['hi', 'troubleshoot the failure of the pipeline', 'מה שלומך? תסכם את כל מה שסיפרתי'])(
    'of %j is the same if the text was examined in steps before',
    async text => {
      const stepwise = budgets()
      await stepwise.prepare(text)
      expect(of(text, 'client', 4000, stepwise)).toEqual(of(text, 'client', 4000))
    },
  )

  test('the patterns are tried in steps on the first texts alone, in either kind of letters', async () => {
    const stepwise = budgets()
    const searches = async (text: string): Promise<number> => {
      const search = RegExp.prototype[Symbol.search]
      let calls = 0
      RegExp.prototype[Symbol.search] = function (searched) {
        calls++
        return search.call(this, searched)
      }
      await stepwise.prepare(text).finally(() => {
        RegExp.prototype[Symbol.search] = search
      })
      return calls
    }
    for (const text of ['hi there', 'we sail', 'where to?']) expect(await searches(text)).toBeGreaterThan(50)
    expect(await searches('and then?')).toBe(0)
    expect(await searches('מה שלומך?')).toBeGreaterThan(50)
  })

  test('without good profiles, and with fixed budgets, there is none', () => {
    const broken = new ProfileTurnBudgets({ profiles: { current: () => ({ profiles: undefined, problem: 'broken' }) } })
    expect(broken.of({ role: 'client', session_id: 's', text: 'hi', cap: 4000 })).toBeUndefined()
  })
})

const budgetOf = (calculated_budget: number, next?: number): TurnBudget => {
  const budget = { ...budgetOfProfile(DEFAULT_BUDGET_PROFILES, 'client', 'simple'), calculated_budget }
  return {
    role: 'client',
    detected: { complexity: 'simple', confidence: 0.5, signals: [] },
    previous: undefined,
    budget,
    higher: next === undefined ? [] : [{ ...budget, complexity: 'medium', calculated_budget: next }],
    thresholds: alert_thresholds,
  }
}

interface Case {
  readonly turn: TurnToPack
  readonly memories: readonly RecalledMemory[]
  readonly quotes: readonly Quote[]
  /** Found messages of the window. */
  readonly session?: readonly Quote[]
  readonly profile: readonly string[]
}

const turnOf = (window: readonly WindowMessage[], more: Partial<TurnToPack> = {}): TurnToPack => ({
  window,
  system: {
    system_prompt: 'You are DeniDin.',
    now: NOW,
    zone: UTC,
    chat_kind: 'direct',
    person: { name: 'Ana', role: 'client' },
    remembers: true,
  },
  budget: { total: Infinity, history: 4000, recall: 1000, profile: 150 },
  answered: new Set(['question']),
  question: window.at(-1)?.content ?? '',
  findable: true,
  ...more,
})

const candidatesOf = ({ turn, memories, quotes, session = [], profile }: Case): ContextCandidates => ({
  system: turn.system,
  profile: profile.map((text, n) => ({ memory_id: `p${String(n)}`, text })),
  recall: { memories, quotes, session, most_quotes: 40, words: new Map() },
  tone: () => undefined,
  question: 'question',
})

const packingOf = ({ turn }: Case, budget: TurnBudget, counter = tokens): TurnPacking =>
  new TurnPacking(new ContextPacker(counter), turn, budget)

const packed = (made: Case, budget: TurnBudget): PackedContext => packingOf(made, budget).pack(candidatesOf(made))

const messageOf = (
  message_id: string,
  role: 'user' | 'assistant',
  content: string,
  minutes: number,
): WindowMessage => ({
  message_id,
  role,
  content,
  sender_name: 'Ana',
  person_id: 'a',
  timestamp: NOW + minutes * 60_000,
  tokens: tokens.count(content),
})

const quoteOf = (message_id: string, text: string, score: number, sent_at = 0): Quote => ({
  message_id,
  text,
  scope: 'person:a',
  person_id: 'a',
  role: 'user',
  speaker: 'Ana',
  sent_at,
  tokens: tokens.count(text),
  score,
  lexical: score,
})

const text = fc.oneof(
  fc.lorem({ maxCount: 12 }),
  fc.lorem({ mode: 'sentences', maxCount: 20 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
  fc.constantFrom(
    'thanks!',
    '👩‍👩‍👧‍👦 '.repeat(40),
    '- milk\n- eggs\n'.repeat(30),
    'שלום לכולם. '.repeat(40),
    'x'.repeat(900),
  ),
)

const cases = fc
  .record({
    said: fc.array(fc.tuple(text, text), { maxLength: 25 }),
    question: fc.oneof(text, fc.constantFrom('what is the boat called?', 'hi', 'I am tired')),
    quotes: fc.array(fc.tuple(text, fc.nat(5)), { maxLength: 25 }),
    found_again: fc.array(fc.nat(49), { maxLength: 6 }),
    memories: fc.array(text, { maxLength: 5 }),
    profile: fc.array(fc.lorem({ maxCount: 6 }), { maxLength: 5 }),
    findable: fc.boolean(),
  })
  .map(({ said, question, quotes, found_again, memories, profile, findable }): Case => {
    const window = said.flatMap(([asked, answered], n) => [
      messageOf(`w${String(2 * n)}`, 'user', asked, 2 * n),
      messageOf(`w${String(2 * n + 1)}`, 'assistant', answered, 2 * n + 1),
    ])
    const again = [...new Set(found_again)].flatMap(n => window[n] ?? [])
    return {
      turn: turnOf([...window, messageOf('question', 'user', question, 500)], { findable }),
      memories: memories.map((each, n) => ({
        memory: memoryOf('person:a', each, { said_to: n * DAY_MS }),
        similarity: 1,
        recency: 1,
        score: 1,
      })),
      quotes: quotes.map(([each, day], n) => quoteOf(`q${String(n)}`, each, 1 - n / 60, day * DAY_MS)),
      session: again.map((each, n) => quoteOf(each.message_id, each.content, 1 - n / 60)),
      profile,
    }
  })

/** What the model is shown whole, or as a quote. */
const evidenceOf = ({ record, recall }: PackedContext): ReadonlySet<string> =>
  new Set([
    ...record.candidates.filter(({ kind, outcome }) => kind === 'message' && outcome === 'taken').map(({ id }) => id),
    ...record.candidates
      .filter(
        ({ outcome, reason }) =>
          outcome !== 'left' || reason === 'quoted' || reason === 'in_history' || reason === 'recalled',
      )
      .filter(({ kind }) => kind === 'quote' || kind === 'memory' || kind === 'profile')
      .map(({ id }) => id),
    ...recall.quotes.map(({ message_id }) => message_id),
  ])

describe('the context of a turn', () => {
  const sizes = fc.integer({ min: 200, max: 6000 })

  test('is the same whether replies were shortened in steps before, or all at once', async () => {
    await fc.assert(
      fc.asyncProperty(cases, sizes, sizes, async (made, size, more) => {
        const budget = budgetOf(size, size + more)
        const packing = packingOf(made, budget)
        await packing.prepare()
        expect(packing.pack(candidatesOf(made))).toEqual(packed(made, budget))
      }),
    )
  })

  test('of a long session is packed without cutting any reply, once they were shortened in steps', async () => {
    const said = Array.from({ length: 600 }, (_, n) => [
      messageOf(`u${String(n)}`, 'user', `What is number ${String(n)}?`, n),
      messageOf(`r${String(n)}`, 'assistant', `It is ${String(n)}, and there is more to say about it. `.repeat(9), n),
    ]).flat()
    const turn = turnOf([...said, messageOf('question', 'user', 'Where is the boat?', 700)], {
      budget: { total: Infinity, history: 100_000, recall: 1000, profile: 150 },
    })
    const made: Case = { turn, memories: [], quotes: [], profile: [] }
    let cuts = 0
    const cut: TokenCounter['cut'] = (...cutting) => {
      cuts++
      return tokens.cut(...cutting)
    }
    const packing = packingOf(made, budgetOf(10_000, 30_000), { count: text => tokens.count(text), cut })
    let pauses = 0
    let ended = false
    const work = packing.prepare().finally(() => {
      ended = true
    })
    while (!ended) {
      await yieldToEventLoop()
      pauses++
    }
    await work
    const prepared = cuts
    packing.pack(candidatesOf(made))
    expect(prepared).toBeGreaterThan(500)
    // The last one gets the tokens that are left.
    expect(cuts - prepared).toBeLessThanOrEqual(3)
    expect(pauses).toBeGreaterThan(0)
  })

  test('never takes more than its budget, and the record counts none too few', () => {
    fc.assert(
      fc.property(cases, sizes, fc.option(sizes, { nil: undefined }), (each, size, more) => {
        const next = more === undefined || more <= size ? undefined : more
        const { record, messages } = packed(each, budgetOf(size, next))
        const { turn: budget } = record
        const taken = (budget?.scopes['agent-specific'].taken ?? 0) + (budget?.scopes.recent.taken ?? 0)
        expect(taken).toBeLessThanOrEqual(budget?.budget ?? 0)
        expect([size, next]).toContain(budget?.budget)
        const counted = messages.reduce(
          (sum, { content }) => sum + tokens.count(content) + MESSAGE_TOKENS,
          ANSWER_TOKENS,
        )
        expect(counted).toBeLessThanOrEqual(record.tokens)
      }),
      { numRuns: 300 },
    )
  })

  test('with a longer budget never holds less', () => {
    fc.assert(
      fc.property(cases, sizes, sizes, (each, one, other) => {
        const less = evidenceOf(packed(each, budgetOf(Math.min(one, other))))
        const more = evidenceOf(packed(each, budgetOf(Math.max(one, other))))
        expect([...less].filter(id => !more.has(id))).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  test('with more recall_tokens never holds less, as far as the budget of the turn reaches', () => {
    fc.assert(
      fc.property(cases, fc.nat(1500), fc.nat(1500), (each, one, other) => {
        const at = (recall: number): PackedContext =>
          packed({ ...each, turn: { ...each.turn, budget: { ...each.turn.budget, recall } } }, budgetOf(100_000))
        const less = evidenceOf(at(Math.min(one, other)))
        const more = evidenceOf(at(Math.max(one, other)))
        expect([...less].filter(id => !more.has(id))).toEqual([])
      }),
      { numRuns: 150 },
    )
  })

  test('always ends with the thread: the question whole, and the message before it', () => {
    fc.assert(
      fc.property(cases, sizes, (each, size) => {
        const { messages, record } = packed(each, budgetOf(size))
        expect(messages.at(-1)?.ids).toEqual(['question'])
        expect(record.candidates.at(-1)).toMatchObject({ id: 'question', outcome: 'taken' })
        if (each.turn.window.length > 1) expect(messages.at(-2)?.role).toBe('assistant')
      }),
      { numRuns: 150 },
    )
  })

  test('of a history holds what the straightforward rule chooses', () => {
    const limits = fc.record({
      content: fc.integer({ min: 0, max: 6000 }),
      tokens: fc.integer({ min: 300, max: 6000 }),
      from: fc.nat(20),
      exchange: fc.nat(50),
      found: fc.uniqueArray(fc.nat(50), { maxLength: 6 }),
      promised: fc.nat(60),
    })
    fc.assert(
      fc.property(cases, limits, ({ turn: { window: said, system, budget, answered } }, { content, from, ...rest }) => {
        // At once: none has its time before it.
        const window = said.map(each => ({ ...each, timestamp: NOW }))
        // Messages that are too long for any budget are shortened by another rule.
        fc.pre(window.slice(-2).reduce((sum, each) => sum + each.tokens, 0) < Math.min(content, rest.tokens) - 100)
        const first = Math.min(from, Math.max(0, window.length - 2))
        const limit = { ...rest, exchange: Math.max(first, Math.min(rest.exchange, window.length - 2)), answered }
        const packer = new ContextPacker(tokens)
        const measured = packer.measureWindow(window, system, { ...budget, history: content }, first)
        const chosen = straightforwardHistory(
          window,
          { ...limit, from: first },
          { content, around: MESSAGE_TOKENS, counter: tokens },
        )
        const { messages, first: from_place, tokens: all } = packer.packMeasured(measured, limit)
        expect(messages.map(each => each.content)).toEqual(chosen)
        expect(from_place).toBe(window.length - chosen.length)
        expect(all).toBe(messages.reduce((sum, each) => sum + each.tokens + MESSAGE_TOKENS, 0))
      }),
      { numRuns: 300 },
    )
  })

  const exchange = (n: number, asked: string, answered: string): readonly WindowMessage[] => [
    messageOf(`a${String(n)}`, 'user', asked, 2 * n),
    messageOf(`b${String(n)}`, 'assistant', answered, 2 * n + 1),
  ]
  const LONG = 'This is a long reply of the bot with many words in it. '.repeat(10).trim()
  const talk = Array.from({ length: 20 }, (_, n) =>
    exchange(n, `I tell you about thing number ${String(n)}`, LONG),
  ).flat()
  const asking = (question: string, more: Partial<TurnToPack> = {}): Case => ({
    turn: turnOf([...talk, messageOf('question', 'user', question, 60)], more),
    memories: [],
    quotes: [],
    profile: [],
  })
  const reasons = ({ record }: PackedContext): readonly string[] =>
    record.candidates.filter(({ kind }) => kind === 'message').map(({ outcome, reason }) => `${outcome} ${reason}`)

  test('of small talk holds the last messages alone', () => {
    const { messages, record } = packed(asking('thanks!'), budgetOf(4000))
    expect(messages.filter(({ role }) => role !== 'system')).toHaveLength(9)
    expect(record.turn).toMatchObject({ need: 'exchange', raised: false })
    expect(new Set(reasons(packed(asking('thanks!'), budgetOf(4000))))).toEqual(
      new Set(['left not_needed', 'taken fits']),
    )
  })

  test('of a statement holds the session up to the base budget, with older replies in brief where it is longer', () => {
    const given = budgetOf(500)
    const sized = (calculated_budget: number) => ({ ...given.budget, base: 1500, calculated_budget })
    const budget = { ...given, budget: sized(500), higher: [sized(1500), sized(8000)] }
    const { messages, record } = packed(asking('we sail on Sunday'), budget)
    expect(record.turn).toMatchObject({ need: 'conversation', budget: 1500, raised: true })
    const said = messages.filter(({ role }) => role === 'user').map(({ content }) => content)
    expect(said).toContain('I tell you about thing number 0')
    const replies = messages.filter(({ role }) => role === 'assistant').map(({ content }) => content)
    expect(replies[0]).toMatch(/^This is a long reply .* …$/)
    expect(replies.at(-1)).toBe(LONG)
  })

  test('of a question that does not fit shortens the replies that the search found last', () => {
    const session = [quoteOf('b3', LONG, 1), quoteOf('b1', LONG, 0.5)]
    const whole = (more: Partial<Case>): readonly string[] =>
      packed({ ...asking('what was it?'), ...more }, budgetOf(1950))
        .messages.filter(({ content }) => content === LONG)
        .flatMap(({ ids = [] }) => ids)
    expect(whole({ session }).slice(0, 2)).toEqual(['b1', 'b3'])
    expect(whole({})).not.toContain('b3')
  })

  test('of a statement holds the conversation as far as the whole budget reaches, and says when the running exchange and what is recalled need more', () => {
    const window = Array.from({ length: 15 }, (_, n) => exchange(n, `${String(n)}: ${LONG}`, 'I see.')).flat()
    const stating = (budget: number): PackedContext => {
      const turn = turnOf([...window, messageOf('question', 'user', 'we sail on Sunday', 60)])
      return packed({ turn, memories: [], quotes: [], profile: [] }, budgetOf(budget))
    }
    const enough = stating(4000)
    expect(enough.record.turn).toMatchObject({ need: 'conversation' })
    expect(new Set(reasons(enough))).toEqual(new Set(['taken fits']))
    // Older messages fill the budget. They are not needed, so there is no alert.
    const filled = stating(1500).record.turn
    expect(filled?.scopes.recent.taken).toBeGreaterThan(1200)
    expect(filled?.demand).toBeLessThan(700)
    expect(filled?.alerts).toEqual([])
    const { demand, alerts } = stating(400).record.turn ?? {}
    expect(demand).toBeGreaterThan(400)
    expect(alerts?.map(({ level }) => level)).toContain('critical')
  })

  test('of a question holds the whole session, and gets the budget of the next complexity when that does not fit', () => {
    const fits = packed(asking('what was it?'), budgetOf(4000))
    expect(new Set(reasons(fits))).toEqual(new Set(['taken fits']))
    const raised = packed(asking('what was it?'), budgetOf(1500, 4000))
    expect(raised.record.turn).toMatchObject({ raised: true, complexity: 'medium', budget: 4000 })
    expect(raised.record.turn?.alerts).toEqual(fits.record.turn?.alerts)
  })

  test('gets the least of the larger budgets that is enough, and the largest when none is', () => {
    const budget = budgetOf(1000)
    const higher = (
      [
        ['medium', 1300],
        ['complex', 4000],
        ['multi-system', 8000],
      ] as const
    ).map(([complexity, calculated_budget]) => ({ ...budget.budget, complexity, calculated_budget }))
    const at = (more: typeof higher): unknown => packed(asking('what was it?'), { ...budget, higher: more }).record.turn
    expect(at(higher)).toMatchObject({ raised: true, complexity: 'complex', budget: 4000 })
    expect(at(higher.slice(0, 1))).toMatchObject({ raised: true, complexity: 'medium', budget: 1300 })
  })

  test('where the beginnings of replies are too much, keeps their first words and all that the person said', () => {
    const { messages, record } = packed(asking('what was it?'), budgetOf(1100))
    const said = messages.filter(({ role }) => role === 'user').map(({ content }) => content)
    expect(said).toContain('I tell you about thing number 0')
    expect(record.candidates.filter(({ kind, outcome }) => kind === 'message' && outcome === 'left')).toEqual([])
    const replies = messages.filter(({ role }) => role === 'assistant').map(({ content }) => content)
    expect(replies[0]).toMatch(/^This is a long .* …$/)
    expect(replies[0]?.length).toBeLessThan(replies.at(-6)?.length ?? 0)
  })

  test('the search shortens no reply of the running exchange, which is shown whole', () => {
    const session = ['b18', 'b17', 'b3'].map((id, n) => quoteOf(id, LONG, 1 - n / 10))
    const shown = ({ messages }: PackedContext, id: string): string | undefined =>
      messages.find(({ ids }) => ids?.[0] === id)?.content
    for (const size of [1400, 1500, 1600, 1700]) {
      const result = packed({ ...asking('what was it?'), session }, budgetOf(size))
      expect(shown(result, 'b2')).toMatch(/^This is a .* …$/)
      expect([shown(result, 'b17'), shown(result, 'b18')]).toEqual([LONG, LONG])
    }
  })

  test.each([900, 1100, 1300, 1500, 1700, 1900, 2100])(
    'replies that the next turn may need shortened are shortened ahead (%d tokens)',
    async size => {
      let cuts = 0
      const cut: TokenCounter['cut'] = (...cutting) => {
        cuts++
        return tokens.cut(...cutting)
      }
      const packer = new ContextPacker({ count: text => tokens.count(text), cut })
      const packing = (window: readonly WindowMessage[]): TurnPacking =>
        new TurnPacking(packer, turnOf(window), budgetOf(size))
      const first = [...talk, messageOf('question', 'user', 'thanks!', 60)]
      await packing(first).prepareNext()
      const ahead = cuts
      expect(ahead).toBeGreaterThan(10)
      const window = [...first, messageOf('c', 'assistant', LONG, 61), messageOf('question', 'user', 'why?', 62)]
      const next = packing(window)
      await next.prepare()
      expect(cuts).toBe(ahead)
      next.pack(candidatesOf({ ...asking('why?'), turn: turnOf(window) }))
      // The last one gets the tokens that are left.
      expect(cuts - ahead).toBeLessThanOrEqual(1)
    },
  )

  test('when more is needed than fits, says so, and shortens replies before it leaves out what the person said', () => {
    const short = packed(asking('what was it?'), budgetOf(1800))
    expect(short.record.turn).toMatchObject({ raised: false, budget: 1800 })
    expect(short.record.turn?.demand).toBeGreaterThan(1800)
    expect(short.record.turn?.alerts.map(({ level }) => level)).toEqual(['info', 'warning', 'critical'])
    expect(new Set(reasons(short))).toEqual(new Set(['taken fits', 'shortened turn_budget']))
    const shorter = packed(asking('what was it?'), budgetOf(700))
    expect(reasons(shorter)).toContain('left turn_budget')
  })

  const takenOf = ({ record }: PackedContext): number =>
    Object.values(record.turn?.scopes ?? {}).reduce((sum, { taken }) => sum + taken, 0)

  test('gives tokens that were reserved for quotes to the history if it shows their messages anyway', () => {
    const said = talk.filter(({ role }) => role === 'user').slice(0, 10)
    const session = said.map((each, n) => quoteOf(each.message_id, each.content, 1 - n / 100))
    const result = packed({ ...asking('what was it?'), session }, budgetOf(1950))
    expect(result.recall.quotes).toEqual([])
    expect(takenOf(result)).toBeGreaterThan(1930)
  })

  test('gives tokens that a short session leaves to quotes', () => {
    const quotes = Array.from({ length: 40 }, (_, n) =>
      quoteOf(`q${String(n)}`, `the boat ${String(n)} is called Marlin`, 1 - n / 100),
    )
    const window = [...exchange(0, 'we sail', 'I see'), messageOf('question', 'user', 'what was it?', 60)]
    const result = packed({ turn: turnOf(window), memories: [], quotes, profile: [] }, budgetOf(600))
    expect(takenOf(result)).toBeGreaterThan(570)
  })

  test('replies to small talk are shortened before the others', () => {
    const window = [
      ...exchange(0, 'the boat is blue', LONG),
      ...exchange(1, 'thanks', LONG),
      ...Array.from({ length: 4 }, (_, n) => exchange(n + 2, 'and so on', 'yes')).flat(),
      messageOf('question', 'user', 'which colour is the boat?', 60),
    ]
    const { record } = packed({ turn: turnOf(window), memories: [], quotes: [], profile: [] }, budgetOf(250))
    const outcomes = new Map(record.candidates.map(({ id, outcome }) => [id, outcome]))
    expect([outcomes.get('b0'), outcomes.get('b1')]).toEqual(['taken', 'shortened'])
  })

  test('a reply to small talk has only its first words as soon as replies are shortened to their beginnings', () => {
    const window = [
      ...exchange(0, 'thanks', LONG),
      ...exchange(1, 'the boat is blue', LONG),
      ...Array.from({ length: 4 }, (_, n) => exchange(n + 2, 'and so on', 'yes')).flat(),
      messageOf('question', 'user', 'which colour is the boat?', 60),
    ]
    const made = { turn: turnOf(window), memories: [], quotes: [], profile: [] }
    const { messages } = packed(made, budgetOf(160))
    const [thanks = '', boat = ''] = ['b0', 'b1'].map(id => messages.find(({ ids }) => ids?.[0] === id)?.content)
    expect(tokens.count(thanks)).toBeLessThanOrEqual(14)
    expect(tokens.count(boat)).toBeGreaterThan(30)
  })

  test('a running exchange that is too long keeps what the person said, and the beginnings of its older replies', () => {
    const said = Array.from({ length: 6 }, (_, n) => exchange(n, `I tell you about thing ${String(n)}`, LONG)).flat()
    const window = [...said, messageOf('question', 'user', 'what was it?', 60)]
    const made = { turn: turnOf(window), memories: [], quotes: [], profile: [] }
    const { messages, record } = packed(made, budgetOf(400))
    const outcomes = new Map(record.candidates.map(({ id, outcome }) => [id, outcome]))
    expect([0, 1, 2, 3, 4, 5].map(n => outcomes.get(`a${String(n)}`))).toEqual([
      'left',
      'left',
      ...Array(4).fill('taken'),
    ])
    expect([2, 3, 4, 5].map(n => outcomes.get(`b${String(n)}`))).toEqual([...Array(3).fill('shortened'), 'taken'])
    expect(messages.at(-2)?.content).toBe(LONG)
    // Where it fits, older messages come before longer replies.
    expect(packed(made, budgetOf(700)).record.candidates.find(({ id }) => id === 'a1')).toMatchObject({
      outcome: 'taken',
    })
  })

  test('where nothing can be found again, a statement holds the session too', () => {
    const { record } = packed(asking('we sail on Sunday', { findable: false }), budgetOf(4000))
    expect(record.turn?.need).toBe('session')
    expect(record.candidates.filter(({ kind, outcome }) => kind === 'message' && outcome !== 'taken')).toEqual([])
  })

  test('a quote that the history shows is not shown twice, nor is a fact of it', () => {
    const quotes = [quoteOf('old', 'the boat is called Marlin', 0.9)]
    const session = [quoteOf('a3', 'I tell you about thing number 3', 1)]
    const fact = {
      memory: memoryOf('person:a', 'thing number 3', { kind: 'fact', quote: 'thing number 3', sources: ['a3'] }),
      similarity: 1,
      recency: 1,
      score: 1,
    }
    const { recall, record } = packed(
      { ...asking('what was thing 3?'), quotes, session, memories: [fact] },
      budgetOf(4000),
    )
    expect(recall.quotes.map(({ message_id }) => message_id)).toEqual(['old'])
    expect(recall.memories).toEqual([])
    expect(
      record.candidates.filter(({ kind }) => kind === 'quote' || kind === 'memory').map(({ reason }) => reason),
    ).toEqual(['quoted', 'fits', 'in_history'])
  })

  test('quotes of the running session displace none of the past', () => {
    const today = talk.filter(({ role }) => role === 'user').slice(0, 6)
    const session = today.map((each, n) => quoteOf(each.message_id, each.content, 1 - n / 100))
    const quotes = Array.from({ length: 9 }, (_, n) =>
      quoteOf(`q${String(n)}`, `the boat ${String(n)} is called Marlin`, 0.5 - n / 100),
    )
    const shown = (past: readonly Quote[]): readonly string[] => {
      const found = {
        memories: [],
        quotes: past,
        session,
        most_quotes: 40,
        words: new Map<string, number>(),
        zone: UTC,
      }
      const { quotes: taken } = packRecall(found, { content: 60, room: Infinity }, new TokenCosts(tokens))
      return taken.map(({ message_id }) => message_id)
    }
    const both = shown(quotes)
    const without = packRecall(
      { memories: [], quotes, most_quotes: 40, words: new Map(), zone: UTC },
      { content: 60, room: Infinity },
      new TokenCosts(tokens),
    ).quotes
    expect(both.filter(id => id.startsWith('q'))).toEqual(without.map(({ message_id }) => message_id))
    // They have a quarter more, and what the past does not need.
    expect(both.filter(id => id.startsWith('a'))).toHaveLength(1)
    expect(shown([])).toHaveLength(6)
  })

  test('passages of the running session displace no further passages of the past', () => {
    const long = (subject: string): string =>
      Array.from({ length: 30 }, (_, n) => `Sentence ${String(n)} tells more about the ${subject}.`).join(' ')
    const shown = (session: readonly Quote[]): readonly string[] => {
      const quotes = [quoteOf('q0', long('boat'), 1), quoteOf('q1', long('car'), 0.9)]
      const found = { memories: [], quotes, session, most_quotes: 40, words: new Map<string, number>(), zone: UTC }
      const recall = packRecall(found, { content: 400, room: Infinity }, new TokenCosts(tokens))
      return recall.quotes.filter(({ message_id }) => message_id.startsWith('q')).map(each => each.text)
    }
    const session = Array.from({ length: 5 }, (_, n) => quoteOf(`s${String(n)}`, long('house'), 1 - n / 100))
    expect(shown(session)).toEqual(shown([]))
  })

  test('messages that have left the window of the session have the additional tokens too, in their order', () => {
    const quotes = Array.from({ length: 12 }, (_, n) =>
      quoteOf(`q${String(n)}`, `the boat ${String(n)} is called Marlin`, 1 - n / 100),
    )
    const taken = (left_window: ReadonlySet<string>): readonly string[] =>
      packRecall(
        { memories: [], quotes, left_window, most_quotes: 40, words: new Map(), zone: UTC },
        { content: 40, room: Infinity },
        new TokenCosts(tokens),
      ).quotes.map(({ message_id }) => message_id)
    const usual = taken(new Set())
    expect(usual.length).toBeGreaterThan(3)
    expect(taken(new Set(['q1', 'q11']))).toEqual(quotes.slice(0, usual.length + 1).map(({ message_id }) => message_id))
  })
})

test('the profiles of people have the numbers of their roles', () => {
  expect(profiles['client']).toMatchObject({ base_budget: 4000, max_budget: 4000 })
  expect(profiles['godfather']).toMatchObject({ base_budget: 50_000, max_budget: 100_000 })
  expect(complexity_multipliers).toEqual({ simple: 0.5, medium: 1, complex: 1.5, 'multi-system': 2 })
})
