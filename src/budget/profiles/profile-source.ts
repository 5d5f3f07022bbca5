/** The current budget profiles: those of the operator's file, which is read again whenever it changes. */
import type { Logger } from '../../platform/logger.ts'
import { OperatorFile, type ChangingFile } from '../../platform/operator-file.ts'
import type { BudgetProfiles } from './budget-profiles.ts'
import { readBudgetProfiles } from './read-profiles.ts'

export interface ProfileSourceDeps {
  readonly file: ChangingFile
  readonly logger: Logger
}

/** The profiles, and why they may not be those of the file. */
export interface CurrentProfiles {
  /** The last valid ones; `undefined` if there never were any. */
  readonly profiles: BudgetProfiles | undefined
  /** The error in the current file. */
  readonly problem: string | undefined
}

export class ProfileSource {
  readonly #file: OperatorFile<BudgetProfiles>

  constructor({ file, logger }: ProfileSourceDeps) {
    this.#file = new OperatorFile({
      file,
      parse: readBudgetProfiles,
      content: 'budget profiles',
      logger: logger.for('budget'),
    })
  }

  current(): CurrentProfiles {
    const { values: profiles, problem } = this.#file.current()
    return { profiles, problem }
  }

  /** @throws DenidinError `invalid_config` if there is a file and it is invalid */
  check(): void {
    this.#file.check()
  }
}
