/** Values that are created at their first use, so that the start of a process does not pay for them. */

/** @returns a function that creates the value when it is first called, and then returns the same one */
export const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}
