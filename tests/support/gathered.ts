/** All that something gives one by one. */
export const gathered = async <T>(all: AsyncIterable<T>): Promise<T[]> => {
  const things: T[] = []
  for await (const thing of all) things.push(thing)
  return things
}
