/** The budget profiles that hold now: those of the operator's file, read again whenever it changes. */
import { asDenidinError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import type { BudgetProfiles } from './budget-profiles.ts'
import { readBudgetProfiles } from './read-profiles.ts'

export interface ProfileSourceDeps {
  /** Names the file in errors. */
  readonly path: string
  /** The text of the file; `undefined` if there is none. @throws DenidinError if it cannot be read */
  readonly read: () => string | undefined
  readonly logger: Logger
}

/** The profiles, and why they may not be those of the file. */
export interface CurrentProfiles {
  /** The last good ones; `undefined` while there never were any. */
  readonly profiles: BudgetProfiles | undefined
  /** What is wrong with the file as it is. */
  readonly problem: string | undefined
}

export class ProfileSource {
  readonly #deps: ProfileSourceDeps
  #current: CurrentProfiles

  constructor(deps: ProfileSourceDeps) {
    this.#deps = deps
    this.#current = this.#read(undefined)
  }

  /** Looks at the file each time: it is small, and a change must not need a restart. */
  current(): CurrentProfiles {
    const before = this.#current
    this.#current = this.#read(before.profiles)
    const { problem: reason } = this.#current
    if (reason !== undefined && reason !== before.problem) {
      this.#deps.logger.for('budget').warn('The budget profiles are broken; the last good ones stay', { reason })
    }
    return this.#current
  }

  /** @throws DenidinError `invalid_config` when there is a file and it is broken */
  check(): void {
    this.#load()
  }

  #read(last: BudgetProfiles | undefined): CurrentProfiles {
    try {
      return { profiles: this.#load(), problem: undefined }
    } catch (error) {
      return { profiles: last, problem: asDenidinError(error).message }
    }
  }

  /** An absent file says as much as an empty one. */
  #load(): BudgetProfiles {
    return readBudgetProfiles(this.#deps.read() ?? '', this.#deps.path)
  }
}
