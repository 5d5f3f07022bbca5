/**
 * Updates the index when the archive changes: soon after messages were added, and immediately when words must be
 * removed.
 */
import type { Clock } from '../../platform/clock.ts'
import { asDenidinError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'

/** An index that follows the archive. */
export interface FollowingIndex {
  readonly waiting: number
  sync(): Promise<void>
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

export class IndexFollowing implements Disposable {
  readonly #index: FollowingIndex
  readonly #clock: Pick<Clock, 'after'>
  readonly #logger: Logger
  #timer: Disposable | undefined

  constructor(
    index: FollowingIndex,
    { clock, logger }: { readonly clock: Pick<Clock, 'after'>; readonly logger: Logger },
  ) {
    this.#index = index
    this.#clock = clock
    this.#logger = logger
  }

  /** Indexes what waits. @returns when it can be found; at once where that takes long */
  async begin(): Promise<void> {
    if (this.#index.waiting <= MANY) await this.#index.sync().catch(this.#failed)
    else this.#now()
  }

  /** A load wrote a batch. */
  async loaded(): Promise<void> {
    const { waiting } = this.#index
    if (waiting >= FAR_AHEAD) await this.#index.sync()
    else if (waiting >= MANY) this.#now()
    else
      this.#timer ??= this.#clock.after(SOON_MS, () => {
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
    this.#index.sync().catch(this.#failed)
  }

  readonly #failed = (error: unknown): void => {
    this.#logger.error('The index of the archive could not follow', { reason: asDenidinError(error).message })
  }
}
