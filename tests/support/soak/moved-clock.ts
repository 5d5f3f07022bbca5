/** Moves the clock of the real bot while it runs: a preload puts its own time into the port, and reads by how much here. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { PROJECT } from '../script-run.ts'

export class MovedClock {
  readonly #file: string

  /** @param folder a folder of the test's own */
  constructor(folder: string) {
    this.#file = join(folder, 'clock-moved-by')
    this.move(0)
  }

  /** Variables with which the bot has to be started. */
  get environment(): Readonly<Record<string, string>> {
    // As an address: a path with a space would be two options.
    const preload = pathToFileURL(join(PROJECT, 'tests/support/soak/move-clock.mjs')).href
    return { NODE_OPTIONS: `--import=${preload}`, CLOCK_MOVED_BY: this.#file }
  }

  /** By so many milliseconds from the true time, within a quarter of a second. */
  move(milliseconds: number): void {
    writeFileSync(this.#file, String(milliseconds))
  }
}
