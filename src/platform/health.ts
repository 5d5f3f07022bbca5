/**
 * The contract by which components report their health to `denidin status`, `health` and `doctor`, and to the alerts.
 */
import { SECOND_MS, type Clock } from './clock.ts'
import { withDeadline } from './deadline.ts'
import { asDenidinError } from './errors.ts'

/**
 * - `ok`: was checked or used, and works.
 * - `degraded`: works with limits.
 * - `down`: does not work.
 * - `off`: is disabled, or not wanted.
 * - `unknown`: was neither checked nor used yet.
 */
export const HEALTH_STATES = ['ok', 'degraded', 'down', 'off', 'unknown'] as const
export type HealthState = (typeof HEALTH_STATES)[number]

/** State of one component, as `denidin status` shows it. */
export interface Health {
  readonly state: HealthState
  /** One sentence for the operator: what is wrong and what helps. */
  readonly detail: string
}

/** A component that reports its health. Must answer immediately, without work of its own. */
export interface HealthCheck {
  readonly name: string
  health(): Promise<Health>
}

/** A check that runs only on request, because it takes a while or costs something. */
export interface Checkup {
  readonly name: string
  /** Rejects only if it is cancelled. */
  look(signal: AbortSignal): Promise<Health>
}

/** The health of a component, with its name. */
export interface ExaminedComponent extends Health {
  readonly name: string
}

/** A component that does not answer within this time counts as down. */
const EXAMINATION_DEADLINE_MS = 5 * SECOND_MS

/** Asks a component for its health. Never rejects: a check that fails or hangs is itself a problem. */
export const examine = async (check: HealthCheck, clock: Clock): Promise<ExaminedComponent> => {
  const { name } = check
  try {
    return { name, ...(await withDeadline(clock, EXAMINATION_DEADLINE_MS, 'the check', () => check.health())) }
  } catch (error) {
    return { name, state: 'down', detail: `It could not be checked: ${asDenidinError(error).message}.` }
  }
}

/** An address of a person or group. */
const ADDRESS = /(?<![\w+-])[\w+-]+@(?:c\.us|lid|g\.us)/g

/** A detail without the addresses of people and groups, where it is kept or shown to others. */
export const withoutAddresses = (detail: string): string => detail.replace(ADDRESS, 'a chat (see `denidin status`)')

/** Whether a state needs the operator's attention. */
export const isTrouble = (state: HealthState): boolean => state === 'degraded' || state === 'down'

/** The worst of several states. Components that are off or untried do not count. */
export const worstState = (states: readonly HealthState[]): 'ok' | 'degraded' | 'down' =>
  states.includes('down') ? 'down' : states.includes('degraded') ? 'degraded' : 'ok'
