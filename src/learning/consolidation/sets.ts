type Some<T> = ReadonlySet<T>

/** Whether everything in `a` is in `b`. */
export const within = <T>(a: Some<T>, b: Some<T>): boolean => a.size <= b.size && [...a].every(each => b.has(each))

export const equal = <T>(a: Some<T>, b: Some<T>): boolean => a.size === b.size && within(a, b)

/** What is in `a` and not in `b`. */
export const beyond = <T>(a: Some<T>, b: Some<T>): readonly T[] => [...a].filter(each => !b.has(each))

/** How much of the smaller one is in both, 0 to 1. */
export const overlap = <T>(a: Some<T>, b: Some<T>): number => {
  const smaller = Math.min(a.size, b.size)
  return smaller === 0 ? 0 : (a.size - beyond(a, b).length) / smaller
}
