/** Collects the failures of steps that do not hold up one another. */
import { asDenidinError, type DenidinError } from '../platform/errors.ts'

export class Failures {
  readonly #all: DenidinError[] = []

  /** Takes a step. @returns its result; `undefined` if it failed */
  async attempt<T>(step: () => Promise<T>): Promise<T | undefined> {
    try {
      return await step()
    } catch (error) {
      this.#all.push(asDenidinError(error))
      return undefined
    }
  }

  get count(): number {
    return this.#all.length
  }

  /** Why the first step failed that did; `undefined` if none did. */
  get reason(): string | undefined {
    return this.#all[0]?.message
  }
}
