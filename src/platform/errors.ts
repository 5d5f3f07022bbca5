/** The one error type of DeniDin, with its closed set of codes. */

/** What can go wrong, as a closed set: each interface maps every code, so a new one does not compile until it is mapped. */
export type ErrorCode =
  /** What was asked for is malformed; the message names what was wrong and what is allowed. */
  | 'invalid_input'
  /** The configuration is wrong; the message names key, value and what is allowed. */
  | 'invalid_config'
  /** The named thing does not exist. */
  | 'not_found'
  /** The caller may not do this. */
  | 'forbidden'
  /** The act must be confirmed first. */
  | 'confirmation_needed'
  /** Another process owns the data folder. */
  | 'already_running'
  /** The act needs the running bot. */
  | 'not_running'
  /** An outside service refused for now or broke down; asking again later may help. */
  | 'unavailable'
  /** An outside service refused for good (wrong key, unknown model). */
  | 'rejected'
  /** A limit of spending does not allow a call to a model; later it may. */
  | 'limit_reached'
  /** An outside service, or an act of ours, took longer than its deadline. */
  | 'timeout'
  /** An outside service answered with something that cannot be read. */
  | 'bad_answer'
  /** A file or table of ours is damaged. */
  | 'damaged'
  /** The memory system is switched off. */
  | 'disabled'
  /** The act was given up because DeniDin is stopping. */
  | 'stopping'
  /** A fault of ours. */
  | 'internal'

/** The one error type of DeniDin. Adapters turn a library's errors into it at their border. */
export class DenidinError extends Error {
  readonly code: ErrorCode
  /** Whether the same act may succeed when it is simply repeated later. */
  readonly retryable: boolean

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; retryable?: boolean } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.name = 'DenidinError'
    this.code = code
    this.retryable = options.retryable ?? false
  }
}

/** Turns anything thrown into a `DenidinError`; what is one already passes unchanged. */
export const asDenidinError = (thrown: unknown): DenidinError =>
  thrown instanceof DenidinError
    ? thrown
    : new DenidinError('internal', thrown instanceof Error ? thrown.message : String(thrown), { cause: thrown })
