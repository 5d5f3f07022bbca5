/** Evaluates the health checks of a page: what to report, what to do in the page, and when to give it up. */
import type { Clock } from '../../../platform/clock.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { ConnectionEnd, EngineEvents } from '../engine-events.ts'
import { reasonOf } from '../failure-reason.ts'
import { NEWS_DIALOG, PASSKEY } from '../operator-tasks.ts'
import { disconnection } from './errors.ts'
import { blockOf, type PageLook } from './page-screens.ts'
import type { PageStage } from './page-progress.ts'
import type { Page } from './page.ts'

export interface PageMonitorDeps {
  readonly page: Pick<Page, 'tellSynced' | 'acknowledgeNews'>
  readonly stage: () => PageStage
  readonly events: Pick<EngineEvents, 'event'>
  /** The code was accepted: the page continues. */
  readonly progress: () => void
  readonly end: (end: ConnectionEnd) => void
  /** How long WhatsApp may be disconnected from its servers. */
  readonly offline_ms: number
  readonly clock: Clock
  readonly logger: Logger
}

/** States of a page whose code was accepted. */
const CODE_ACCEPTED: readonly (string | null)[] = ['PAIRING', 'CONNECTED']
/** The health check in a row that, when missed, gives up the page. */
const MOST_MISSES = 2
/** Checks in a row that find all messages loaded without the library noticing, before it is told. */
const MOST_UNNOTICED = 2
/** Presses, one per check, after which a dialog should be gone. */
const MOST_PRESSES = 4

export class PageMonitor {
  readonly #deps: PageMonitorDeps
  #offline_since: number | undefined
  #unnoticed = 0
  #presses = 0

  constructor(deps: PageMonitorDeps) {
    this.#deps = deps
  }

  /** Whether the next check should come soon: a button was just pressed. */
  get urgent(): boolean {
    return this.#presses > 0 && this.#presses <= MOST_PRESSES
  }

  /** The page missed a check. While it loads its messages it may be too busy to answer. */
  missed(misses: number): void {
    const { stage, events, end } = this.#deps
    if (stage() === 'loading') return
    if (misses < MOST_MISSES) events.event({ kind: 'silent' })
    else end({ kind: 'lost', reason: 'The page of WhatsApp does not answer.' })
  }

  answered(look: PageLook): void {
    const { stage, end } = this.#deps
    const task = look.state === null ? undefined : blockOf(look.state)
    if (task !== undefined) {
      end({ kind: 'blocked', action: task.action, reason: task.sentence, by: 'WhatsApp' })
      return
    }
    if (look.state === 'CONFLICT') {
      end({ kind: 'lost', reason: disconnection('CONFLICT'), state: 'CONFLICT' })
      return
    }
    if (stage() === 'ready') this.#checkReady(look)
    else this.#checkLinking(look)
  }

  #checkLinking(look: PageLook): void {
    const { page, events, stage, progress } = this.#deps
    // The library notices only once it listens, and nothing else would set a deadline.
    if (stage() === 'waiting' && CODE_ACCEPTED.includes(look.state)) progress()
    if (look.screen === 'passkey') events.event({ kind: 'operator_needed', task: PASSKEY })
    const unnoticed = look.synced && look.state === 'CONNECTED' && stage() === 'loading'
    this.#unnoticed = unnoticed ? this.#unnoticed + 1 : 0
    if (this.#unnoticed >= MOST_UNNOTICED) {
      this.#unnoticed = 0
      this.#do('telling the library that the messages are there', () => page.tellSynced())
    }
  }

  #checkReady(look: PageLook): void {
    const { clock, offline_ms, events, end, page } = this.#deps
    const up = look.state === 'CONNECTED'
    events.event({ kind: 'connection', up })
    if (up) this.#offline_since = undefined
    else this.#offline_since ??= clock.monotonic()
    if (this.#offline_since !== undefined && clock.monotonic() - this.#offline_since >= offline_ms) {
      end({ kind: 'lost', reason: 'WhatsApp did not find its servers again.' })
      return
    }
    if (look.screen !== 'news') {
      this.#presses = 0
      events.event({ kind: 'operator_needed', task: undefined })
      return
    }
    // The dialog may have several pages; if one is still there after several presses, we cannot close it.
    if (this.#presses >= MOST_PRESSES) events.event({ kind: 'operator_needed', task: NEWS_DIALOG })
    this.#presses += 1
    this.#do('closing a dialog', () => page.acknowledgeNews())
  }

  #do(what: string, act: () => Promise<unknown>): void {
    const { logger } = this.#deps
    act().then(
      done => {
        logger.info('An action in the WhatsApp page succeeded', { what, done: done !== false })
      },
      (error: unknown) => {
        logger.warn('An action in the WhatsApp page failed', { what, reason: reasonOf(error) })
      },
    )
  }
}
