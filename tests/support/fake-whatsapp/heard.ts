/** Remembers what happened, so that a test can wait for it whether it has happened already or not. */
export class Heard<T> {
  readonly #entries: T[] = []
  readonly #listeners = new Set<(entry: T) => void>()
  #read = 0

  add(entry: T): void {
    this.#entries.push(entry)
    for (const listener of this.#listeners) listener(entry)
  }

  get all(): readonly T[] {
    return this.#entries
  }

  /** Forgets what `next` would still find: only what happens from now on counts. */
  skip(): void {
    this.#read = this.#entries.length
  }

  /** The first entry since the last `skip` that matches; waits for it when there is none yet. */
  next<S extends T>(matches: (entry: T) => entry is S): Promise<S>
  next(matches?: (entry: T) => boolean): Promise<T>
  next(matches: (entry: T) => boolean = () => true): Promise<T> {
    const known = this.#entries.slice(this.#read).find(matches)
    if (known !== undefined) return Promise.resolve(known)
    return new Promise(resolve => {
      const listener = (entry: T): void => {
        if (!matches(entry)) return
        this.#listeners.delete(listener)
        resolve(entry)
      }
      this.#listeners.add(listener)
    })
  }
}
