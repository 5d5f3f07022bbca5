/** Lets the index follow the archive: soon after messages came, and at once where words have to leave it. */
import type { Clock } from '../../platform/clock.ts'
import { asDenidinError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'

/** What follows. */
export interface FollowingIndex {
  readonly waiting: number
  sync(): Promise<void>
  purge(): Promise<void>
}

/** Messages that are gathered while many come: small parts cost more. */
const SOON_MS = 1000
/** So many wait no longer; and a load that is further ahead waits for the index. */
const MANY = 16_384
const FAR_AHEAD = 4 * MANY
/** The copy of a conversation waits until its messages can be found, unless more than these wait. */
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

  /** Conversations were copied, or messages went. */
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
