/** The time since which the bot serves, for `denidin status` and the runner. */

/** Initially "not serving": a process that runs a single command never serves. */
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
