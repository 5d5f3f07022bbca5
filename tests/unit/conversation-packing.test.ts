// What goes into a request to the model, within which budgets, and the record of it.
import { UTC } from '../../src/platform/time-zone.ts'
import { describe, expect, test } from '@jest/globals'
import {
  ContextPacker,
  type ContextCandidates,
  type PackedContext,
} from '../../src/conversation/packing/context-packer.ts'
import { packRecall } from '../../src/conversation/packing/pack-recall.ts'
import type { ContextBudget } from '../../src/conversation/packing/packing-record.ts'
import { TokenCosts } from '../../src/conversation/packing/token-costs.ts'
import { ANSWER_TOKENS, MESSAGE_TOKENS } from '../../src/models/message-tokens.ts'
import type { RecalledMemory } from '../../src/memory/memory.ts'
import type { Quote } from '../../src/retrieval/quote.ts'
import type { WindowMessage } from '../../src/sessions/session.ts'
import { createTokenCounter } from '../../src/text/tokens.ts'
import { memoryOf, wordCounter } from '../support/memory-rig.ts'
import { random, wildMarkdown, type Random } from '../support/random-text.ts'

const NOW = Date.parse('2026-11-20T10:00:00Z')
const ASKER = { zone: UTC, person: { name: 'Ann', role: 'client' }, remembers: true } as const
const tokens = createTokenCounter()
const costs = new TokenCosts(wordCounter)
const NO_WORDS = new Map<string, number>()

const recalledOf = (...texts: string[]): RecalledMemory[] =>
  texts.map(text => ({ memory: memoryOf('person:a', text), similarity: 1, recency: 1, score: 1 }))

const quoteOf = (message_id: string, text: string): Quote => ({
  message_id,
  text,
  scope: 'person:a',
  person_id: 'a',
  role: 'user',
  speaker: 'Ana',
  sent_at: NOW,
  tokens: wordCounter.count(text),
  score: 1,
  lexical: 1,
})

const factOf = (text: string, quote: string, sources: readonly string[]): RecalledMemory => ({
  memory: memoryOf('person:a', text, { kind: 'fact', quote, sources }),
  similarity: 1,
  recency: 1,
  score: 1,
})

const shownOf = (memories: readonly RecalledMemory[], quotes: readonly Quote[], tokens = 100): string[] => {
  const { memories: shown } = packRecall(
    { memories, quotes, most_quotes: quotes.length, words: NO_WORDS, zone: UTC },
    { content: tokens, room: Infinity },
    costs,
  )
  return shown.map(each => each.memory.text)
}

test('a fact is not shown beside the words that it was taken from, unless it says more, and counts as used', () => {
  const boat = factOf('The user’s boat is called Marlin', 'my boat is called Marlin', ['m1'])
  const sister = factOf('Ana’s sister lives in Oslo', 'she lives in Oslo', ['m2'])
  const quotes = [quoteOf('m1', 'my boat is called Marlin, by the way'), quoteOf('m2', 'she lives in Oslo')]
  expect(shownOf([boat, sister], quotes)).toEqual(['Ana’s sister lives in Oslo'])
  const packed = packRecall(
    { memories: [boat, sister], quotes, most_quotes: quotes.length, words: NO_WORDS, zone: UTC },
    { content: 100, room: Infinity },
    costs,
  )
  expect(packed.quoted).toEqual([boat])
  expect(packed.candidates[0]).toMatchObject({ kind: 'memory', outcome: 'left', reason: 'quoted' })
  // Words of another message, or words that found no room, prove nothing.
  expect(shownOf([boat], [quoteOf('m3', 'my boat is called Marlin')])).toHaveLength(1)
  expect(shownOf([boat], [])).toHaveLength(1)
  const summary = recalledOf('They spoke about the boat Marlin')
  expect(shownOf(summary, quotes)).toHaveLength(1)
})

