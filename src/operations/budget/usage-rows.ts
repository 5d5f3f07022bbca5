/** Output rows of the operations on the usage log, for agents, recommendations and people, and their schemas. */
import { z } from 'zod'
import { BUDGET_SCOPES } from '../../budget/profiles/budget-profiles.ts'
import type { PersonSuggestion, Recommendation } from '../../budget/usage/recommend.ts'
import type { AgentUsage } from '../../budget/usage/usage-analysis.ts'

const count = z.int().min(0)
const percent = z.number().min(0)
const confidence = z.number().min(0).max(1)

export const MOST_DAYS = 3650

export const daysField = z.int().min(1).max(MOST_DAYS)
export const agentField = z.string().min(1).max(200).optional().describe('only agents with this in their name')

export const agentRowSchema = z.object({
  agent: z.string(),
  execs: count,
  avg_pct: percent,
  max_pct: percent,
  exceed: count.describe('uses that needed more than the budget'),
  median_pct: percent,
  p95_pct: percent,
  failed: count,
  unfinished: count.describe('begun and never finished'),
})

export const agentRow = (usage: AgentUsage): z.input<typeof agentRowSchema> => {
  const { agent, executions, avg_pct, max_pct, exceeded, median_pct, p95_pct, failed, unfinished } = usage
  return { agent, execs: executions, avg_pct, max_pct, exceed: exceeded, median_pct, p95_pct, failed, unfinished }
}

export const recommendationSchema = z.object({
  agent: z.string(),
  recommendation: z.enum(['upgrade', 'downgrade', 'adjust_weights']),
  profile: z.string().describe('profile of today'),
  target_profile: z.string(),
  base_budget: count.describe('of the target, in tokens'),
  max_budget: count,
  scope_weights: z.record(z.enum(BUDGET_SCOPES), z.number()),
  samples: count,
  confidence,
  reason: z.string(),
})

export const recommendationRow = (recommendation: Recommendation): z.input<typeof recommendationSchema> => {
  const { agent, kind, profile, target, samples, reason } = recommendation
  const { name, base_budget, max_budget, scope_weights } = target
  return {
    agent,
    recommendation: kind,
    profile,
    target_profile: name,
    base_budget,
    max_budget,
    scope_weights: { ...scope_weights },
    samples,
    confidence: recommendation.confidence,
    reason,
  }
}

export const personRowSchema = z.object({
  person_id: z.string(),
  name: z.string().nullable(),
  recommendation: z.enum(['upgrade', 'downgrade']),
  profile: z.string(),
  target_profile: z.string().nullable().describe('profile for people that would suit; null: none does'),
  base_budget: count.describe('tokens for a message of medium complexity'),
  samples: count,
  confidence,
  reason: z.string(),
})

export const personRow = (
  { person_id, kind, target, ...suggestion }: PersonSuggestion,
  name: string | undefined,
): z.input<typeof personRowSchema> => ({
  person_id,
  name: name ?? null,
  recommendation: kind,
  profile: suggestion.profile,
  target_profile: target ?? null,
  base_budget: suggestion.base_budget,
  samples: suggestion.samples,
  confidence: suggestion.confidence,
  reason: suggestion.reason,
})
