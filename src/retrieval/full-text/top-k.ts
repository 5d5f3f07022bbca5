/** The places of the highest scores above 0, best first, at most `count`; of equals, the later place goes first. */
export const topK = (scores: Float32Array, count: number): readonly number[] => {
  // A heap whose root is the worst of the best so far.
  const heap: number[] = []
  const worse = (a: number, b: number): boolean => {
    const difference = (scores[a] ?? 0) - (scores[b] ?? 0)
    return difference < 0 || (difference === 0 && a < b)
  }
  const at = (place: number): number => heap[place] ?? 0
  const swap = (a: number, b: number): void => {
    const kept = at(a)
    heap[a] = at(b)
    heap[b] = kept
  }
  const sink = (from: number): void => {
    for (let place = from; ;) {
      let least = place
      for (const child of [2 * place + 1, 2 * place + 2]) {
        if (child < heap.length && worse(at(child), at(least))) least = child
      }
      if (least === place) return
      swap(place, least)
      place = least
    }
  }
  const rise = (from: number): void => {
    for (let place = from; place > 0;) {
      const parent = (place - 1) >>> 1
      if (!worse(at(place), at(parent))) return
      swap(place, parent)
      place = parent
    }
  }
  for (let place = 0; place < scores.length; place++) {
    if ((scores[place] ?? 0) <= 0) continue
    if (heap.length < count) {
      heap.push(place)
      rise(heap.length - 1)
    } else if (count > 0 && worse(at(0), place)) {
      heap[0] = place
      sink(0)
    }
  }
  return heap.sort((a, b) => (worse(a, b) ? 1 : -1))
}
