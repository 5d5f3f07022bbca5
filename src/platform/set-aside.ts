/**
 * The one rule for background work on a list of items: an item that fails by itself is set aside, counted and reported,
 * and the work continues with the others.
 */
import { asDenidinError, DenidinError, type ErrorCode } from './errors.ts'
import type { Health, HealthCheck } from './health.ts'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics.ts'

/** Failures of a shared resource, not of one item: every other item would fail too. */
const OF_EVERYTHING: ReadonlySet<ErrorCode> = new Set([
  'unavailable',
  'timeout',
  'stopping',
  'damaged',
  'disabled',
  'already_running',
  'not_running',
])

/** Whether a failure is the fault of the current item. */
export const isOfItem = (error: unknown): boolean =>
  error instanceof DenidinError
    ? !error.retryable && !OF_EVERYTHING.has(error.code)
    : (error as { name?: unknown } | undefined)?.name !== 'AbortError'

/** The outcome of an attempt: its result, or nothing if its item was set aside. */
export type Attempt<T> = { readonly done: true; readonly result: T } | { readonly done: false }

/** How many items are remembered by name; beyond that only their number is. */
const MOST_NAMED = 1000

/** Items that were set aside since the start; the next start tries them again. */
export class SetAside implements HealthCheck {
  readonly name = 'background work'
  readonly #logger: Logger
  readonly #metrics: Metrics
  /** Work → items. */
  readonly #items = new Map<string, Set<string>>()

  constructor(logger: Logger, metrics: Metrics) {
    this.#logger = logger.for('background')
    this.#metrics = metrics
  }

  /**
   * Works on one item, and sets it aside if it fails by itself.
   * @param work the kind of work, as in `indexing messages`
   * @param item id of the item, never its text
   * @throws the failure if it is not the item's: see `isOfItem`
   */
  async attempt<T>(work: string, item: string, act: () => T | Promise<T>): Promise<Attempt<T>> {
    try {
      return { done: true, result: await act() }
    } catch (error) {
      if (!isOfItem(error)) throw error
      this.add(work, item, error)
      return { done: false }
    }
  }

  /**
   * Works on all items at once, and one by one if an item makes that fail.
   * @param act must be safe to repeat
   * @throws as `attempt` does
   */
  async attemptAll<T>(
    work: string,
    items: readonly T[],
    idOf: (item: T) => string,
    act: (items: readonly T[]) => Promise<void>,
  ): Promise<void> {
    try {
      await act(items)
    } catch (error) {
      if (!isOfItem(error)) throw error
      for (const item of items) await this.attempt(work, idOf(item), () => act([item]))
    }
  }

  /** Sets an item aside. */
  add(work: string, item: string, error: unknown): void {
    const items = this.#items.get(work) ?? new Set()
    this.#items.set(work, items)
    if (items.has(item)) return
    if (items.size < MOST_NAMED) items.add(item)
    this.#metrics.count('items_set_aside')
    this.#logger.error('An item of background work failed and was set aside', {
      work,
      item,
      reason: asDenidinError(error).message,
    })
  }

  async health(): Promise<Health> {
    const works = [...this.#items].map(([work, { size }]) => `${work}: ${String(size)}`)
    if (works.length === 0) return { state: 'ok', detail: 'Nothing was set aside.' }
    const detail = `Some items failed and were set aside (${works.join(', ')}); the log names them, and the next start tries them again.`
    return { state: 'degraded', detail }
  }
}
