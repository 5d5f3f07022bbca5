/** Prints failures and maps their codes to exit codes. */
import { asDenidinError, type DenidinError, type ErrorCode } from '../../platform/errors.ts'
import { write, type Output } from './terminal.ts'

export const EXIT_DONE = 0
export const EXIT_FAILED = 1
export const EXIT_USAGE = 2

/** Exit code for each error code. */
const EXIT_CODES: Readonly<Record<ErrorCode, number>> = {
  invalid_input: EXIT_USAGE,
  confirmation_needed: EXIT_USAGE,
  invalid_config: EXIT_FAILED,
  not_found: EXIT_FAILED,
  forbidden: EXIT_FAILED,
  already_running: EXIT_FAILED,
  not_running: EXIT_FAILED,
  unavailable: EXIT_FAILED,
  rejected: EXIT_FAILED,
  timeout: EXIT_FAILED,
  bad_answer: EXIT_FAILED,
  damaged: EXIT_FAILED,
  disabled: EXIT_FAILED,
  stopping: EXIT_FAILED,
  limit_reached: EXIT_FAILED,
  internal: EXIT_FAILED,
}

/** Prints a failure on stderr, as one line or one JSON object, and returns the exit code. */
export const report = async (thrown: unknown, stderr: Output, json: boolean): Promise<number> => {
  const error = asDenidinError(thrown)
  const line = json ? JSON.stringify({ error: fields(error) }) : `denidin: ${error.message}`
  // Where nothing can be written, the exit code is all that is left.
  await write(stderr, `${line}\n`).catch(() => undefined)
  return EXIT_CODES[error.code]
}

const fields = ({ code, message, retryable }: DenidinError): object => ({ code, message, retryable })
