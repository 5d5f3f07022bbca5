/**
 * Notices deletions that the erasure log no longer has, because `erasures.db` is missing or was replaced by an older
 * copy: without them, a restored backup or a loaded file could bring forgotten data back.
 */
import type { AppliedErasures, Erasures } from '../messages/erasures.ts'
import type { Clock } from '../platform/clock.ts'
import { asDenidinError } from '../platform/errors.ts'
import type { Health, HealthCheck } from '../platform/health.ts'
import type { Logger } from '../platform/logger.ts'

export interface LostErasuresDeps {
  readonly erasures: Pick<Erasures, 'acts' | 'recordLost'>
  readonly applied: Pick<AppliedErasures, 'applied' | 'unfinished' | 'goneMessages' | 'markApplied'>
  readonly clock: Clock
  readonly logger: Logger
}

/** What was recorded again. */
export interface RebuiltErasures {
  /** Deletions that the log did not have. */
  readonly deletions: number
  /** Those of them that were interrupted: what they were to delete is not known any more. */
  readonly unfinished: number
  /** Messages that stay forgotten by their ids. */
  readonly messages: number
}

/** Compares the erasure log with the deletions that `denidin.db` has been through. */
export class LostErasures implements HealthCheck {
  readonly name = 'erasure log'
  readonly #deps: LostErasuresDeps
  #lost = 0
  /** Why the log could not be compared. */
  #trouble: string | undefined

  constructor(deps: LostErasuresDeps) {
    this.#deps = deps
  }

  /** Call at the start, before anything is deleted. */
  async check(): Promise<void> {
    try {
      this.#lost = (await this.#find()).all.length
    } catch (error) {
      this.#trouble = asDenidinError(error).message
    }
    if (this.#lost > 0) this.#deps.logger.for('privacy').error(this.#detail())
  }

  async health(): Promise<Health> {
    if (this.#trouble !== undefined)
      return { state: 'degraded', detail: `The erasure log could not be compared with denidin.db: ${this.#trouble}.` }
    if (this.#lost > 0) return { state: 'degraded', detail: this.#detail() }
    return { state: 'ok', detail: 'The erasure log has every deletion that denidin.db has been through.' }
  }

  /**
   * Records the lost deletions again, as far as `denidin.db` knows them: by the ids of all messages that it no longer
   * has. It does not know their words, so the same messages under other ids, as in an exported chat, are not recognised.
   */
  async rebuild(): Promise<RebuiltErasures> {
    const { erasures, applied, clock } = this.#deps
    const { all, unfinished } = await this.#find()
    const messages = all.length === 0 ? [] : await applied.goneMessages()
    if (all.length > 0) {
      // A restored older copy has not been through this act: the messages are deleted from it.
      await applied.markApplied(await erasures.recordLost(all, messages, clock.now()))
    }
    this.#lost = 0
    this.#trouble = undefined
    return { deletions: all.length, unfinished: unfinished.length, messages: messages.length }
  }

  async #find(): Promise<{ readonly all: readonly string[]; readonly unfinished: readonly string[] }> {
    const { erasures, applied } = this.#deps
    const recorded = new Set((await erasures.acts()).map(({ act }) => act))
    const unfinished = [...(await applied.unfinished())].filter(act => !recorded.has(act))
    const finished = [...(await applied.applied())].filter(act => !recorded.has(act))
    return { all: [...finished, ...unfinished], unfinished }
  }

  #detail(): string {
    const lost = this.#lost === 1 ? 'a deletion' : `${String(this.#lost)} deletions`
    return `erasures.db was missing or is an older copy: it lacks ${lost} that denidin.db has been through, and a restored backup or a loaded file could bring back what was forgotten. Stop DeniDin and put the newest erasures.db back, or run \`denidin memory rebuild-erasures\`.`
  }
}
