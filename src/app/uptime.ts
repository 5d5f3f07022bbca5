/** Since when the bot serves, as `denidin status` and the runner need to know. */

/** Starts as "not serving": a process that runs a single command never serves. */
export class Uptime {
  #started_at: number | undefined

  /** Milliseconds since the Unix epoch; `undefined` until `begin`. */
  get started_at(): number | undefined {
    return this.#started_at
  }

  begin(now: number): void {
    this.#started_at = now
  }
}
