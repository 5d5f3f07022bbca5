/** Budget profiles: how many tokens of context an agent or a person gets, and how they are divided. */
import type { Complexity } from '../../text/complexity/complexity.ts'

/** Sources of context. For people, `agent-specific` is the knowledge about the person. */
export const BUDGET_SCOPES = ['agent-specific', 'recent', 'global'] as const
export type BudgetScope = (typeof BUDGET_SCOPES)[number]

/** Names of the scopes in files of other systems. */
const FORMER_SCOPES: Readonly<Record<string, BudgetScope>> = {
  agent_specific: 'agent-specific',
  agent_patterns: 'agent-specific',
  patterns: 'agent-specific',
  agent_recent: 'recent',
}

/** The scope with this current or previous name. */
export const scopeNamed = (name: string): BudgetScope | undefined =>
  BUDGET_SCOPES.find(scope => scope === (FORMER_SCOPES[name] ?? name))

/** Shares of a budget; together 1. */
export type ScopeWeights = Readonly<Record<BudgetScope, number>>

export interface BudgetProfile {
  /** Tokens for a task of medium complexity. */
  readonly base_budget: number
  /** Most tokens, whatever the complexity. */
  readonly max_budget: number
  readonly scope_weights: ScopeWeights
}

/** Shares of a budget at which an alert is raised. */
export interface AlertThresholds {
  readonly info: number
  readonly warning: number
  readonly critical: number
}

/** When a change of a profile is recommended. */
export interface TuningRules {
  /** Share of turns that may exceed their budget. */
  readonly exceed_rate: number
  /** Mean usage below which a budget is too large. */
  readonly under_use: number
  readonly min_samples: number
  /** Recommendations below this confidence are not made. */
  readonly min_confidence: number
}

export interface BudgetProfiles {
  readonly profiles: Readonly<Record<string, BudgetProfile>>
  /** Agent, or all agents below a name (`roles/*`) → name of its profile. */
  readonly agent_assignments: Readonly<Record<string, string>>
  readonly complexity_multipliers: Readonly<Record<Complexity, number>>
  readonly alert_thresholds: AlertThresholds
  readonly tuning: TuningRules
}

const weights = (global: number, recent: number, specific: number): ScopeWeights => ({
  'agent-specific': specific,
  recent,
  global,
})

/** Weights of a specialist, and of every profile that specifies none. */
export const SPECIALIST_WEIGHTS = weights(0.2, 0.3, 0.5)

/** Defaults for everything that the operator's file does not specify. */
export const DEFAULT_BUDGET_PROFILES: BudgetProfiles = {
  profiles: {
    'specialist-narrow': { base_budget: 20_000, max_budget: 50_000, scope_weights: SPECIALIST_WEIGHTS },
    'specialist-broad': { base_budget: 35_000, max_budget: 75_000, scope_weights: weights(0.25, 0.25, 0.5) },
    'role-coordinator': { base_budget: 50_000, max_budget: 100_000, scope_weights: weights(0.3, 0.2, 0.5) },
    'role-architect': { base_budget: 75_000, max_budget: 150_000, scope_weights: weights(0.35, 0.15, 0.5) },
    client: { base_budget: 4000, max_budget: 4000, scope_weights: weights(0.2, 0.3, 0.5) },
    godfather: { base_budget: 50_000, max_budget: 100_000, scope_weights: weights(0.2, 0.3, 0.5) },
  },
  agent_assignments: {
    'specialists/dbt-expert': 'specialist-narrow',
    'roles/data-architect-role': 'role-architect',
    'specialists/*': 'specialist-narrow',
    'roles/*': 'role-coordinator',
  },
  complexity_multipliers: { simple: 0.5, medium: 1, complex: 1.5, 'multi-system': 2 },
  alert_thresholds: { info: 0.75, warning: 0.9, critical: 1 },
  tuning: { exceed_rate: 0.2, under_use: 0.5, min_samples: 10, min_confidence: 0.7 },
}
