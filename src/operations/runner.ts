/** Runs operations by name: input check, access, confirmation, queue, the operation itself, audit. */
import type { z } from 'zod'
import type { Exclusive } from '../conversation/turn-scheduler.ts'
import type { AuditLog } from '../memory/audit-log.ts'
import type { Clock } from '../platform/clock.ts'
import { DenidinError, asDenidinError } from '../platform/errors.ts'
import type { Logger } from '../platform/logger.ts'
import type { Metrics } from '../platform/metrics.ts'
import { suggest } from '../platform/suggest.ts'
import { inputError } from './input-error.ts'
import {
  actorOf,
  mayCall,
  type AuditedOperation,
  type Call,
  type Caller,
  type Operation,
  type ProgressStep,
} from './operation.ts'

/** The context of a call besides its input. */
export interface RunOptions {
  readonly caller: Caller
  /** The caller has confirmed the operation. */
  readonly confirmed?: boolean
  readonly signal?: AbortSignal
  readonly progress?: (step: ProgressStep) => void
}

/** Runs operations by name. */
export interface Runner {
  /**
   * Parse → access → confirm → queue → run → audit.
   * @throws DenidinError with a sentence for the caller: `invalid_input`, `not_found` (no such operation), `forbidden`,
   *   `confirmation_needed`, `not_running`, or whatever the operation throws.
   */
  run(name: string, input: unknown, options: RunOptions): Promise<Record<string, unknown>>
}

/** Operations by name, all of which run in the context `C`. */
export type OperationsIn<C> = Readonly<Record<string, Operation<z.ZodObject, z.ZodObject, C>>>

export interface RunnerDeps<C> {
  readonly operations: OperationsIn<NoInfer<C>>
  readonly context: C
  /** Whether this process is the running bot. */
  readonly running: () => boolean
  readonly exclusive: Exclusive
  readonly audit: AuditLog
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Pick<Metrics, 'add'>
}

type Output = Record<string, unknown>
type Runnable<C> = OperationsIn<C>[string]

const isAudited = <C>(operation: Runnable<C>): operation is AuditedOperation<z.ZodObject, z.ZodObject, C, unknown> =>
  operation.audit === 'reads' || operation.audit === 'changes'

class OperationRunner<C> implements Runner {
  readonly #deps: RunnerDeps<C>

  constructor(deps: RunnerDeps<C>) {
    this.#deps = deps
  }

  async run(name: string, input: unknown, options: RunOptions): Promise<Output> {
    const { clock } = this.#deps
    const began = clock.monotonic()
    try {
      const output = await this.#perform(name, input, options)
      this.#reportOutcome(name, options.caller, 'ok', began)
      return output
    } catch (thrown) {
      const error = asDenidinError(thrown)
      this.#reportOutcome(name, options.caller, error.code, began)
      this.#deps.metrics.add('errors_total', { source: 'operation', code: error.code })
      if (error.code === 'internal') this.#logFault(name, error)
      throw error
    }
  }

  async #perform(name: string, input: unknown, options: RunOptions): Promise<Output> {
    const { context, exclusive } = this.#deps
    const { caller } = options
    const operation = this.#find(name)
    if (!mayCall(caller, operation)) {
      throw new DenidinError('forbidden', `only the ${operation.access} may use ${name}`)
    }
    const parsed = operation.input.safeParse(input)
    if (!parsed.success) throw inputError(name, parsed.error, input, operation.input)
    if (operation.needs === 'bot' && !this.#deps.running()) {
      throw new DenidinError('not_running', 'the bot must be running for this; start it with "denidin start"')
    }
    const mustConfirm = operation.confirm?.(parsed.data) ?? operation.effect === 'destroy'
    if (mustConfirm && options.confirmed !== true) {
      throw new DenidinError('confirmation_needed', `${name} needs your confirmation: ${operation.summary}`)
    }
    const subject = await operation.subject?.(context, parsed.data, caller)
    const call: Call<unknown> = {
      caller,
      subject,
      signal: options.signal ?? new AbortController().signal,
      progress: options.progress ?? (() => undefined),
    }
    const act = async (): Promise<Output> => {
      // The caller may have disconnected while the call waited in the queue.
      call.signal.throwIfAborted()
      return operation.output.parse(await this.#runAudited(name, operation, parsed.data, call))
    }
    const scope = subject === undefined ? undefined : operation.exclusiveScope?.(subject)
    return scope === undefined || scope === caller.inside ? await act() : await exclusive(scope, act)
  }

  /** Runs an operation and, unless it throws, writes the data that it read or changed to the audit log. */
  async #runAudited(name: string, operation: Runnable<C>, input: Output, call: Call<unknown>): Promise<Output> {
    const { context, audit } = this.#deps
    if (isAudited(operation)) {
      const { output, touched } = await operation.run(context, input, call)
      for (const { whose, detail, ...idsAndCounts } of touched) {
        const act = detail === undefined ? name : `${name} ${detail}`
        audit.write({ operation: act, by: actorOf(call.caller), whose, ...idsAndCounts })
      }
      return output
    }
    return await operation.run(context, input, call)
  }

  #find(name: string): Runnable<C> {
    const { operations } = this.#deps
    const operation = Object.hasOwn(operations, name) ? operations[name] : undefined
    if (operation !== undefined) return operation
    const near = suggest(name, Object.keys(operations))
    const hint = near === undefined ? '' : `; did you mean "${near}"?`
    throw new DenidinError('not_found', `there is no operation "${name}"${hint}`)
  }

  #reportOutcome(name: string, caller: Caller, outcome: string, began: number): void {
    const { operations, logger, metrics, clock } = this.#deps
    // An unknown name may be a mistyped message.
    const operation = Object.hasOwn(operations, name) ? name : 'unknown'
    metrics.add('operations_total', { operation, outcome })
    logger.for('audit').info('Operation', {
      operation,
      transport: caller.transport,
      level: caller.level,
      token: caller.token,
      person_id: caller.person?.person_id,
      outcome,
      duration_ms: clock.monotonic() - began,
    })
  }

  #logFault(operation: string, error: DenidinError): void {
    const log = this.#deps.logger.for('operations')
    log.error('An operation failed', {
      operation,
      error: error.cause instanceof Error ? error.cause.name : error.name,
    })
    // The message may contain a person's text.
    log.debug('An operation failed', { operation, reason: error.message })
  }
}

/** Creates the runner that all interfaces share. */
export const createRunner = <C>(deps: RunnerDeps<C>): Runner => new OperationRunner(deps)
