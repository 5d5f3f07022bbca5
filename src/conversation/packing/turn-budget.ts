/**
 * The budget of one turn: the profile of the person's role times the complexity of the message, never above the cap of
 * the role.
 */
import type { AlertThresholds, BudgetProfiles } from '../../budget/profiles/budget-profiles.ts'
import { budgetOfProfile, nextBudget, type ProfileBudget } from '../../budget/profiles/calculate-budget.ts'
import type { CurrentProfiles } from '../../budget/profiles/profile-source.ts'
import { lru } from '../../platform/lru.ts'
import type { Complexity } from '../../text/complexity/complexity.ts'
import {
  detectComplexity,
  inContext,
  prepareDetection,
  type DetectedComplexity,
} from '../../text/complexity/detect-complexity.ts'
import { prepareNeed } from './context-need.ts'

/** Roles of people who are answered; each has the budget profile with its name. A group has that of a client. */
export type AnsweredRole = 'client' | 'godfather'

/** Tokens of one request beyond the system prompt and the messages to answer, and how they were determined. */
export interface TurnBudget {
  readonly role: AnsweredRole
  readonly detected: DetectedComplexity
  /** Complexity of the previous turn in the same session, by its own words. */
  readonly previous: Complexity | undefined
  /** The profile's budget for the detected complexity. */
  readonly budget: ProfileBudget
  readonly thresholds: AlertThresholds
  /**
   * The larger budgets of higher complexities, as far as the profile and the cap of the role allow more; smallest
   * first.
   */
  readonly higher: readonly ProfileBudget[]
}

/** The inputs that determine the budget of a turn. */
export interface BudgetedTurn {
  readonly role: AnsweredRole
  readonly session_id: string
  /** The person's text. */
  readonly text: string
  /** Most tokens of the role: `memory.session.max_tokens_by_role`. */
  readonly cap: number
}

export interface TurnBudgets {
  /** Call this first: it examines the first texts in steps, between which other work gets its turn. */
  prepare(text: string): Promise<void>
  /** `undefined`: the turn uses the fixed budgets of its parts. */
  of(turn: BudgetedTurn): TurnBudget | undefined
}

/** The budgets of turns while `budget.use_profiles` is off. */
export const fixedBudgets: TurnBudgets = { prepare: async () => undefined, of: () => undefined }

/** Sessions whose last complexity is remembered. */
const REMEMBERED_SESSIONS = 1000

/** After this many texts of one kind, the patterns that examine them are compiled. */
const PREPARED_TEXTS = 3
/** V8 compiles a pattern separately for texts with letters of only one byte, and for others. */
const WIDE = /[\u0080-\uffff]/

export interface ProfileTurnBudgetsDeps {
  readonly profiles: { current(): CurrentProfiles }
}

/** Budgets by the profiles of the roles. The complexity of the previous turn in the same session counts as well. */
export class ProfileTurnBudgets implements TurnBudgets {
  readonly #deps: ProfileTurnBudgetsDeps
  readonly #previous = lru<string, Complexity>(REMEMBERED_SESSIONS)
  /** How many texts of each kind were examined in steps. */
  readonly #prepared = { narrow: 0, wide: 0 }

  constructor(deps: ProfileTurnBudgetsDeps) {
    this.#deps = deps
  }

  async prepare(text: string): Promise<void> {
    const kind = WIDE.test(text) ? 'wide' : 'narrow'
    if (this.#prepared[kind] >= PREPARED_TEXTS) return
    await prepareDetection(text)
    await prepareNeed(text)
    this.#prepared[kind]++
  }

  of({ role, session_id, text, cap }: BudgetedTurn): TurnBudget | undefined {
    const { profiles } = this.#deps.profiles.current()
    // Without any valid profiles, the fixed budgets apply.
    if (profiles === undefined) return undefined
    const previous = this.#previous.get(session_id)
    const own = detectComplexity(text)
    const detected = previous === undefined ? own : inContext(own, { previous })
    // Only the turn's own complexity is passed on; otherwise one complex turn would make the whole session complex.
    this.#previous.set(session_id, own.complexity)
    const { complexity } = detected
    const budget = budgetOfProfile(profiles, role, complexity, cap)
    const higher = higherBudgets(profiles, budget, cap)
    return { role, detected, previous, budget, higher, thresholds: profiles.alert_thresholds }
  }
}

const higherBudgets = (profiles: BudgetProfiles, budget: ProfileBudget, cap: number): readonly ProfileBudget[] => {
  const next = nextBudget(profiles, budget, cap)
  return next === undefined ? [] : [next, ...higherBudgets(profiles, next, cap)]
}
