/** Recommends other profiles, budgets or weights, based on how the budgets were used. */
import type { Complexity } from '../../text/complexity/complexity.ts'
import {
  BUDGET_SCOPES,
  type BudgetProfile,
  type BudgetProfiles,
  type BudgetScope,
  type ScopeWeights,
  type TuningRules,
} from '../profiles/budget-profiles.ts'
import { budgetOfProfile, calculateBudget } from '../profiles/calculate-budget.ts'
import type { AgentUsage, BudgetToday, PersonUsage, UsageAnalysis, UsageShares } from './usage-analysis.ts'

/** A profile as it would be after a recommendation is applied. */
export interface TargetProfile extends BudgetProfile {
  readonly name: string
  /** Whether the profile already exists with these figures, so that only the assignment changes. */
  readonly exists: boolean
}

export type RecommendationKind = 'upgrade' | 'downgrade' | 'adjust_weights'

export interface Recommendation {
  readonly kind: RecommendationKind
  /** With its type as a prefix, or the role of people. */
  readonly agent: string
  /** Its current profile. */
  readonly profile: string
  readonly target: TargetProfile
  readonly samples: number
  /** From 0 to 1. */
  readonly confidence: number
  /** A sentence without a full stop. */
  readonly reason: string
}

/** A budget that would suit one person; profiles are never assigned to a single person. */
export interface PersonSuggestion {
  readonly person_id: string
  readonly kind: 'upgrade' | 'downgrade'
  readonly profile: string
  /** An existing profile for people that would suit; `undefined` if none does. */
  readonly target: string | undefined
  /** Tokens for a message of medium complexity. */
  readonly base_budget: number
  readonly samples: number
  readonly confidence: number
  readonly reason: string
}

/** Roles of people: each has the profile with its name, and no other agent is assigned to it. */
const PEOPLE = ['client', 'godfather'] as const

const isPeople = (name: string): boolean => PEOPLE.some(role => role === name)
const isAgents = (name: string): boolean => !isPeople(name)

type Caps = Readonly<Record<string, number>>

/** Most tokens of a role; no role limits an agent. */
const capOf = (agent: string, caps: Caps): number | undefined => (isPeople(agent) ? caps[agent] : undefined)

/** A recommended budget is the demand of 95 of 100 uses, times this factor. */
const HEADROOM = 1.1
/** New budgets are multiples of this, for readability. */
const ROUND_TOKENS = 500
/** Weights are adjusted if the share of a scope differs from its weight by at least this. */
const MOST_DIFFERENCE = 0.1
/** New weights are multiples of this, and none is smaller. */
const WEIGHT_STEP = 0.05

interface Assigned {
  readonly agent: string
  readonly name: string
  readonly profile: BudgetProfile
}

/** The current profile of an agent in the log; `undefined` if there is none. */
const assignedTo = (profiles: BudgetProfiles, agent: string): Assigned | undefined => {
  const role = isPeople(agent) ? profiles.profiles[agent] : undefined
  if (role !== undefined) return { agent, name: agent, profile: role }
  try {
    const found = calculateBudget(profiles, { name: agent }, 'medium')
    const profile = profiles.profiles[found.profile]
    return profile && { agent: found.agent, name: found.profile, profile }
  } catch {
    return undefined
  }
}

/** The budgets that the current profiles give. @param caps most tokens by role */
export const budgetsToday =
  (profiles: BudgetProfiles, caps: Caps): BudgetToday =>
  (agent: string, complexity: Complexity) => {
    const assigned = assignedTo(profiles, agent)
    if (assigned === undefined) return undefined
    return budgetOfProfile(profiles, assigned.name, complexity, capOf(agent, caps)).calculated_budget
  }

export interface RecommendDeps {
  readonly profiles: BudgetProfiles
  /** Most tokens by role: `memory.session.max_tokens_by_role`. */
  readonly caps: Caps
}

/** The recommendations from the analysis, most confident first. None below `tuning.min_confidence`. */
export const recommend = (
  { agents }: Pick<UsageAnalysis, 'agents'>,
  deps: RecommendDeps,
): readonly Recommendation[] => {
  const { min_samples, min_confidence } = deps.profiles.tuning
  return agents
    .filter(usage => usage.executions >= min_samples)
    .flatMap(usage => {
      const assigned = assignedTo(deps.profiles, usage.agent)
      return assigned === undefined ? [] : (recommendFor(usage, assigned, deps) ?? [])
    })
    .filter(({ confidence }) => confidence >= min_confidence)
    .sort((one, other) => other.confidence - one.confidence || other.samples - one.samples)
}

