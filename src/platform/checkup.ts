/** The contract of the checks of `denidin doctor`: each finds one kind of problem, says what helps, and may repair it. */
import type { Health } from './health.ts'

/**
 * How bad it is when a check finds a problem.
 * - `critical`: DeniDin does not start, or loses data.
 * - `error`: a part of it does not work.
 * - `warning`: it works, with limits.
 */
export type Severity = 'critical' | 'error' | 'warning'

/** What a check found. */
export interface Finding extends Health {
  /** What the operator can do about a problem, in whole sentences. */
  readonly remedy?: string
  /** `false`: the check has a repair, but not for this. */
  readonly repairable?: boolean
}

export interface DoctorCheck {
  /** By which `--only` names it, such as `profile-lock`. */
  readonly id: string
  readonly title: string
  readonly severity: Severity
  /** Never rejects, except when it is cancelled. */
  readonly detect: (signal: AbortSignal) => Promise<Finding>
  /**
   * Mends what `detect` found, where that loses nothing. @returns what was done, in one sentence
   * @throws DenidinError when it cannot be mended
   */
  readonly repair?: (signal: AbortSignal) => Promise<string>
}

/** The result of one check, as `denidin doctor` shows it. */
export interface CheckResult extends Finding {
  readonly id: string
  readonly name: string
  readonly severity: Severity
  /** Whether `--fix` can mend it. */
  readonly repairable: boolean
  /** What `--fix` did, or why it could not mend it. */
  readonly repaired?: string
}

/** Versions of the programs that DeniDin consists of; those that could not be asked are left out. */
export type Versions = Readonly<Record<string, string>>

export interface Examination {
  /** No check found a problem that is still there. */
  readonly healthy: boolean
  readonly versions: Versions
  readonly checks: readonly CheckResult[]
}
