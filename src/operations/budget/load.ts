/** `budget.load`: the patterns of an agent that fit into the budget of its task, and how the budget was used. */
import { z } from 'zod'
import { percentOf } from '../../budget/percent-of.ts'
import type { PatternLoad } from '../../budget/patterns/pattern-loader.ts'
import type { PatternCandidate } from '../../budget/patterns/pack-patterns.ts'
import type { ScopePackedItem } from '../../budget/packing/pack-by-scopes.ts'
import { BUDGET_SCOPES } from '../../budget/profiles/budget-profiles.ts'
import { COMPLEXITIES } from '../../text/complexity/complexity.ts'
import { operation } from '../operation.ts'
import { roundedShare, taskInput, taskOf } from './task-input.ts'

const scope = z.enum(BUDGET_SCOPES)
const complexity = z.enum(COMPLEXITIES)

const pattern = z.object({
  path: z.string().describe('below budget.patterns_dir'),
  scope,
  tokens: z.number(),
  score: z.number().describe('relevance, at most 1'),
  relevance: z.number().describe('the same without a cap: by this the patterns are ranked'),
  use_count: z.number(),
  confidence: z.number().optional(),
  last_used: z.string().optional(),
})

export const budgetLoad = operation({
  summary: 'Load the patterns of an agent that fit into the budget of its task',
  access: 'operator',
  effect: 'write',
  needs: 'data',
  audit: 'none',
  uses: ['budget.patterns', 'budget.settings'],
  input: z.strictObject({
    ...taskInput,
    task_id: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .optional()
      .describe('name of a task of several agents: what one load leaves, a later one may use'),
    keep_open: z
      .boolean()
      .default(false)
      .describe('print an id, and wait for "budget finish" to say how the work ended'),
    text: z.boolean().default(false).describe('print the texts of the loaded patterns'),
  }),
  output: z.object({
    agent: z.string(),
    profile: z.string().describe('name of the profile, or manual'),
    complexity: complexity.describe('by which the budget was calculated'),
    confidence: z.number().optional().describe('of the detected complexity, 0.5 to 1'),
    budget: z.number().describe('tokens that the patterns may take'),
    fallback: z.string().optional().describe('why no profile of the file was used'),
    raised_from: z.object({ complexity, budget: z.number() }).optional(),
    transferred_tokens: z.number().describe('tokens that earlier loads of the task left'),
    task_id: z.string().optional(),
    tokens_loaded: z.number(),
    loaded_pct: z.number().describe('packed tokens in percent of the budget'),
    demand_tokens: z.number().describe('tokens loaded, and those of relevant patterns that did not fit'),
    exceeded_budget: z.boolean(),
    loaded: z.number(),
    skipped: z.number(),
    scopes: z.array(
      z.object({
        scope,
        weight: z.number(),
        allotted: z.number().describe('tokens'),
        loaded: z.number(),
        tokens: z.number(),
        share_pct: z.number().describe('of the tokens loaded'),
        skipped: z.number(),
        demand_tokens: z.number(),
      }),
    ),
    alerts: z.array(
      z.object({
        level: z.enum(['info', 'warning', 'critical']),
        usage_pct: z.number(),
        message: z.string(),
        action: z.string(),
      }),
    ),
    patterns: z
      .array(pattern.extend({ text: z.string().optional() }))
      .describe('those loaded, the most relevant first'),
    left: z.array(pattern.extend({ reason: z.enum(['no_room', 'too_large', 'no_weight']) })),
    warnings: z.array(z.string()),
    usage_id: z.string().optional().describe('for "budget finish"'),
    duration_seconds: z.number(),
  }),
  run: async ({ budget: { patterns, settings } }, input, { signal, progress }) => {
    const { task_id, keep_open, text } = input
    const load = await patterns.load({
      task: taskOf(input, settings.use_profiles),
      task_id,
      keep_open,
      with_texts: text,
      signal,
      progress: (done, total) => {
        progress({ done, total, unit: 'patterns' })
      },
    })
    const { usage_id } = load
    return {
      ...budgetFields(load),
      ...(task_id === undefined ? {} : { task_id }),
      ...usageFields(load),
      scopes: scopesOf(load),
      alerts: [...load.alerts],
      patterns: load.packing.items
        .filter(({ taken }) => taken)
        .map(each => {
          const content = load.texts.get(each.item.pattern.path)
          return { ...patternFields(each), ...(content === undefined ? {} : { text: content }) }
        }),
      left: load.packing.items.flatMap(each =>
        each.reason === 'in_share' || each.reason === 'in_rest'
          ? []
          : [{ ...patternFields(each), reason: each.reason }],
      ),
      warnings: [...load.warnings],
      ...(keep_open && usage_id !== '' ? { usage_id } : {}),
      duration_seconds: Math.round(load.duration_seconds * 1000) / 1000,
    }
  },
})

const budgetFields = ({
  agent,
  granted: { budget, detected, fallback },
  budget: { raised_from, ...granted },
}: PatternLoad) => ({
  agent,
  profile: 'profile' in budget ? budget.profile : 'manual',
  complexity: granted.complexity,
  ...(detected === undefined ? {} : { confidence: roundedShare(detected.confidence) }),
  budget: granted.tokens,
  ...(fallback === undefined ? {} : { fallback }),
  ...(raised_from === undefined
    ? {}
    : { raised_from: { complexity: raised_from.complexity, budget: raised_from.tokens } }),
  transferred_tokens: granted.transferred,
})

const usageFields = ({ packing: { items, tokens, demand }, budget }: PatternLoad) => {
  const loaded = items.filter(({ taken }) => taken).length
  return {
    tokens_loaded: tokens,
    loaded_pct: percentOf(tokens, budget.tokens),
    demand_tokens: demand,
    exceeded_budget: demand > budget.tokens,
    loaded,
    skipped: items.length - loaded,
  }
}

const scopesOf = ({ packing: { items, scopes, allotted, tokens }, budget: { weights } }: PatternLoad) =>
  BUDGET_SCOPES.map(name => ({
    scope: name,
    weight: weights[name],
    allotted: allotted[name],
    loaded: scopes[name].count,
    tokens: scopes[name].tokens,
    share_pct: percentOf(scopes[name].tokens, tokens),
    skipped: items.filter(({ item, taken }) => !taken && item.scope === name).length,
    demand_tokens: scopes[name].demand_tokens,
  }))

const patternFields = ({
  item: { pattern: file, scope: of, tokens, relevance },
}: ScopePackedItem<PatternCandidate>) => {
  const { use_count, confidence, last_used } = file.metadata
  return {
    path: file.path,
    scope: of,
    tokens,
    score: rounded(Math.min(1, relevance), 3),
    relevance: rounded(relevance, 3),
    use_count,
    ...(confidence === undefined ? {} : { confidence }),
    ...(last_used === undefined ? {} : { last_used: new Date(last_used).toISOString() }),
  }
}

const rounded = (number: number, digits: number): number => Math.round(number * 10 ** digits) / 10 ** digits
