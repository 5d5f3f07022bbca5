/** The one error type of DeniDin, with its closed set of codes. */

/** All error codes: each interface maps every code, so a new one does not compile until it is mapped. */
export type ErrorCode =
  /** The input is malformed; the message names what was wrong and what is allowed. */
  | 'invalid_input'
  /** The configuration is wrong; the message names key, value and what is allowed. */
  | 'invalid_config'
  /** The named thing does not exist. */
  | 'not_found'
  /** The caller may not do this. */
  | 'forbidden'
  /** The action must be confirmed first. */
  | 'confirmation_needed'
  /** Another process owns the data folder. */
  | 'already_running'
  /** The action needs the running bot. */
  | 'not_running'
  /** An outside service temporarily refused or failed; asking again later may help. */
  | 'unavailable'
  /** An outside service refused permanently (wrong key, unknown model). */
  | 'rejected'
  /** A spending limit does not allow a model call; it may be allowed later. */
  | 'limit_reached'
  /** An outside service, or an action of ours, exceeded its deadline. */
  | 'timeout'
  /** An outside service answered with something unreadable. */
  | 'bad_answer'
  /** One of our files or tables is damaged. */
  | 'damaged'
  /** The memory system is disabled. */
  | 'disabled'
  /** The action was given up because DeniDin is stopping. */
  | 'stopping'
  /** An internal error. */
  | 'internal'

/** The one error type of DeniDin. Adapters turn a library's errors into it at their border. */
export class DenidinError extends Error {
  readonly code: ErrorCode
  /** Whether the same action may succeed if it is simply repeated later. */
  readonly retryable: boolean

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; retryable?: boolean } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.name = 'DenidinError'
    this.code = code
    this.retryable = options.retryable ?? false
  }
}

/** Turns any thrown value into a `DenidinError`; an existing one passes unchanged. */
export const asDenidinError = (thrown: unknown): DenidinError =>
  thrown instanceof DenidinError
    ? thrown
    : new DenidinError('internal', thrown instanceof Error ? thrown.message : String(thrown), { cause: thrown })
