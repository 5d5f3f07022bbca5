import type { Clock } from '../../../platform/clock.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { ConnectionEnd, EngineEvents } from '../engine-events.ts'
import { disconnection, reasonOf } from './errors.ts'
import { blockOf, SCREEN_SENTENCES, type PageLook } from './page-screens.ts'
import type { WhatsAppDeadlines } from '../settings.ts'
import type { PageQueries } from './page.ts'

export interface PageMonitorDeps {
  readonly page: PageQueries
  readonly deadlines: WhatsAppDeadlines
  readonly clock: Clock
  readonly logger: Logger
  /** How far the page got; `waiting`: for a person who enters a code. */
  readonly stage: () => 'loading' | 'waiting' | 'ready'
  readonly listener: Pick<EngineEvents, 'connection' | 'silent' | 'notice'>
  /** The code was taken: the page goes on. */
  readonly progress: () => void
  readonly end: (end: ConnectionEnd) => void
}

/** States of a page that has left its code behind. */
const PAST_THE_CODE: readonly (string | null)[] = ['PAIRING', 'CONNECTED']
/** Looks in a row that a page may leave unanswered. */
const MOST_MISSES = 2
/** Looks in a row at a page that has all messages while the library does not know it. */
const MOST_UNTOLD = 2
/** Presses, one a look, after which a dialog should be gone. */
const MOST_PRESSES = 4

/** Draws the conclusions from the looks at a page: what is told, what is done about it, and when it is given up. */
export class PageMonitor {
  readonly #deps: PageMonitorDeps
  #offline_since: number | undefined
  #untold = 0
  #pressed = 0

  constructor(deps: PageMonitorDeps) {
    this.#deps = deps
  }

  /** Whether the next look should come soon: a dialog was just dealt with. */
  get urgent(): boolean {
    return this.#pressed > 0 && this.#pressed <= MOST_PRESSES
  }

  /** The page did not answer a look. While it loads its messages it may be too busy for that. */
  missed(misses: number): void {
    const { stage, listener, end } = this.#deps
    if (stage() === 'loading') return
    if (misses < MOST_MISSES) listener.silent()
    else end({ kind: 'lost', reason: 'The page of WhatsApp does not answer.' })
  }

  answered(look: PageLook): void {
    const { stage, end } = this.#deps
    const blocked = look.state === null ? undefined : blockOf(look.state)
    if (blocked !== undefined) {
      end({ kind: 'blocked', reason: blocked, by: 'WhatsApp' })
      return
    }
    if (look.state === 'CONFLICT') {
      end({ kind: 'lost', reason: disconnection('CONFLICT'), state: 'CONFLICT' })
      return
    }
    if (stage() === 'ready') this.#watchReady(look)
    else this.#watchLinking(look)
  }

  #watchLinking(look: PageLook): void {
    const { page, listener, stage, progress } = this.#deps
    // The library hears of that only once it listens, and nobody else sets a deadline.
    if (stage() === 'waiting' && PAST_THE_CODE.includes(look.state)) progress()
    if (look.screen === 'passkey') listener.notice(SCREEN_SENTENCES.passkey)
    this.#untold = look.synced && look.state === 'CONNECTED' && stage() === 'loading' ? this.#untold + 1 : 0
    if (this.#untold >= MOST_UNTOLD) {
      this.#untold = 0
      this.#do('telling the library that the messages are there', () => page.tellSynced())
    }
  }

  #watchReady(look: PageLook): void {
    const { clock, deadlines, listener, end, page } = this.#deps
    const up = look.state === 'CONNECTED'
    listener.connection(up)
    if (up) this.#offline_since = undefined
    else this.#offline_since ??= clock.now()
    if (this.#offline_since !== undefined && clock.now() - this.#offline_since >= deadlines.offline_ms) {
      end({ kind: 'lost', reason: 'WhatsApp did not find its servers again.' })
      return
    }
    if (look.screen !== 'news') {
      this.#pressed = 0
      listener.notice(undefined)
      return
    }
    // It may have several pages; one that is still there after some presses cannot be dealt with here.
    if (this.#pressed >= MOST_PRESSES) listener.notice(SCREEN_SENTENCES.news)
    this.#pressed += 1
    this.#do('closing a dialog', () => page.acknowledgeNews())
  }

  #do(what: string, act: () => Promise<unknown>): void {
    const { logger } = this.#deps
    act().then(
      done => {
        logger.info('Something was done in the page of WhatsApp', { what, done: done !== false })
      },
      (error: unknown) => {
        logger.warn('Something could not be done in the page of WhatsApp', { what, reason: reasonOf(error) })
      },
    )
  }
}
