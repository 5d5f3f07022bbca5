/** Describes any thrown value in one line, for log lines and status details. */
import { asDenidinError } from '../../platform/errors.ts'
import { cutStart } from '../../text/cut.ts'

const LONGEST_REASON = 200

/** The first line of the message, at most 200 characters. Engines throw errors and bare strings; both work. */
export const reasonOf = (thrown: unknown): string =>
  cutStart(asDenidinError(thrown).message.split('\n')[0] ?? '', LONGEST_REASON)
