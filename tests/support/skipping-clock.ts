import { FakeClock } from './fake-clock.ts'

/** A clock that skips over every sleep and remembers how long it was meant to be. Timers that fall due meanwhile run. */
export class SkippingClock extends FakeClock {
  /** Milliseconds of each sleep so far. */
  readonly sleeps: number[] = []

  override async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    this.sleeps.push(milliseconds)
    await this.advance(milliseconds)
    signal?.throwIfAborted()
  }
}
