import pLimit from 'p-limit'
import type { Clock } from '../platform/clock.ts'
import { SECOND_MS } from '../platform/clock.ts'
import type { Scope } from '../messages/scope.ts'

/** A steady stream of messages is answered after this time at the latest, pauses or not. */
const LONGEST_BURST_MS = 15 * SECOND_MS

export interface TurnSchedulerDeps<Item> {
  readonly clock: Clock
  /** Items of one scope within this time are worked on together. */
  readonly debounce_ms: number
  /** Batches under way at once over all scopes. */
  readonly most_at_once: number
  /** Works on a batch; must not reject. */
  work(scope: Scope, batch: readonly Item[]): Promise<void>
}

interface Lane<Item> {
  waiting: Item[]
  working: readonly Item[]
  burst_began: number
  timer: Disposable | undefined
  /** End of everything queued so far. */
  tail: Promise<unknown>
  /** Acts queued or running. */
  depth: number
}

/** One serial queue a scope, a cap over all of them, and bursts gathered into one batch. */
export class TurnScheduler<Item> {
  readonly #options: TurnSchedulerDeps<Item>
  readonly #lanes = new Map<Scope, Lane<Item>>()
  readonly #cap: ReturnType<typeof pLimit>

  constructor(options: TurnSchedulerDeps<Item>) {
    this.#options = options
    this.#cap = pLimit(options.most_at_once)
  }

  /** Adds items of one batch. Unless more may follow, it starts as soon as the queue gets to it. */
  push(scope: Scope, items: readonly Item[], moreMayFollow: boolean): void {
    if (items.length === 0) return
    const lane = this.#lane(scope)
    const { clock, debounce_ms } = this.#options
    if (lane.waiting.length === 0) lane.burst_began = clock.now()
    lane.waiting.push(...items)
    lane.timer?.[Symbol.dispose]()
    const left = lane.burst_began + LONGEST_BURST_MS - clock.now()
    const wait = moreMayFollow ? Math.min(debounce_ms, left) : 0
    if (wait <= 0) this.#flush(scope, lane)
    else
      lane.timer = clock.after(wait, () => {
        this.#flush(scope, lane)
      })
  }

  /** Runs `act` when everything queued before it has ended, and holds back what comes after. */
  async exclusive<T>(scope: Scope, act: () => Promise<T>): Promise<T> {
    return await this.#enqueue(scope, this.#lane(scope), act)
  }

  /** Resolves when no item that `matches` waits or is worked on. */
  async whenIdle(matches: (item: Item) => boolean): Promise<void> {
    for (;;) {
      const busy = [...this.#lanes.values()].filter(lane => [...lane.waiting, ...lane.working].some(matches))
      if (busy.length === 0) return
      await Promise.all(busy.map(lane => this.#quiet(lane)))
    }
  }

  /** Starts what waits for a burst to end, and resolves when every queue is empty. */
  async drain(): Promise<void> {
    while (this.#lanes.size > 0) {
      for (const [scope, lane] of this.#lanes) {
        if (lane.timer !== undefined) this.#flush(scope, lane)
      }
      await Promise.all([...this.#lanes.values()].map(lane => lane.tail))
    }
  }

  #flush(scope: Scope, lane: Lane<Item>): void {
    lane.timer?.[Symbol.dispose]()
    lane.timer = undefined
    void this.#enqueue(scope, lane, () =>
      this.#cap(async () => {
        // What came in meanwhile belongs to the same turn, unless its burst is still going on.
        if (lane.timer !== undefined || lane.waiting.length === 0) return
        lane.working = lane.waiting
        lane.waiting = []
        try {
          await this.#options.work(scope, lane.working)
        } finally {
          lane.working = []
        }
      }),
    )
  }

  #enqueue<T>(scope: Scope, lane: Lane<Item>, act: () => Promise<T>): Promise<T> {
    lane.depth++
    const result = lane.tail.then(act)
    lane.tail = result
      .catch(() => undefined)
      .then(() => {
        lane.depth--
        if (lane.depth === 0 && lane.waiting.length === 0) this.#lanes.delete(scope)
      })
    return result
  }

  async #quiet(lane: Lane<Item>): Promise<void> {
    // While a burst is gathered nothing is queued yet: wait for its timer as the clock tells.
    if (lane.depth === 0 && lane.timer !== undefined) {
      await this.#options.clock.sleep(this.#options.debounce_ms)
    } else {
      await lane.tail
    }
  }

  #lane(scope: Scope): Lane<Item> {
    let lane = this.#lanes.get(scope)
    if (lane === undefined) {
      lane = { waiting: [], working: [], burst_began: 0, timer: undefined, tail: Promise.resolve(), depth: 0 }
      this.#lanes.set(scope, lane)
    }
    return lane
  }
}
