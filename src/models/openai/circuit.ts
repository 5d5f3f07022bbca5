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
import { modelErrorReason, type ModelErrorReason } from '../model-error.ts'

export interface CircuitSettings {
  /** Calls in a row that must fail before no more are made. */
  readonly failures: number
  /** Seconds without calls, before one is let through to see how things are. */
  readonly pause_seconds: number
}

/** Whose call it is: a conversation, or `undefined` for one that is of nobody. */
export type Caller = string | undefined

/** Holds back calls to a service that is down, so that nobody waits for what will fail. */
export interface Circuit {
  /**
   * Runs `act`, unless the service is known to be down.
   * @throws DenidinError `unavailable` when the call was held back, or what `act` throws.
   */
  run<T>(act: () => Promise<T>, caller: Caller): Promise<T>
}

/** Failures that no conversation can be the reason of. */
const OF_THE_SERVICE: ReadonlySet<ModelErrorReason> = new Set(['unreachable', 'overloaded', 'rate-limited'])

/** A circuit for one model at a host. */
export const createCircuit = (host: string, settings: CircuitSettings, clock: Clock, logger: Logger): Circuit =>
  new CockatielCircuit(host, settings, clock, logger)

/**
 * A circuit breaker. `unavailable` and `timeout` count as failures; a refusal (wrong key, unknown model) does not, for
 * there the service is well. One conversation alone cannot open it, for what it says may be the reason of its failures.
 * After the pause one call goes through alone: its success lets the others go on; where it fails, one of another
 * conversation may try too.
 */
class CockatielCircuit implements Circuit {
  readonly #host: string
  readonly #settings: CircuitSettings
  readonly #clock: Clock
  readonly #breaker: FailuresInARow
  readonly #policy: CircuitBreakerPolicy
  #opened_at = 0
  /** Whose trial calls failed since the pause was over. */
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
      throw new DenidinError('unavailable', message, { retryable: true })
    }
  }

  #pauseIsOver(): boolean {
    return this.#clock.monotonic() - this.#opened_at >= this.#settings.pause_seconds * SECOND_MS
  }

  #isOutage(error: unknown): boolean {
    this.#breaker.last = error
    const isFailure = error instanceof DenidinError && (error.code === 'unavailable' || error.code === 'timeout')
    // A trial call that was called off has shown nothing: the circuit stays as it was.
    return isFailure || (this.#policy.state === CircuitState.HalfOpen && !(error instanceof DenidinError))
  }

  /** Notes a trial call; one of another conversation need not wait for the pause. */
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

/** cockatiel reads the system's clock: told that no time, or endless time, is left, it asks ours. */
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

/** Opens after a number of failures in a row, unless all of them are those of one conversation. */
class FailuresInARow implements IBreaker {
  state: unknown
  /** Whose call threw an error. */
  readonly callers = new WeakMap<object, Caller>()
  /** The error that is judged. */
  last: unknown
  readonly #most: number
  #callers: readonly Caller[] = []
  #of_the_service = false

  constructor(most: number) {
    this.#most = most
  }

  /** Whether what one conversation says may be the reason of the last failure. */
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
