/** The budget profiles that hold now: those of the operator's file, read again whenever it changes. */
import { asDenidinError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import { DEFAULT_BUDGET_PROFILES, type BudgetProfiles } from './budget-profiles.ts'
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
  #text: string | undefined
  #current: CurrentProfiles = { profiles: undefined, problem: 'not read yet' }

  constructor(deps: ProfileSourceDeps) {
    this.#deps = deps
    this.#current = this.#loaded(undefined)
  }

  /** Looks at the file each time: it is small, and a change must not need a restart. */
  current(): CurrentProfiles {
    const before = this.#text
    this.#current = this.#loaded(this.#current.profiles)
    const { problem } = this.#current
    if (problem !== undefined && this.#text !== before) {
      this.#deps.logger
        .for('budget')
        .warn('The budget profiles are broken; the last good ones stay', { reason: problem })
    }
    return this.#current
  }

  /** @throws DenidinError `invalid_config` when there is a file and it is broken */
  check(): void {
    readBudgetProfiles(this.#deps.read() ?? '', this.#deps.path)
  }

  #loaded(last: BudgetProfiles | undefined): CurrentProfiles {
    try {
      const text = this.#deps.read()
      if (text === this.#text && last !== undefined && this.#current.problem === undefined) return this.#current
      this.#text = text
      const profiles = text === undefined ? DEFAULT_BUDGET_PROFILES : readBudgetProfiles(text, this.#deps.path)
      return { profiles, problem: undefined }
    } catch (error) {
      return { profiles: last, problem: asDenidinError(error).message }
    }
  }
}
