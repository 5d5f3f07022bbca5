/** How programs call operations, in the same process or over the socket. */
import type { Caller, ProgressStep } from './operation.ts'
import type { Runner } from './runner.ts'

export interface ClientOptions {
  /** The caller has confirmed the operation. */
  readonly confirmed?: boolean
  readonly signal?: AbortSignal
  readonly progress?: (step: ProgressStep) => void
  /** Receives a sentence about work that remains after the call has ended. */
  readonly notice?: (sentence: string) => void
}

/** Calls operations, whether this process owns the data folder or asks the owner over the socket. */
export interface OperationsClient extends AsyncDisposable {
  /** @throws DenidinError as the runner does; `unavailable` if the owner disappeared before it answered. */
  call(operation: string, input: unknown, options?: ClientOptions): Promise<Record<string, unknown>>
}

/** The operator: runs as the user who owns the data folder. */
export const OPERATOR: Caller = { transport: 'cli', level: 'operator' }

/** A client of the runner in this process; closes the application when it is disposed of. */
export const localClient = (runner: Runner, dispose: () => Promise<void>): OperationsClient => ({
  call: (operation, input, options = {}) => runner.run(operation, input, { caller: OPERATOR, ...options }),
  [Symbol.asyncDispose]: dispose,
})
