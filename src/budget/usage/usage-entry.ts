/**
 * The usage log's record of each use of a budget: one entry for each turn with a person, and for each load by an agent.
 */
import type { Complexity } from '../../text/complexity/complexity.ts'
import { cleanText, cutStart } from '../../text/cut.ts'
import type { BudgetAlert } from '../alerts/budget-alerts.ts'
import { percentOf } from '../percent-of.ts'
import type { BudgetScope } from '../profiles/budget-profiles.ts'

/** `turn`: the context of one turn of a conversation. `load`: the patterns that `budget load` gave an agent. */
export type UsageKind = 'turn' | 'load'

/** The origin of an entry; only live ones count in analyses. */
export type UsageRun = 'live' | 'demo' | 'test'

/** The share of one scope. */
export interface ScopeUsage {
  /** Items that were packed. */
  readonly count: number
  /** Tokens that were packed. */
  readonly tokens: number
  /** `tokens`, and the tokens of relevant items that did not fit. */
  readonly demand_tokens: number
}

/** An alert that was raised. */
export interface UsageWarning {
  /** ISO 8601. */
  readonly timestamp: string
  readonly threshold: 'info' | 'warning' | 'critical'
  /** Percent of the budget. */
  readonly usage_pct: number
  readonly message: string
}

/** Alerts in the form of an entry. @param at milliseconds since the Unix epoch */
export const usageWarnings = (alerts: readonly BudgetAlert[], at: number): readonly UsageWarning[] =>
  alerts.map(({ level: threshold, usage_pct, message }) => ({
    timestamp: new Date(at).toISOString(),
    threshold,
    usage_pct,
    message,
  }))

/** What a turn or a load reports once its context is packed, before the work begins for which the context is meant. */
export interface BegunUsage {
  readonly kind: UsageKind
  /**
   * With its type as a prefix, such as `specialists/dbt-expert`; for a turn, the role of the person, such as `client`.
   */
  readonly agent: string
  /** The person's full text: the log shortens it, or leaves it out. */
  readonly task: string | undefined
  readonly complexity: Complexity
  /** Name of the profile; `manual` if there is none. */
  readonly profile: string
  /** Tokens that the context may use. */
  readonly budget_allocated: number
  /** Tokens that were packed. */
  readonly tokens_loaded: number
  /** `tokens_loaded`, and the tokens of relevant items that did not fit. */
  readonly demand_tokens: number
  readonly scope_breakdown: Readonly<Record<BudgetScope, ScopeUsage>>
  readonly warnings: readonly UsageWarning[]
  /** The person of a turn; `undefined` for an agent's load. */
  readonly person_id: string | undefined
  /** The messages whose text is in `task`: if one of them is forgotten, the task is removed too. */
  readonly message_ids: readonly string[]
}

/** How a turn or a load ended. */
export interface UsageOutcome {
  readonly success: boolean
  /** Since the beginning of the turn or load. `undefined`: since `begin`. */
  readonly duration_seconds?: number | undefined
  /** What failed, without anyone's text. */
  readonly error?: string | undefined
}

/** How many characters of a task are kept. */
const MOST_TASK_CHARACTERS = 500
const MOST_ERROR_CHARACTERS = 200
const PERCENT = 100

/** The error of work that never ended: the process ended first, or no one reported its end. */
export const UNFINISHED = 'unfinished'

/** A use of a budget that has begun: an entry without its end. */
export interface OpenUse {
  readonly id: string
  /** When the work began: ISO 8601. */
  readonly timestamp: string
  readonly run: UsageRun
  readonly kind: UsageKind
  readonly agent: string
  readonly profile: string
  readonly complexity: Complexity
  readonly budget_allocated: number
  readonly tokens_loaded: number
  readonly demand_tokens: number
  /** Demand in percent of the budget; above 100 if not everything relevant fitted. */
  readonly usage_pct: number
  /** Whether the demand was greater than the budget. */
  readonly exceeded_budget: boolean
  readonly scope_breakdown: BegunUsage['scope_breakdown']
  readonly warnings_count: number
  readonly warnings: readonly UsageWarning[]
  readonly person_id: string | null
  readonly message_ids: readonly string[]
  /** `null`: not given, not stored, or forgotten. */
  readonly task: string | null
}

/** One line of `usage/budget-usage.jsonl`: a use of a budget that has ended. */
export interface BudgetUsageEntry extends OpenUse {
  /** `null` if the work never ended. */
  readonly duration_seconds: number | null
  readonly success: boolean
  readonly error: string | null
}

/** Values that the log adds to a reported use. */
export interface UseStamp {
  readonly id: string
  /** Milliseconds since the Unix epoch. */
  readonly at: number
  readonly run: UsageRun
}

export const openUseOf = (usage: BegunUsage, { id, at, run }: UseStamp): OpenUse => {
  const { task, person_id, warnings, budget_allocated, demand_tokens } = usage
  return {
    timestamp: new Date(at).toISOString(),
    id,
    run,
    kind: usage.kind,
    agent: usage.agent,
    profile: usage.profile,
    complexity: usage.complexity,
    budget_allocated,
    tokens_loaded: usage.tokens_loaded,
    demand_tokens,
    usage_pct: usagePercent(demand_tokens, budget_allocated),
    exceeded_budget: demand_tokens > budget_allocated,
    // In a fixed order, on which readers rely for their speed.
    scope_breakdown: {
      'agent-specific': scopeOf(usage, 'agent-specific'),
      recent: scopeOf(usage, 'recent'),
      global: scopeOf(usage, 'global'),
    },
    warnings_count: warnings.length,
    warnings,
    person_id: person_id ?? null,
    message_ids: usage.message_ids,
    task: task === undefined ? null : beginningOf(task, MOST_TASK_CHARACTERS),
  }
}

const scopeOf = ({ scope_breakdown }: BegunUsage, scope: BudgetScope): ScopeUsage => {
  const { count, tokens, demand_tokens } = scope_breakdown[scope]
  return { count, tokens, demand_tokens }
}

/** @param duration_seconds used if the outcome does not say how long the work took */
export const entryOf = (use: OpenUse, outcome: UsageOutcome, duration_seconds: number): BudgetUsageEntry => ({
  ...use,
  duration_seconds: rounded(Math.max(0, outcome.duration_seconds ?? duration_seconds)),
  success: outcome.success,
  error: outcome.error === undefined ? null : beginningOf(outcome.error, MOST_ERROR_CHARACTERS),
})

export const unfinishedEntryOf = (use: OpenUse): BudgetUsageEntry => ({
  ...use,
  duration_seconds: null,
  success: false,
  error: UNFINISHED,
})

/** Changes a use when the log is rewritten: returns it unchanged, another one, or `undefined` to remove it. */
export type UseChange = <T extends OpenUse>(use: T) => T | undefined

/** The same use without the text of the task and without these messages. */
export const withoutTask = <T extends OpenUse>(use: T, message_ids: ReadonlySet<string>): T => ({
  ...use,
  message_ids: use.message_ids.filter(id => !message_ids.has(id)),
  task: null,
})

/** Text far beyond the cut need not be cleaned. */
const beginningOf = (text: string, most: number): string => cutStart(cleanText(text.slice(0, 2 * most)), most)

/** If the budget is 0, any demand exceeds it. */
const usagePercent = (tokens: number, budget: number): number =>
  budget === 0 && tokens > 0 ? PERCENT + 1 : percentOf(tokens, budget)

const rounded = (seconds: number): number => Math.round(seconds * 1000) / 1000