const recommendFor = (usage: AgentUsage, assigned: Assigned, deps: RecommendDeps): Recommendation | undefined => {
  const { profiles } = deps
  const { agent, name: profile } = assigned
  const verdict = verdictOf(usage.today, profiles.tuning)
  const common = { agent, profile, samples: usage.executions }
  if (verdict !== undefined) {
    const base = baseFor(verdict.kind, usage.today, assigned.profile)
    if (base === undefined) return undefined
    const target = existing(assigned, base, profiles) ?? resized(assigned, base, profiles)
    return { ...common, ...verdict, target, reason: `${verdict.reason}${capNote(assigned, target, deps.caps)}` }
  }
  const shares = scopeShares(usage)
  if (shares === undefined) return undefined
  const weights = assigned.profile.scope_weights
  const off = BUDGET_SCOPES.filter(scope => Math.abs(shares[scope] - weights[scope]) > MOST_DIFFERENCE)
  if (off.length === 0) return undefined
  const listed = off.map(scope => `${scope} takes ${percent(shares[scope])} and has ${percent(weights[scope])}`)
  return {
    ...common,
    kind: 'adjust_weights',
    confidence: hundredths(Math.min(0.6 + 0.1 * off.length, 0.85)),
    reason: listed.join(', '),
    target: {
      ...ownProfile(assigned, profiles, 'weights'),
      scope_weights: weightsNear(shares),
      exists: false,
    },
  }
}

type Verdict = Pick<Recommendation, 'confidence' | 'reason'> & { readonly kind: 'upgrade' | 'downgrade' }

/** Whether a budget is too small or too large; `undefined` if neither. */
const verdictOf = (
  { executions, exceeded, avg_pct }: UsageShares,
  { exceed_rate, under_use }: TuningRules,
): Verdict | undefined => {
  const rate = exceeded / executions
  const avg = avg_pct / 100
  if (rate > exceed_rate) {
    return {
      kind: 'upgrade',
      confidence: hundredths(Math.min(0.7 + rate - exceed_rate, 1)),
      reason: `${String(exceeded)} of ${String(executions)} uses needed more than the budget`,
    }
  }
  if (avg >= under_use) return undefined
  return {
    kind: 'downgrade',
    confidence: hundredths(Math.min(0.6 + under_use - avg, 0.9)),
    reason: `on average ${percent(avg)} of the budget is used`,
  }
}

/**
 * The base budget that would have been enough for 95 of 100 uses, with some room; `undefined` if it would not be a
 * change.
 */
const baseFor = (
  kind: Verdict['kind'],
  { p95_pct }: UsageShares,
  { base_budget }: BudgetProfile,
): number | undefined => {
  const enough = Math.ceil(Math.round((p95_pct / 100) * base_budget * HEADROOM) / ROUND_TOKENS) * ROUND_TOKENS
  if (kind === 'upgrade') return Math.max(enough, base_budget + ROUND_TOKENS)
  const base = Math.max(ROUND_TOKENS, enough)
  return base < base_budget ? base : undefined
}

/**
 * The smallest of some profiles that is large enough; to replace one that is too large, it must also be smaller than
 * that.
 */
const smallestFor = (
  base: number,
  { profile }: Assigned,
  { profiles }: BudgetProfiles,
  isOneOf: (name: string) => boolean,
): readonly [string, BudgetProfile] | undefined => {
  const most = base < profile.base_budget ? profile.base_budget : Number.POSITIVE_INFINITY
  const [smallest] = Object.entries(profiles)
    .filter(([name, { base_budget }]) => isOneOf(name) && base_budget >= base && base_budget < most)
    .sort(([, one], [, other]) => one.base_budget - other.base_budget)
  return smallest
}

/** An existing profile for agents that suits. Not for people: the profile of a role has the role's name. */
const existing = (assigned: Assigned, base: number, profiles: BudgetProfiles): TargetProfile | undefined => {
  const found = isPeople(assigned.agent) ? undefined : smallestFor(base, assigned, profiles, isAgents)
  return found && { name: found[0], ...found[1], exists: true }
}

