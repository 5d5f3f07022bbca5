/** `budget.explain`: the budget of one turn, what was packed into it, what was left out, and why. */
import { z } from 'zod'
import { percentOf } from '../../budget/percent-of.ts'
import { BUDGET_SCOPES } from '../../budget/profiles/budget-profiles.ts'
import type { LeftOut, RecallRecord, ReplyBudget } from '../../memory/memory-log.ts'
import { describeScope } from '../../messages/describe-scope.ts'
import { isForwarded, ownWords } from '../../messages/message-details.ts'
import type { MessageRecord } from '../../messages/message.ts'
import { DenidinError } from '../../platform/errors.ts'
import { COMPLEXITIES } from '../../text/complexity/complexity.ts'
import { detectComplexity } from '../../text/complexity/detect-complexity.ts'
import { operation } from '../operation.ts'
import { isoTime, referenceField } from '../references.ts'

const complexity = z.enum(COMPLEXITIES)

/** The meaning of the packer's reasons. */
const REASONS: Readonly<Record<string, string>> = {
  not_needed: 'the message needed no more of the conversation',
  turn_budget: 'the budget of the turn, or the share of its scope, was used up',
  history_budget: 'the window of the role was used up',
  recall_budget: 'memory.longterm.recall_tokens was used up',
  profile_budget: 'the budget of the profile was used up',
  request_budget: 'the model reads no more',
  quoted: 'its own words were shown',
  in_history: 'the conversation showed it',
  recalled: 'it was recalled',
}

/** The signals with the words that gave them, while the messages are stored. */
const signalsOf = (
  { signals, previous }: ReplyBudget,
  answered: readonly MessageRecord[],
): readonly { complexity: (typeof COMPLEXITIES)[number]; weight: number; because: string | null }[] => {
  const words = answered
    .filter(message => message.role === 'user' && !isForwarded(message))
    .sort((a, b) => a.sent_at - b.sent_at)
    .map(ownWords)
  const seen = detectComplexity(words.join('\n'), previous === undefined ? {} : { previous }).signals
  const same = seen.length === signals.length && seen.every((each, at) => each.complexity === signals[at]?.complexity)
  return signals.map((each, at) => ({ ...each, because: (same ? seen[at]?.because : undefined) ?? null }))
}

const toLeft = ({ reason, ...left }: LeftOut) => ({ ...left, reason, why: REASONS[reason] ?? reason })

const idsOf = (record: RecallRecord, kind: 'memory_id' | 'message_id'): string[] =>
  record.items.flatMap(item => item[kind] ?? [])

export const budgetExplain = operation({
  summary: 'Explain the token budget of one reply: complexity, budget, what was packed, what was left out and why',
  access: 'operator',
  effect: 'read',
  needs: 'data',
  audit: 'reads',
  uses: ['memory.log', 'messages.history', 'people.directory'],
  input: z.strictObject({ message: referenceField.describe('id of a reply, or of a message that it answers') }),
  output: z.object({
    reply: z.string().describe('id of the reply'),
    who: z.string(),
    replied_at: z.string(),
    profile: z.string(),
    complexity: complexity.describe('the complexity whose budget the turn had'),
    detected: complexity,
    confidence: z.number().describe('from 0.5, a guess, to 1'),
    raised: z.boolean().describe('what was needed did not fit, so the turn got the budget of a higher complexity'),
    signals: z.array(
      z.object({ complexity, weight: z.number(), because: z.string().nullable().describe('null: forgotten since') }),
    ),
    need: z.string().describe('what it needed of the session: exchange, conversation or session'),
    budget: z.number().describe('tokens'),
    tokens_loaded: z.number(),
    demand_tokens: z.number().describe('packed, and needed tokens that did not fit'),
    loaded_pct: z.number().describe('packed tokens in percent of the budget'),
    exceeded_budget: z.boolean().describe('more was needed than the budget holds'),
    alerts: z.array(z.object({ level: z.string() })),
    scopes: z.array(
      z.object({
        scope: z.string(),
        allotted: z.number(),
        taken: z.number(),
        count: z.number(),
        demand: z.number(),
      }),
    ),
    packed: z.array(
      z.object({ id: z.string(), given_as: z.string(), score: z.number(), similarity: z.number().nullable() }),
    ),
    left: z.array(
      z.object({
        kind: z.string(),
        outcome: z.string().describe('left: not shown; shortened: shown in part'),
        reason: z.string(),
        why: z.string(),
        count: z.number(),
        tokens: z.number(),
      }),
    ),
  }),
  run: async ({ memory, messages, people }, { message }) => {
    const record = await memory.log.recallOf(message)
    if (record === undefined) {
      throw new DenidinError(
        'not_found',
        `there is no record of a reply "${message}": give the id of a reply, or of a message that was answered, of the last 90 days`,
      )
    }
    const { budget, message_ids = [], scope, at, items } = record
    if (budget === undefined) {
      throw new DenidinError('not_found', 'that reply had fixed budgets: budget.use_profiles was off')
    }
    const taken = BUDGET_SCOPES.reduce((sum, each) => sum + (budget.scopes[each]?.taken ?? 0), 0)
    const output = {
      reply: record.recall_id,
      who: await describeScope(people.directory, scope),
      replied_at: isoTime(at),
      profile: budget.profile,
      complexity: budget.complexity,
      detected: budget.detected,
      confidence: Math.round(budget.confidence * 100) / 100,
      raised: budget.raised,
      signals: [...signalsOf(budget, await messages.history.get(message_ids))],
      need: budget.need,
      budget: budget.budget,
      tokens_loaded: taken,
      demand_tokens: budget.demand,
      loaded_pct: percentOf(taken, budget.budget),
      exceeded_budget: budget.demand > budget.budget,
      alerts: budget.alerts.map(level => ({ level })),
      scopes: BUDGET_SCOPES.flatMap(each => {
        const part = budget.scopes[each]
        return part === undefined ? [] : [{ scope: each, ...part }]
      }),
      packed: items.map(({ memory_id, message_id, given_as, score, similarity = null }) => ({
        id: memory_id ?? message_id ?? '',
        given_as,
        score: Math.round(score * 1000) / 1000,
        similarity,
      })),
      left: budget.left.map(toLeft),
    }
    const touched = { whose: scope, memory_ids: idsOf(record, 'memory_id'), message_ids: idsOf(record, 'message_id') }
    return { output, touched: [touched] }
  },
})
