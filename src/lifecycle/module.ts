/**
 * The contract of a feature module: what a feature hands to the app so that one loop each can start it, stop it, ask
 * for its health, find its personal data and back it up.
 */
import type { PersonalData } from '../people/personal-data.ts'
import type { HealthCheck } from '../platform/health.ts'

/** Something on disk that a feature owns. A backup copies it unless it is `derived`: that is rebuilt after a restore. */
export interface BackupSource {
  /** Unique and stable: the name in a backup's manifest. */
  readonly name: string
  /** Absolute path of the database file or folder. */
  readonly path: string
  readonly kind: 'sqlite' | 'folder'
  /**
   * - `truth`: cannot be rebuilt.
   * - `paid`: is rebuilt from the truth by model calls, which cost money: a backup copies it too.
   * - `derived`: is rebuilt from the truth, at the cost of time.
   * - `erasures`: the erasure log. A restore never replaces it with an older one, which would revive erased data.
   */
  readonly content: 'truth' | 'paid' | 'derived' | 'erasures'
}

/**
 * A running feature. The app starts modules in the order of its list and stops them in the reverse order. Each feature
 * extends this with the ports that other features use.
 */
export interface Module {
  /** Unique: appears in logs. */
  readonly name: string
  /** Parts of the feature whose health `denidin status` shows. */
  readonly health?: readonly HealthCheck[]
  /** Stores of the feature with personal data. */
  readonly personalData?: readonly PersonalData[]
  readonly backupSources?: readonly BackupSource[]
  /** Begins background work. Runs only when DeniDin serves, not for a single command. */
  start?(): Promise<void>
  /** Finishes background work and closes files. Must tolerate that `start` never ran. */
  stop?(): Promise<void>
}
