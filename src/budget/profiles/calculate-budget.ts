/** Calculates the budget of one task: the base of its agent's profile, times the complexity, within every limit. */
import { DenidinError } from '../../platform/errors.ts'
import { COMPLEXITIES, type Complexity } from '../../text/complexity/complexity.ts'
import type { BudgetProfiles, ScopeWeights } from './budget-profiles.ts'

/** An agent as callers name it: with its type as a prefix, with a separate type, or by its name alone. */
export interface NamedAgent {
  readonly name: string
  /** `specialists` or `roles`. */
  readonly type?: string | undefined
}

/** The budget of a profile in tokens of context, and how it was calculated. */
export interface ProfileBudget {
  readonly profile: string
  readonly complexity: Complexity
  readonly base: number
  readonly max: number
  readonly multiplier: number
  readonly calculated_budget: number
  /** The maximum of the profile, or the cap, was below base × multiplier. */
  readonly capped: boolean
  readonly scope_weights: ScopeWeights
}

/** The budget of an agent, which is that of its profile. */
export interface CalculatedBudget extends ProfileBudget {
  /** With its type as a prefix. */
  readonly agent: string
}

/** Types of agents, in the order in which they are tried for a name without a type. */
const AGENT_TYPES = ['specialists', 'roles'] as const

/**
 * The budget of an agent.
 * @param cap see `budgetOfProfile`
 * @throws DenidinError `not_found` if no assignment names the agent
 */
export const calculateBudget = (
  profiles: BudgetProfiles,
  agent: NamedAgent,
  complexity: Complexity,
  cap?: number,
): CalculatedBudget => {
  const [name, profile] = profileOf(profiles, agent)
  return { agent: name, ...budgetOfProfile(profiles, profile, complexity, cap) }
}

/**
 * The budget is the smallest of base × multiplier, the maximum of the profile, and `cap`.
 * @param cap most tokens that the role of the person allows; `undefined`: there is no role
 * @throws DenidinError `not_found` if there is no such profile
 */
export const budgetOfProfile = (
  profiles: BudgetProfiles,
  profile: string,
  complexity: Complexity,
  cap?: number,
): ProfileBudget => {
  const assigned = Object.hasOwn(profiles.profiles, profile) ? profiles.profiles[profile] : undefined
  if (assigned === undefined) throw new DenidinError('not_found', `there is no profile "${profile}"`)
  const { base_budget: base, max_budget: max, scope_weights } = assigned
  const multiplier = profiles.complexity_multipliers[complexity]
  const wanted = Math.floor(base * multiplier)
  const calculated_budget = Math.min(wanted, max, cap ?? Number.POSITIVE_INFINITY)
  const capped = calculated_budget < wanted
  return { profile, complexity, base, max, multiplier, calculated_budget, capped, scope_weights }
}

/** The budget for the next complexity; `undefined` if the profile or the cap allows no more than `budget`. */
export const nextBudget = (
  profiles: BudgetProfiles,
  budget: ProfileBudget,
  cap: number | undefined,
): ProfileBudget | undefined => {
  const next = COMPLEXITIES[COMPLEXITIES.indexOf(budget.complexity) + 1]
  if (next === undefined) return undefined
  const raised = budgetOfProfile(profiles, budget.profile, next, cap)
  return raised.calculated_budget > budget.calculated_budget ? raised : undefined
}

/** The possible names of an agent with a type, most likely first. */
export const fullNamesOf = ({ name, type }: NamedAgent): readonly string[] =>
  name.includes('/') ? [name] : (type === undefined ? AGENT_TYPES : [knownType(type)]).map(each => `${each}/${name}`)

/** A type may be written in the singular, and with capitals. */
const knownType = (type: string): string =>
  AGENT_TYPES.find(each => each === type.toLowerCase() || each === `${type.toLowerCase()}s`) ?? type

/** The full name of an agent, and its profile. */
const profileOf = ({ agent_assignments }: BudgetProfiles, agent: NamedAgent): readonly [string, string] => {
  const { name } = agent
  const names = fullNamesOf(agent)
  // An agent may have the name of a property that every object has.
  const exact = [...names, name].find(each => Object.hasOwn(agent_assignments, each))
  if (exact !== undefined) return [exact, agent_assignments[exact] ?? '']
  // A name alone does not reveal its type: only an agent with a known type matches `roles/*`.
  const full = names.length === 1 ? names[0] : undefined
  const group = full === undefined ? undefined : `${full.slice(0, full.lastIndexOf('/'))}/*`
  const profile = group === undefined ? undefined : agent_assignments[group]
  if (full === undefined || profile === undefined) {
    const known = Object.keys(agent_assignments).join(', ')
    const tried = names.map(each => `"${each}"`).join(' or ')
    const hint = full === undefined ? '; with the type of the agent, that of its group applies' : ''
    throw new DenidinError('not_found', `there is no profile for the agent ${tried}; known are ${known}${hint}`)
  }
  return [full, profile]
}
