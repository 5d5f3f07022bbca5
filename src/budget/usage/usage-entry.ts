/** What the usage log keeps of each use of a budget: one entry for each turn with a person, and for each load by an agent. */
import type { Complexity } from '../../text/complexity/complexity.ts'
import type { BudgetScope } from '../profiles/budget-profiles.ts'

/** `turn`: the context of one turn of a conversation. `load`: what `budget load` gave an agent. */
export type UsageKind = 'turn' | 'load'

/** What one scope took part in. */
export interface ScopeUsage {
  /** Items that were packed. */
  readonly count: number
  /** Tokens that were packed. */
  readonly tokens: number
  /** `tokens`, and the tokens of relevant items that did not fit. */
  readonly demand_tokens: number
}

/** An alert that was given. */
export interface UsageWarning {
  /** ISO 8601. */
  readonly timestamp: string
  readonly threshold: 'info' | 'warning' | 'critical'
  /** Percent of the budget. */
  readonly usage_pct: number
  readonly message: string
}

/** What a turn or a load says when its context is packed, before the work that the context is for. */
export interface BegunUsage {
  readonly kind: UsageKind
  /** With the prefix of its type, such as `specialists/dbt-expert`; for a turn the role of the person, such as `client`. */
  readonly agent: string
  /** The person's words, whole: the log shortens them, or leaves them out. */
  readonly task: string | undefined
  readonly complexity: Complexity
  /** Name of the profile; `manual` without one. */
  readonly profile: string
  /** Tokens that the context may take. */
  readonly budget_allocated: number
  /** Tokens that were packed. */
  readonly tokens_loaded: number
  /** `tokens_loaded`, and the tokens of relevant items that did not fit. */
  readonly demand_tokens: number
  readonly scope_breakdown: Readonly<Record<BudgetScope, ScopeUsage>>
  readonly warnings: readonly UsageWarning[]
  /** Whose turn it is; `undefined` for an agent's load. */
  readonly person_id: string | undefined
  /** The messages whose words are in `task`: when one of them is forgotten, the task goes too. */
  readonly message_ids: readonly string[]
}

/** How a turn or a load ended. */
export interface UsageOutcome {
  readonly success: boolean
  /** From the beginning of the turn or load. `undefined`: since `begin`. */
  readonly duration_seconds?: number | undefined
  /** What failed, without anyone's words. */
  readonly error?: string | undefined
}