describe('a request', () => {
  const SPEAKERS = ['Ana', 'בן', '"Bobby"; drop', undefined]
  const UNLIMITED: ContextBudget = { total: Infinity, history: 4000, recall: 1000, profile: 150 }
  /** The system prompt, and the beginning of a newest message. */
  const LEAST_TOTAL = 220

  const messageOf = (message_id: string, content: string, { pick }: Random): WindowMessage => ({
    message_id,
    role: pick(['user', 'assistant']),
    content,
    sender_name: pick(SPEAKERS),
    person_id: 'a',
    timestamp: NOW,
    tokens: tokens.count(content),
  })

  const realQuote = (message_id: string, text: string, { pick }: Random, score: number): Quote => ({
    ...quoteOf(message_id, text),
    role: pick(['user', 'assistant']),
    speaker: pick(SPEAKERS),
    tokens: tokens.count(text),
    score,
    ...(pick([true, false]) ? { held_until: NOW } : {}),
    ...(pick([true, false, false]) ? { owner_label: 'Ben "B"' } : {}),
  })

  interface Case {
    readonly window: readonly WindowMessage[]
    readonly candidates: ContextCandidates
    readonly budget: ContextBudget
  }

  /** Wild texts, and budgets from ample to far too small. */
  const caseOf = (seed: number): Case => {
    const chance = random(seed)
    const { below, pick } = chance
    const text = (): string =>
      below(6) === 0 ? `${wildMarkdown(below(999))} שלום 😀`.repeat(1 + below(12)) : wildMarkdown(below(999))
    const many = <T>(most: number, make: (n: number) => T): T[] =>
      Array.from({ length: below(most) }, (_, n) => make(n))
    return {
      window: [...many(30, n => messageOf(`w${String(n)}`, text(), chance)), messageOf('newest', `${text()}?`, chance)],
      candidates: {
        system: {
          system_prompt: `You are DeniDin.\n${'Be kind. '.repeat(below(10))}`,
          now: NOW,
          chat_kind: pick(['direct', 'group']),
          ...ASKER,
        },
        profile: many(8, n => ({ memory_id: `p${String(n)}`, text: text().replace(/\s+/g, ' ').trim() })),
        recall: {
          most_quotes: 40,
          words: NO_WORDS,
          memories: many(6, () => recalledOf(text())[0]!),
          quotes: many(40, n => realQuote(`q${String(n)}`, text(), chance, 1 - n / 100)),
        },
        tone: () => (seed % 2 === 0 ? 'The person sounds a little down. Answer warmly.' : undefined),
      },
      budget: {
        total: pick([Infinity, LEAST_TOTAL + below(200), LEAST_TOTAL + below(6000)]),
        history: 50 + below(4000),
        recall: 50 + below(1000),
        profile: 150,
      },
    }
  }

  const pack = ({ window, candidates, budget }: Case): PackedContext => {
    const packer = new ContextPacker(tokens)
    return packer.packContext(packer.packHistory(window, candidates.system, budget), candidates, budget)
  }

  /** As the provider counts. */
  const counted = ({ messages }: PackedContext): number =>
    messages.reduce((sum, { content }) => sum + tokens.count(content) + MESSAGE_TOKENS, ANSWER_TOKENS)

  const SEEDS = Array.from({ length: 60 }, (_, n) => n + 1)
  const CASES = SEEDS.map(seed => ({ seed, ...caseOf(seed) })).map(each => ({ ...each, packed: pack(each) }))

  test('never takes more tokens than its budget, and the record counts none too few', () => {
    for (const { seed, packed, budget } of CASES) {
      expect([seed, counted(packed) <= packed.record.tokens]).toEqual([seed, true])
      expect([seed, packed.record.tokens <= budget.total]).toEqual([seed, true])
    }
  })

  test('always holds the newest message, or its beginning, and keeps the order of the conversation', () => {
    for (const { window, packed } of CASES) {
      const { record, messages } = packed
      const shown = record.candidates.filter(({ kind, outcome }) => kind === 'message' && outcome !== 'left')
      const ids = shown.map(({ id }) => id)
      expect(ids.at(-1)).toBe('newest')
      // What is shown is the end of the window, without gaps.
      expect(ids).toEqual(window.slice(-ids.length).map(({ message_id }) => message_id))
      const spoken = messages.filter(({ role }) => role !== 'system')
      expect(spoken).toHaveLength(ids.length)
      expect(spoken.map(({ role }) => role)).toEqual(window.slice(-ids.length).map(({ role }) => role))
    }
  })

  test('the cases above leave out and shorten for every reason', () => {
    const reasons = CASES.flatMap(({ packed }) =>
      packed.record.candidates.map(({ kind, outcome, reason }) => `${kind} ${outcome} ${reason}`),
    )
    expect(reasons).toEqual(
      expect.arrayContaining([
        'message left history_budget',
        'message left request_budget',
        'message shortened request_budget',
        'quote left recall_budget',
        'quote left request_budget',
        'memory left recall_budget',
        'memory left request_budget',
        'profile left profile_budget',
        'profile left request_budget',
      ]),
    )
  })

  test('is recorded whole: every candidate once, with what became of it and why', () => {
    for (const { window, candidates, packed } of CASES) {
      const { record, messages, recall } = packed
      const idsOf = (kind: string): string[] =>
        record.candidates.filter(each => each.kind === kind).map(each => each.id)
      expect(idsOf('message')).toEqual(window.map(each => each.message_id))
      expect(idsOf('quote')).toEqual(candidates.recall.quotes.map(each => each.message_id))
      expect(idsOf('memory')).toEqual(candidates.recall.memories.map(each => each.memory.memory_id))
      expect(idsOf('profile')).toEqual(candidates.profile.map(each => each.memory_id))
      expect(idsOf('system')).toEqual(['system'])
      expect(record.candidates.filter(each => each.outcome === 'left' && each.reason === 'fits')).toEqual([])
      const quotesShown = record.candidates.filter(each => each.kind === 'quote' && each.outcome !== 'left')
      expect(quotesShown.map(each => each.id)).toEqual(recall.quotes.map(each => each.message_id))
      const text = messages.map(each => each.content).join('\n')
      for (const quote of recall.quotes) expect(text).toContain(JSON.stringify(quote.text))
    }
  })

  test('keeps each part within the budget of its own', () => {
    for (const { budget, packed } of CASES) {
      const { recall } = packed
      const recalled =
        recall.memories.reduce((sum, { memory }) => sum + tokens.count(memory.text), 0) +
        recall.quotes.reduce((sum, quote) => sum + quote.tokens, 0)
      expect(recalled).toBeLessThanOrEqual(budget.recall)
    }
  })

  test('that has room for everything holds everything, as it is', () => {
    const chance = random(7)
    const window = [messageOf('w', 'hello', chance), messageOf('newest', 'how are you?', chance)]
    const candidates: ContextCandidates = {
      system: { system_prompt: 'You are DeniDin.', now: NOW, chat_kind: 'direct', ...ASKER },
      profile: [{ memory_id: 'p', text: 'likes tea' }],
      recall: {
        memories: recalledOf('the dog is called Rex'),
        quotes: [realQuote('q', 'I moved to Haifa', chance, 1)],
        most_quotes: 40,
        words: NO_WORDS,
      },
      tone: () => 'Answer warmly.',
    }
    const { record, messages } = pack({ window, candidates, budget: UNLIMITED })
    expect(record.candidates.map(({ kind, outcome, reason }) => [kind, outcome, reason])).toEqual(
      ['system', 'tone', 'profile', 'memory', 'quote', 'message', 'message'].map(kind => [kind, 'taken', 'fits']),
    )
    expect(messages.map(each => each.role).slice(0, 3)).toEqual(['system', 'system', 'system'])
    expect(messages.slice(3).map(each => each.content)).toEqual(['hello', 'how are you?'])
  })

  test('says which budget left something out', () => {
    const chance = random(3)
    const long = 'many words of a long text '.repeat(40)
    const each: Case = {
      window: ['one', 'two', 'newest'].map(id => messageOf(id, long, chance)),
      candidates: {
        system: { system_prompt: 'You are DeniDin.', now: NOW, chat_kind: 'direct', ...ASKER },
        profile: ['p1', 'p2'].map(memory_id => ({ memory_id, text: 'word '.repeat(100).trim() })),
        recall: {
          memories: [],
          quotes: ['q1', 'q2'].map((id, n) => realQuote(id, long, chance, 1 - n)),
          most_quotes: 40,
          words: NO_WORDS,
        },
        tone: () => undefined,
      },
      budget: { total: Infinity, history: 450, recall: 300, profile: 150 },
    }
    const reasons = (budget: ContextBudget): Record<string, string> =>
      Object.fromEntries(pack({ ...each, budget }).record.candidates.map(({ id, reason }) => [id, reason]))
    expect(reasons(each.budget)).toMatchObject({
      one: 'history_budget',
      newest: 'fits',
      p1: 'fits',
      p2: 'profile_budget',
      // Of each a part.
      q1: 'recall_budget',
      q2: 'recall_budget',
    })
    expect(reasons({ ...each.budget, total: 500 })).toMatchObject({ two: 'request_budget', q1: 'request_budget' })
  })
})
