/** Runs an action for many items, a few at a time. */

/**
 * Calls `act` for each item, at most `most` at once. After a failure, no further item is begun; rejects with the first
 * failure when the actions in progress have ended.
 */
export const inParallel = async <T>(
  most: number,
  items: readonly T[],
  act: (item: T) => Promise<void>,
): Promise<void> => {
  const left = items.values()
  const failures: unknown[] = []
  const work = async (): Promise<void> => {
    for (const item of left) {
      try {
        await act(item)
      } catch (error) {
        failures.push(error)
      }
      if (failures.length > 0) return
    }
  }
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, work))
  if (failures.length > 0) throw failures[0]
}
