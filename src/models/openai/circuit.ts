/** A circuit breaker around one model endpoint: while it fails, calls are refused at once. */
import {
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleWhen,
  type IBackoff,
} from 'cockatiel'
import type { Clock } from '../../platform/clock.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'

export interface CircuitSettings {
  /** Calls in a row that must fail before no more are made. */
  readonly failures: number
  /** Seconds without calls, before one is let through to see how things are. */
  readonly pause_seconds: number
}

/** Holds back calls to a service that is down, so that nobody waits for what will fail. */
export interface Circuit {
  readonly open: boolean
  /**
   * Runs `act`, unless the service is known to be down.
   * @throws DenidinError `unavailable` when the call was held back, or what `act` throws.
   */
  run<T>(act: () => Promise<T>): Promise<T>
}

/**
 * A circuit breaker. `unavailable` and `timeout` count as failures; a refusal (wrong key, unknown model) does not, for
 * there the service is well. After the pause one call goes through alone: its success lets the others go on.
 */
export const createCircuit = (host: string, settings: CircuitSettings, clock: Clock, logger: Logger): Circuit => {
  let opened_at = 0
  // cockatiel reads the system's clock: told that no time, or endless time, is left, it asks ours.
  const pause: IBackoff<unknown> = {
    next: () => pause,
    get duration() {
      return clock.monotonic() - opened_at < settings.pause_seconds * SECOND_MS ? Infinity : -Infinity
    },
  }
  const isOutage = (error: unknown): boolean =>
    // A trial call that was called off has shown nothing: the circuit stays as it was.
    policy.state === CircuitState.HalfOpen
      ? !(error instanceof DenidinError && error.code !== 'unavailable' && error.code !== 'timeout')
      : error instanceof DenidinError && (error.code === 'unavailable' || error.code === 'timeout')
  const policy = circuitBreaker(handleWhen(isOutage), {
    breaker: new ConsecutiveBreaker(settings.failures),
    halfOpenAfter: { next: () => pause },
  })
  policy.onBreak(() => {
    opened_at = clock.monotonic()
    logger.warn('Model endpoint is failing, calls are held back', { host, seconds: settings.pause_seconds })
  })
  policy.onReset(() => {
    logger.info('Model endpoint answers again', { host })
  })
  return {
    get open() {
      return policy.state === CircuitState.Open
    },
    run: async act => {
      try {
        return await policy.execute(act)
      } catch (error) {
        if (!(error instanceof BrokenCircuitError)) throw error
        const message = `${host} failed ${String(settings.failures)} times in a row and is not asked for now`
        throw new DenidinError('unavailable', message, { retryable: true })
      }
    },
  }
}