/** The same profile with another base; the maximum keeps its proportion to it. */
const resized = (assigned: Assigned, base_budget: number, profiles: BudgetProfiles): TargetProfile => {
  const { base_budget: former, max_budget } = assigned.profile
  return {
    ...ownProfile(assigned, profiles, base_budget > former ? 'large' : 'small'),
    base_budget,
    max_budget: Math.round((base_budget * max_budget) / former),
    exists: false,
  }
}

/** A profile that no other agent has: the role's own, or a new one. */
const ownProfile = (
  { agent, name, profile }: Assigned,
  { agent_assignments }: BudgetProfiles,
  suffix: string,
): TargetProfile => {
  const others = Object.entries(agent_assignments).filter(([each, assigned]) => assigned === name && each !== agent)
  const own = isPeople(agent) || (agent_assignments[agent] === name && others.length === 0)
  const short = agent.slice(agent.lastIndexOf('/') + 1)
  return { name: own ? name : `${short}-${suffix}`, ...profile, exists: false }
}

/** The cap of a role applies whatever its profile says. */
const capNote = ({ agent }: Assigned, { max_budget }: TargetProfile, caps: Caps): string => {
  const cap = capOf(agent, caps)
  if (cap === undefined || cap >= max_budget) return ''
  return `; memory.session.max_tokens_by_role.${agent} of ${tokens(cap)} must be raised as well`
}

/** The share of each scope in all packed or needed tokens; `undefined` if the log does not say. */
const scopeShares = ({ scopes }: AgentUsage): ScopeWeights | undefined => {
  const total = BUDGET_SCOPES.reduce((sum, scope) => sum + scopes[scope], 0)
  if (total === 0) return undefined
  return mapScopes(scope => scopes[scope] / total)
}

/** Weights close to the shares that add up to exactly 1, none of them 0. */
const weightsNear = (shares: ScopeWeights): ScopeWeights => {
  const steps = Math.round(1 / WEIGHT_STEP)
  const least = mapScopes(scope => Math.max(1, Math.floor(shares[scope] * steps)))
  const sum = (): number => BUDGET_SCOPES.reduce((total, scope) => total + least[scope], 0)
  /** How many steps a scope lacks; negative if it has too many. */
  const lack = (scope: BudgetScope): number => shares[scope] * steps - least[scope]
  const byLack = (): readonly BudgetScope[] => [...BUDGET_SCOPES].sort((one, other) => lack(other) - lack(one))
  while (sum() < steps) least[byLack()[0] ?? 'global']++
  while (sum() > steps) least[byLack().findLast(scope => least[scope] > 1) ?? 'global']--
  return mapScopes(scope => hundredths(least[scope] / steps))
}

const mapScopes = (value: (scope: BudgetScope) => number): Record<BudgetScope, number> => ({
  'agent-specific': value('agent-specific'),
  recent: value('recent'),
  global: value('global'),
})

/** Budgets that would suit single people, based on their own turns; most confident first. */
export const suggestForPeople = (
  { people }: Pick<UsageAnalysis, 'people'>,
  { profiles, caps }: RecommendDeps,
): readonly PersonSuggestion[] => {
  const { min_samples, min_confidence } = profiles.tuning
  return people
    .filter(person => person.executions >= min_samples)
    .flatMap(person => suggestionFor(person, profiles, caps) ?? [])
    .filter(({ confidence }) => confidence >= min_confidence)
    .sort((one, other) => other.confidence - one.confidence || other.samples - one.samples)
}

const suggestionFor = (person: PersonUsage, profiles: BudgetProfiles, caps: Caps): PersonSuggestion | undefined => {
  const assigned = assignedTo(profiles, person.agent)
  const verdict = verdictOf(person, profiles.tuning)
  if (assigned === undefined || verdict === undefined) return undefined
  const base = baseFor(verdict.kind, person, assigned.profile)
  if (base === undefined) return undefined
  return {
    person_id: person.person_id,
    kind: verdict.kind,
    profile: assigned.name,
    target: smallestFor(base, assigned, profiles, isPeople)?.[0],
    base_budget: base,
    samples: person.executions,
    confidence: verdict.confidence,
    reason: `${verdict.reason}${capNote(assigned, resized(assigned, base, profiles), caps)}`,
  }
}

const hundredths = (value: number): number => Math.round(value * 100) / 100
const percent = (share: number): string => `${String(Math.round(share * 100))} %`
const tokens = (count: number): string => count.toLocaleString('en')
