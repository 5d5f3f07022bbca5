/** Selects the best scores of a search without sorting all of them. */

/**
 * The positions of the highest scores above 0, best first, at most `count`; if scores are equal, the later position
 * comes first.
 */
export const topK = (scores: Float32Array, count: number): readonly number[] => {
  // A heap; its root is the lowest of the best scores so far.
  const heap: number[] = []
  const worse = (a: number, b: number): boolean => {
    const difference = (scores[a] ?? 0) - (scores[b] ?? 0)
    return difference < 0 || (difference === 0 && a < b)
  }
  const at = (position: number): number => heap[position] ?? 0
  const swap = (a: number, b: number): void => {
    const kept = at(a)
    heap[a] = at(b)
    heap[b] = kept
  }
  const sink = (from: number): void => {
    for (let position = from; ;) {
      const left = 2 * position + 1
      const right = left + 1
      let least = left < heap.length && worse(at(left), at(position)) ? left : position
      if (right < heap.length && worse(at(right), at(least))) least = right
      if (least === position) return
      swap(position, least)
      position = least
    }
  }
  const rise = (from: number): void => {
    for (let position = from; position > 0;) {
      const parent = (position - 1) >>> 1
      if (!worse(at(position), at(parent))) return
      swap(position, parent)
      position = parent
    }
  }
  for (let position = 0; position < scores.length; position++) {
    if ((scores[position] ?? 0) <= 0) continue
    if (heap.length < count) {
      heap.push(position)
      rise(heap.length - 1)
    } else if (count > 0 && worse(at(0), position)) {
      heap[0] = position
      sink(0)
    }
  }
  return heap.sort((a, b) => (worse(a, b) ? 1 : -1))
}
