/** Values that are made at their first use: what the start of a process does not need costs it nothing. */

/** @returns a function that makes the value when it is first called, and then gives the same one */
export const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}
