import type { Clock } from '../platform/clock.ts'
import { DenidinError, asDenidinError } from '../platform/errors.ts'
import type { Logger } from '../platform/logger.ts'
import { suggest } from '../platform/suggest.ts'
import type { OperationDeps } from './dependencies.ts'
import { inputError } from './input-error.ts'
import { operations as allOperations, type Operations } from './list.ts'
import { mayRun, type Caller, type Operation, type ProgressStep } from './operation.ts'

/** What comes with a call besides its input. */
export interface RunOptions {
  readonly caller: Caller
  /** The caller has said yes to what must be confirmed. */
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

export interface RunnerDeps {
  readonly deps: OperationDeps
  readonly clock: Clock
  readonly logger: Logger
  /** The list to run from. */
  readonly operations?: Operations
}

/** Makes the one runner that all interfaces share. */
export const createRunner = ({ deps, clock, logger, operations = allOperations }: RunnerDeps): Runner => {
  const audit = logger.for('audit')

  const perform = async (name: string, input: unknown, options: RunOptions): Promise<Record<string, unknown>> => {
    const operation = find(operations, name)
    const { caller } = options
    if (!mayRun(caller.level, operation.access)) {
      throw new DenidinError('forbidden', `${name} is for the ${operation.access} only`)
    }
    const parsed = operation.input.safeParse(input)
    if (!parsed.success) throw inputError(name, parsed.error, input, operation.input)
    if (operation.needs === 'bot' && deps.about.started_at === undefined) {
      throw new DenidinError('not_running', `${name} needs the running bot: start it with "denidin start"`)
    }
    const must = operation.confirm?.(parsed.data) ?? operation.effect === 'destroy'
    if (must && options.confirmed !== true) {
      throw new DenidinError('confirmation_needed', `${name} must be confirmed first: ${operation.summary}`)
    }
    const call = {
      caller,
      signal: options.signal ?? new AbortController().signal,
      progress: options.progress ?? (() => undefined),
    }
    const act = async (): Promise<Record<string, unknown>> => {
      // Whoever waited in the queue may have gone away meanwhile.
      call.signal.throwIfAborted()
      return operation.output.parse(await operation.run(deps, parsed.data, call))
    }
    const scope = await operation.turnOf?.(deps, parsed.data, caller)
    return scope === undefined || scope === caller.inside ? await act() : await deps.conversation.exclusive(scope, act)
  }

  return {
    run: async (name, input, options) => {
      const began = clock.now()
      const { caller } = options
      const note = (outcome: string): void => {
        audit.info('Operation', {
          // What nobody knows may be a person's words, mistyped.
          operation: Object.hasOwn(operations, name) ? name : 'unknown',
          transport: caller.transport,
          level: caller.level,
          person_id: caller.person?.person_id,
          outcome,
          duration_ms: clock.now() - began,
        })
      }
      try {
        const output = await perform(name, input, options)
        note('ok')
        return output
      } catch (thrown) {
        const error = asDenidinError(thrown)
        note(error.code)
        if (error.code === 'internal') {
          const log = logger.for('operations')
          log.error('An operation failed', {
            operation: name,
            error: error.cause instanceof Error ? error.cause.name : error.name,
          })
          // The message may hold what somebody said.
          log.debug('An operation failed', { operation: name, reason: error.message })
        }
        throw error
      }
    },
  }
}

const find = (operations: Operations, name: string): Operation => {
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined
  if (operation !== undefined) return operation
  const near = suggest(name, Object.keys(operations))
  throw new DenidinError(
    'not_found',
    `there is no operation "${name}"${near === undefined ? '' : `; did you mean "${near}"?`}`,
  )
}
