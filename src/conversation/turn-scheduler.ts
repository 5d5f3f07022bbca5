/** Gathers the messages of a scope into batches and processes one batch per scope at a time. */
import type { Clock } from '../platform/clock.ts'
import { SECOND_MS } from '../platform/clock.ts'
import { FairLimit } from '../platform/fair-limit.ts'
import type { Scope } from '../messages/scope.ts'

/** A steady stream of messages is answered after this time at the latest, even without a pause. */
const LONGEST_BURST_MS = 15 * SECOND_MS

export interface TurnSchedulerDeps<Item> {
  readonly clock: Clock
  /** Items of one scope within this time are processed together. */
  readonly debounce_ms: number
  /** Batches that run at once, over all scopes. */
  readonly most_at_once: number
  /** The person for whom an item is processed: the places are shared among people. */
  readonly ownerOf: (item: Item) => string
  /** Called when a batch begins, with the time since its first item came. */
  readonly waited?: (milliseconds: number) => void
}

/** Processes a batch of one scope; must not reject. */
export type BatchHandler<Item> = (scope: Scope, batch: readonly Item[]) => Promise<void>

/** Runs an action alone in the queue of a scope: no turn of that scope runs meanwhile. */
export type Exclusive = <T>(scope: Scope, act: () => Promise<T>) => Promise<T>

interface ScopeQueue<Item> {
  waiting: Item[]
  working: readonly Item[]
  burstBegan: number
  timer: Disposable | undefined
  /** End of everything queued so far. */
  tail: Promise<unknown>
  /** Number of queued or running actions. */
  depth: number
}

/**
 * One serial queue per scope, and a limit over all of them that is shared fairly among people. Bursts are gathered into
 * one batch. The queues exist before anything that processes batches, so that other code can use `exclusive` first;
 * batches wait until `start`.
 */
export class TurnScheduler<Item> {
  readonly #deps: TurnSchedulerDeps<Item>
  readonly #queues = new Map<Scope, ScopeQueue<Item>>()
  readonly #limit: FairLimit<string>
  readonly #handler = Promise.withResolvers<BatchHandler<Item>>()

  constructor(deps: TurnSchedulerDeps<Item>) {
    this.#deps = deps
    this.#limit = new FairLimit(deps.most_at_once)
  }

  /** From now on `handler` processes the batches, including waiting ones. Called once. */
  start(handler: BatchHandler<Item>): void {
    this.#handler.resolve(handler)
  }

  /** Adds items of one batch. Unless more may follow, it starts as soon as the queue reaches it. */
  push(scope: Scope, items: readonly Item[], moreMayFollow: boolean): void {
    if (items.length === 0) return
    const queue = this.#queueOf(scope)
    const { clock, debounce_ms } = this.#deps
    if (queue.waiting.length === 0) queue.burstBegan = clock.monotonic()
    queue.waiting.push(...items)
    queue.timer?.[Symbol.dispose]()
    const left = queue.burstBegan + LONGEST_BURST_MS - clock.monotonic()
    const wait = moreMayFollow ? Math.min(debounce_ms, left) : 0
    if (wait <= 0) this.#flush(scope, queue)
    else
      queue.timer = clock.after(wait, () => {
        this.#flush(scope, queue)
      })
  }

  /** Runs `act` when everything queued before it has ended, and holds back later work. */
  readonly exclusive: Exclusive = (scope, act) => this.#enqueue(scope, this.#queueOf(scope), act)

  /** All items that wait or are being processed. */
  get allOpen(): readonly Item[] {
    return [...this.#queues.values()].flatMap(({ working, waiting }) => [...working, ...waiting])
  }

  /** Resolves when no matching item waits or is being processed. */
  async whenIdle(matches: (item: Item) => boolean): Promise<void> {
    for (;;) {
      const busy = [...this.#queues.values()].filter(queue => [...queue.waiting, ...queue.working].some(matches))
      if (busy.length === 0) return
      await Promise.all(busy.map(queue => this.#queueIdle(queue)))
    }
  }

  /** Starts batches that wait for a burst to end, and resolves when every queue is empty. */
  async drain(): Promise<void> {
    while (this.#queues.size > 0) {
      for (const [scope, queue] of this.#queues) {
        if (queue.timer !== undefined) this.#flush(scope, queue)
      }
      await Promise.all([...this.#queues.values()].map(queue => queue.tail))
    }
  }

  #flush(scope: Scope, queue: ScopeQueue<Item>): void {
    queue.timer?.[Symbol.dispose]()
    queue.timer = undefined
    void this.#enqueue(scope, queue, () =>
      this.#limit.run(this.#ownerOf(queue, scope), async () => {
        const handler = await this.#handler.promise
        // Items that came meanwhile belong to the same turn, unless their burst is still going on.
        if (queue.timer !== undefined || queue.waiting.length === 0) return
        this.#deps.waited?.(this.#deps.clock.monotonic() - queue.burstBegan)
        queue.working = queue.waiting
        queue.waiting = []
        try {
          await handler(scope, queue.working)
        } finally {
          queue.working = []
        }
      }),
    )
  }

  /** The last writer is answered; a person who writes in many groups gets no more places than others. */
  #ownerOf({ waiting }: ScopeQueue<Item>, scope: Scope): string {
    const last = waiting.at(-1)
    return last === undefined ? scope : this.#deps.ownerOf(last)
  }

  #enqueue<T>(scope: Scope, queue: ScopeQueue<Item>, act: () => Promise<T>): Promise<T> {
    queue.depth++
    const result = queue.tail.then(act)
    queue.tail = result
      .catch(() => undefined)
      .then(() => {
        queue.depth--
        if (queue.depth === 0 && queue.waiting.length === 0) this.#queues.delete(scope)
      })
    return result
  }

  async #queueIdle(queue: ScopeQueue<Item>): Promise<void> {
    // While a burst is gathered nothing is queued yet: wait as long as its timer may take.
    if (queue.depth === 0 && queue.timer !== undefined) {
      await this.#deps.clock.sleep(this.#deps.debounce_ms)
    } else {
      await queue.tail
    }
  }

  #queueOf(scope: Scope): ScopeQueue<Item> {
    let queue = this.#queues.get(scope)
    if (queue === undefined) {
      queue = { waiting: [], working: [], burstBegan: 0, timer: undefined, tail: Promise.resolve(), depth: 0 }
      this.#queues.set(scope, queue)
    }
    return queue
  }
}
