/**
 * Updates the index when the archive changes: soon after messages were added, and immediately when words must be
 * removed.
 */
import type { Clock } from '../../platform/clock.ts'
import { asDenidinError } from '../../platform/errors.ts'
import type { Health, HealthCheck } from '../../platform/health.ts'
import type { Logger } from '../../platform/logger.ts'

/** An index that follows the archive. */
export interface FollowingIndex {
  readonly waiting: number
  sync(): Promise<void>
  /** Indexes, and resolves when a part of the waiting messages is done. */
  advance(): Promise<void>
  purge(): Promise<void>
}

/** How long messages are collected while many arrive: small parts are expensive. */
const SOON_MS = 1000
/**
 * If this many messages are waiting, they are indexed immediately; a load that is further ahead than `FAR_AHEAD` waits
 * for the index.
 */
const MANY = 16_384
const FAR_AHEAD = 4 * MANY
/** The copy of conversations waits until its messages can be found, unless more than this many are waiting. */
const FEW = 2000

const FILLED: Health = { state: 'ok', detail: 'The index follows the archive.' }

export interface IndexFollowingDeps {
  readonly clock: Pick<Clock, 'after'>
  readonly logger: Logger
  /** The health changed without a request. */
  readonly changed: () => void
}

export class IndexFollowing implements HealthCheck, Disposable {
  readonly name = 'archive index'
  readonly #index: FollowingIndex
  readonly #deps: IndexFollowingDeps
  #health = FILLED
  #caught_up: Promise<void> = Promise.resolve()
  #timer: Disposable | undefined

  constructor(index: FollowingIndex, deps: IndexFollowingDeps) {
    this.#index = index
    this.#deps = deps
  }

  async health(): Promise<Health> {
    return this.#health
  }

  /** Resolves when what was there at the last beginning can be found; at once where that takes long. */
  get caughtUp(): Promise<void> {
    return this.#caught_up
  }

  /** The index was opened, or begun anew: what it lacks is indexed at once. */
  begin(): void {
    const is_short = this.#index.waiting <= MANY
    const filled = this.#sync()
    this.#caught_up = is_short ? filled : Promise.resolve()
  }

  /** A load wrote a batch. */
  async loaded(): Promise<void> {
    const { waiting } = this.#index
    if (waiting >= FAR_AHEAD) await this.#index.advance()
    else if (waiting >= MANY) this.#now()
    else
      this.#timer ??= this.#deps.clock.after(SOON_MS, () => {
        this.#now()
      })
  }

  /** Conversations were copied, or messages were removed. */
  async changed(): Promise<void> {
    await this.#index.purge()
    if (this.#index.waiting <= FEW) await this.#index.sync()
    else this.#now()
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]()
  }

  #now(): void {
    this.#timer?.[Symbol.dispose]()
    this.#timer = undefined
    void this.#sync()
  }

  async #sync(): Promise<void> {
    if (this.#index.waiting > MANY)
      this.#tell({
        state: 'degraded',
        detail: 'The index is being filled: searches find what is indexed so far, and say how many messages wait.',
      })
    try {
      await this.#index.sync()
      this.#tell(FILLED)
    } catch (error) {
      const reason = asDenidinError(error).message
      this.#deps.logger.error('The index of the archive could not be updated', { reason })
      this.#tell({ state: 'degraded', detail: `The index does not follow the archive: ${reason}.` })
    }
  }

  #tell(health: Health): void {
    if (health.detail === this.#health.detail) return
    this.#health = health
    this.#deps.changed()
  }
}
