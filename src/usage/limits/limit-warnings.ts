/** Decides when a person is warned that a limit is nearly used up: once per limit and period. */
import type { LimitGuard, LimitLevel } from './limit-guard.ts'

/** The warning is given once this percentage of a limit is used. */
const WARNING_PERCENT = 80n

/** Records which warnings were given. */
export interface WarningStore {
  /** @returns whether this is the first warning about this limit in the period that began on `day` */
  firstWarning(warning: { readonly person_id: string; readonly limit: string; readonly day: number }): boolean
}

/** Decides who is warned, and about which limit. */
export interface LimitWarnings {
  /**
   * The limit about which a person is to be warned now; `undefined`: none. The warning counts as given.
   * @param all also the limits of everyone, for the administrator
   */
  take(person_id: string, all: boolean): LimitLevel | undefined
}

/** There are no limits. */
export const noLimitWarnings: LimitWarnings = { take: () => undefined }

export interface StoredLimitWarningsDeps {
  readonly guard: Pick<LimitGuard, 'levels'>
  readonly store: WarningStore
}

export class StoredLimitWarnings implements LimitWarnings {
  readonly #deps: StoredLimitWarningsDeps

  constructor(deps: StoredLimitWarningsDeps) {
    this.#deps = deps
  }

  take(person_id: string, all: boolean): LimitLevel | undefined {
    const { guard, store } = this.#deps
    const near = guard
      .levels(person_id)
      .filter(
        ({ name, spent, most }) =>
          (all || name === 'person_day') && most > 0n && spent * 100n >= most * WARNING_PERCENT,
      )
      .toSorted((a, b) => Number(b.spent * a.most - a.spent * b.most))
    return near.find(({ name, unit, period }) =>
      store.firstWarning({ person_id, limit: `${name} ${unit}`, day: period.first }),
    )
  }
}
