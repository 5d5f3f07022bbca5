/** Errors as data, to send them to another process or thread. */
import { DenidinError, type ErrorCode } from './errors.ts'

const CODES: Readonly<Record<ErrorCode, true>> = {
  invalid_input: true,
  invalid_config: true,
  not_found: true,
  forbidden: true,
  confirmation_needed: true,
  already_running: true,
  not_running: true,
  unavailable: true,
  rejected: true,
  timeout: true,
  bad_answer: true,
  damaged: true,
  disabled: true,
  stopping: true,
  limit_reached: true,
  internal: true,
}

const isCode = (text: string): text is ErrorCode => Object.hasOwn(CODES, text)

/** An error as data, without its cause. */
export interface ErrorRecord {
  /** An `ErrorCode`; a code of a newer DeniDin may be unknown here. */
  readonly code: string
  readonly message: string
  readonly retryable: boolean
}

export const errorToRecord = ({ code, message, retryable }: DenidinError): ErrorRecord => ({ code, message, retryable })

/** A code that is unknown here becomes `internal`. */
export const errorFromRecord = ({ code, message, retryable }: ErrorRecord): DenidinError =>
  new DenidinError(isCode(code) ? code : 'internal', message, { retryable })
