/** A circuit breaker around one model: while the service fails, calls are refused at once. */
import {
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  handleWhen,
  type IBackoff,
  type IBreaker,
  type CircuitBreakerPolicy,
} from 'cockatiel'
import type { Clock } from '../../platform/clock.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import { CallHeldBack } from '../call-held-back.ts'
import { modelErrorReason, type ModelErrorReason } from '../model-error.ts'

export interface CircuitSettings {
  /** Failed calls in a row before calls are held back. */
  readonly failures: number
  /** Seconds without calls before a trial call is allowed. */
  readonly pause_seconds: number
}

/** The caller: a conversation, or `undefined` for a call that belongs to none. */
export type Caller = string | undefined

/** Holds back calls to a service that is down, so that no one waits for a call that will fail. */
export interface Circuit {
  /**
   * Runs `act`, unless the service is known to be down.
   * @throws CallHeldBack when the call was not made, or what `act` throws.
   */
  run<T>(act: () => Promise<T>, caller: Caller): Promise<T>
}

/** Failures that no conversation can have caused. */
const OF_THE_SERVICE: ReadonlySet<ModelErrorReason> = new Set(['unreachable', 'overloaded', 'rate-limited'])

/** A circuit for one model at a host. */
export const createCircuit = (host: string, settings: CircuitSettings, clock: Clock, logger: Logger): Circuit =>
  new CockatielCircuit(host, settings, clock, logger)

/**
 * A circuit breaker. `unavailable` and `timeout` count as failures; a refusal (wrong key, unknown model) does not,
 * because then the service works. One conversation alone cannot open it, because its content may be what causes the
 * failures. After the pause a single call goes through: if it succeeds, the others follow; if it fails, one call of
 * another conversation may try as well.
 */
class CockatielCircuit implements Circuit {
  readonly #host: string
  readonly #settings: CircuitSettings
  readonly #clock: Clock
  readonly #breaker: FailuresInARow
  readonly #policy: CircuitBreakerPolicy
  #opened_at = 0
  /** Callers whose trial calls failed since the pause ended. */
  #tried: readonly Caller[] = []

  constructor(host: string, settings: CircuitSettings, clock: Clock, logger: Logger) {
    this.#host = host
    this.#settings = settings
    this.#clock = clock
    this.#breaker = new FailuresInARow(settings.failures)
    const pause = pauseUntil(() => this.#pauseIsOver())
    this.#policy = circuitBreaker(
      handleWhen(error => this.#isOutage(error)),
      { breaker: this.#breaker, halfOpenAfter: { next: () => pause } },
    )
    this.#policy.onBreak(() => {
      this.#opened_at = clock.monotonic()
      logger.warn('Model endpoint is failing, calls are held back', { host, seconds: settings.pause_seconds })
    })
    this.#policy.onReset(() => {
      this.#tried = []
      logger.info('Model endpoint answers again', { host })
    })
  }

  async run<T>(act: () => Promise<T>, caller: Caller): Promise<T> {
    this.#noteTrial(caller)
    try {
      return await this.#policy.execute(async () => {
        try {
          return await act()
        } catch (error) {
          this.#breaker.callers.set(asKey(error), caller)
          throw error
        }
      })
    } catch (error) {
      if (!(error instanceof BrokenCircuitError)) throw error
      const times = String(this.#settings.failures)
      const message = `${this.#host} failed ${times} times in a row and is not asked for now`
      throw new CallHeldBack(message)
    }
  }

  #pauseIsOver(): boolean {
    return this.#clock.monotonic() - this.#opened_at >= this.#settings.pause_seconds * SECOND_MS
  }

  #isOutage(error: unknown): boolean {
    this.#breaker.last = error
    const isFailure = error instanceof DenidinError && (error.code === 'unavailable' || error.code === 'timeout')
    // A cancelled trial call proves nothing: the circuit stays as it was.
    return isFailure || (this.#policy.state === CircuitState.HalfOpen && !(error instanceof DenidinError))
  }

  /** Records a trial call; a caller from another conversation need not wait for the pause. */
  #noteTrial(caller: Caller): void {
    if (this.#policy.state !== CircuitState.Open) return
    const [first] = this.#tried
    if (this.#pauseIsOver()) this.#tried = [caller]
    else if (this.#tried.length === 1 && first !== caller && this.#breaker.isAmbiguous) {
      this.#tried = [...this.#tried, caller]
      this.#opened_at = Number.NEGATIVE_INFINITY
    }
  }
}

/**
 * cockatiel uses the system clock. We tell it that either no time or infinite time is left, so that our clock decides.
 */
const pauseUntil = (isOver: () => boolean): IBackoff<unknown> => {
  const pause: IBackoff<unknown> = {
    next: () => pause,
    get duration() {
      return isOver() ? -Infinity : Infinity
    },
  }
  return pause
}

const asKey = (error: unknown): object => (typeof error === 'object' && error !== null ? error : {})

/** Opens after a number of failures in a row, unless all of them come from one conversation. */
class FailuresInARow implements IBreaker {
  state: unknown
  /** The caller of each call that threw an error. */
  readonly callers = new WeakMap<object, Caller>()
  /** The error to judge. */
  last: unknown
  readonly #most: number
  #callers: readonly Caller[] = []
  #of_the_service = false

  constructor(most: number) {
    this.#most = most
  }

  /** Whether the content of one conversation may have caused the last failure. */
  get isAmbiguous(): boolean {
    const reason = modelErrorReason(this.last)
    return reason !== undefined && !OF_THE_SERVICE.has(reason)
  }

  success(): void {
    this.#callers = []
    this.#of_the_service = false
  }

  failure(): boolean {
    const caller = this.callers.get(asKey(this.last))
    this.#callers = [...this.#callers, caller].slice(-this.#most)
    this.#of_the_service = !this.isAmbiguous || caller === undefined
    return this.#callers.length >= this.#most && (this.#of_the_service || new Set(this.#callers).size > 1)
  }
}
