/**
 * Records when the bot ran, by signs of life in a file of its own, which no restore replaces; and how long it was down.
 * A stretch ends with its last sign: what killed or froze the process needs no code of ours to be noticed.
 */
import { z } from 'zod'
import { DAY_MS, SECOND_MS, type Clock } from '../platform/clock.ts'
import { asDenidinError } from '../platform/errors.ts'
import { writeFileAtomic, readOwnText } from '../platform/files.ts'
import type { Logger } from '../platform/logger.ts'

/** A sign of life is written this often. */
const SIGN_EVERY_MS = 30 * SECOND_MS
/** After a longer silence the bot was down meanwhile: it hung, its machine slept, or its clock was set forward. */
const LONGEST_SILENCE_MS = 90 * SECOND_MS
/** More stretches are not kept; the record then begins later. */
const MOST_STRETCHES = 5000
/** Older stretches are not kept. */
const LONGEST_RECORD_MS = 400 * DAY_MS

const stretch = z.object({
  /** Milliseconds since the Unix epoch. */
  begins: z.number(),
  /** Its last sign of life. */
  ends: z.number(),
  /** Whether it was stopped, instead of ending without a word. */
  stopped: z.boolean(),
})
type Stretch = z.output<typeof stretch>

/** How long the bot ran within a time, and how long it did not. All in milliseconds. */
export interface UptimeFigures {
  readonly up_ms: number
  /** After it had been told to stop. */
  readonly stopped_ms: number
  /** Down without having been told: crashed, killed, frozen, or its machine was off. */
  readonly down_ms: number
}

export interface UptimeRecordDeps {
  readonly path: string
  readonly clock: Clock
  readonly logger: Logger
}

export class UptimeRecord {
  readonly #deps: UptimeRecordDeps
  #earlier: readonly Stretch[] = []
  /** The present stretch; `undefined` in a process that is not the running bot. */
  #present: Stretch | undefined
  #timer: Disposable | undefined
  #writing: Promise<void> = Promise.resolve()

  constructor(deps: UptimeRecordDeps) {
    this.#deps = deps
  }

  /** The bot runs from now on. */
  async start(): Promise<void> {
    const now = this.#deps.clock.now()
    this.#earlier = (await this.#read()).filter(({ ends }) => now - ends < LONGEST_RECORD_MS)
    this.#present = { begins: now, ends: now, stopped: false }
    await this.#write()
    this.#signLater()
  }

  /** The bot was told to stop. Does nothing in a process that is not the running bot. */
  async stop(): Promise<void> {
    this.#timer?.[Symbol.dispose]()
    this.#timer = undefined
    if (this.#present === undefined) return
    this.#sign()
    this.#present = { ...this.#present, stopped: true }
    await this.#write()
    this.#earlier = this.#all()
    this.#present = undefined
  }

  /** The last `window_ms`, or the time since the first start if that is shorter. */
  async figures(window_ms: number): Promise<UptimeFigures> {
    const now = this.#deps.clock.now()
    if (this.#present !== undefined) {
      this.#sign()
      return figuresOf(this.#all(), now - window_ms, now)
    }
    return figuresOf(await this.#read(), now - window_ms, now)
  }

  /** Extends the present stretch to now, or begins another one after a silence. */
  #sign(): void {
    const { clock } = this.#deps
    const present = this.#present
    if (present === undefined) return
    const now = clock.now()
    if (now >= present.ends && now - present.ends <= LONGEST_SILENCE_MS) {
      this.#present = { ...present, ends: now }
      return
    }
    this.#earlier = this.#all()
    this.#present = { begins: now, ends: now, stopped: false }
  }

  #signLater(): void {
    this.#timer = this.#deps.clock.after(SIGN_EVERY_MS, () => {
      this.#sign()
      void this.#write()
      this.#signLater()
    })
  }

  #all(): readonly Stretch[] {
    return [...this.#earlier, ...(this.#present === undefined ? [] : [this.#present])].slice(-MOST_STRETCHES)
  }

  /** Never rejects: a full disk must not end the bot. */
  async #write(): Promise<void> {
    const { path, logger } = this.#deps
    const text = `${JSON.stringify({ stretches: this.#all() })}\n`
    this.#writing = this.#writing.then(async () => {
      await writeFileAtomic(path, text).catch((error: unknown) => {
        logger.debug('A sign of life could not be written', { reason: asDenidinError(error).message })
      })
    })
    await this.#writing
  }

  /** A file that is missing or damaged counts as none: the record begins with the next start. */
  async #read(): Promise<readonly Stretch[]> {
    try {
      const content: unknown = JSON.parse(await readOwnText(this.#deps.path))
      return z.object({ stretches: z.array(stretch) }).parse(content).stretches
    } catch {
      return []
    }
  }
}

const figuresOf = (all: readonly Stretch[], from: number, now: number): UptimeFigures => {
  const figures = { up_ms: 0, stopped_ms: 0, down_ms: 0 }
  const sorted = all.filter(({ begins }) => begins <= now).toSorted((one, other) => one.begins - other.begins)
  const [first] = sorted
  if (first === undefined) return figures
  /** Up to where it is known. Stretches overlap where the clock was set back. */
  let known = Math.max(from, first.begins)
  let last_end = 0
  let was_stopped = false
  for (const { begins, ends, stopped } of sorted) {
    const until = Math.min(ends, now)
    if (begins > known) {
      figures[was_stopped ? 'stopped_ms' : 'down_ms'] += begins - known
      known = begins
    }
    if (until > known) {
      figures.up_ms += until - known
      known = until
    }
    if (ends >= last_end) {
      last_end = ends
      was_stopped = stopped
    }
  }
  figures[was_stopped ? 'stopped_ms' : 'down_ms'] += now - known
  return figures
}
