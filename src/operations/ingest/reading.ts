/** Input fields that determine how times and dates of a source are read. */
import { z } from 'zod'
import { DATE_ORDERS, type DateOrder, type ReadingOptions } from '../../ingest/source.ts'
import type { Clock } from '../../platform/clock.ts'
import { DenidinError } from '../../platform/errors.ts'
import { readTimeZone } from '../../text/time-zone-name.ts'

export const readingInput = {
  zone: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .optional()
    .describe(
      'time zone of the phone that exported a chat, such as Asia/Jerusalem (default: that of the installation)',
    ),
  date_order: z
    .enum(DATE_ORDERS)
    .optional()
    .describe('order of day, month and year in an exported chat (default: settled by the whole file)'),
}

/** @throws DenidinError `invalid_input` for an unknown zone */
export const readingOf = (
  { zone, date_order }: { readonly zone?: string | undefined; readonly date_order?: DateOrder | undefined },
  { zone: own }: Pick<Clock, 'zone'>,
): ReadingOptions => {
  const name = zone === undefined ? own.name : readTimeZone(zone)
  if (name === undefined) {
    throw new DenidinError('invalid_input', `there is no time zone "${zone ?? ''}"; name one such as Europe/London`)
  }
  return { zone: name, date_order }
}
