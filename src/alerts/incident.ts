/**
 * The model of an incident: a problem of a component, from its beginning to its end, and whether the administrator was
 * told.
 */
import { MINUTE_MS, SECOND_MS } from '../platform/clock.ts'
import type { HealthState } from '../platform/health.ts'

/** Times are milliseconds since the Unix epoch. */
export interface Incident {
  readonly incident_id: string
  /** Name of the component. */
  readonly component: string
  /** The worst state of the component. */
  readonly state: Extract<HealthState, 'degraded' | 'down'>
  /** Its last detail, for the operator. Contains nothing about a person. */
  readonly reason: string
  readonly began_at: number
  /** Since when it is over; `undefined` while it lasts. */
  readonly ended_at: number | undefined
  /** When the administrator was told of the beginning. */
  readonly told_at: number | undefined
  /** When there was nothing more to report about the end: the administrator was told, or it was not worth a message. */
  readonly settled_at: number | undefined
  /** How often it came back soon after it had ended. */
  readonly relapses: number
}

/**
 * What the administrator has to be told about an incident. `passed`: it was over before its beginning could be
 * reported.
 */
export interface IncidentNews {
  readonly kind: 'began' | 'again' | 'ended' | 'passed'
  readonly incident: Incident
}

/** An incident that comes back within this time is the same one: it is not reported as new. */
export const RELAPSE_MS = 30 * MINUTE_MS
/** An incident that came back is reported again once it has lasted this long. */
const LASTING_RELAPSE_MS = 10 * MINUTE_MS
/** An incident that could not be reported while it lasted is reported afterwards only if it lasted this long. */
const WORTH_TELLING_MS = 5 * MINUTE_MS
/** With every relapse, a component must be healthy for this many times longer before its incident is over. */
const SETTLING_FACTOR = 4
const SHORTEST_SETTLING_MS = SECOND_MS
const LONGEST_SETTLING_MS = RELAPSE_MS

/**
 * How long a component must be healthy before its incident counts as over: flapping keeps it open.
 * @param after_ms how long it must have a problem before that is an incident
 */
export const settlingTime = ({ relapses }: Pick<Incident, 'relapses'>, after_ms: number): number =>
  Math.min(LONGEST_SETTLING_MS, Math.max(SHORTEST_SETTLING_MS, after_ms) * SETTLING_FACTOR ** relapses)

/** Whether an incident is over for good, so that the next problem of its component is a new one. */
export const isPast = ({ ended_at }: Incident, now: number): boolean =>
  ended_at !== undefined && now - ended_at > RELAPSE_MS

/** Whether an ended incident was too short to be reported afterwards. */
export const isNegligible = ({ began_at, ended_at, told_at }: Incident): boolean =>
  told_at === undefined && ended_at !== undefined && ended_at - began_at < WORTH_TELLING_MS

/** What there is to report about an incident, if anything. `troubled_since`: when its current problem began. */
export const newsOf = (
  incident: Incident,
  troubled_since: number | undefined,
  now: number,
): IncidentNews | undefined => {
  const { ended_at, told_at, settled_at } = incident
  if (ended_at === undefined) {
    if (told_at === undefined) return { kind: 'began', incident }
    // Its end was reported already, and it came back.
    const lasts = troubled_since !== undefined && now - troubled_since >= LASTING_RELAPSE_MS
    return settled_at !== undefined && lasts ? { kind: 'again', incident } : undefined
  }
  if (settled_at !== undefined) return undefined
  return { kind: told_at === undefined ? 'passed' : 'ended', incident }
}
