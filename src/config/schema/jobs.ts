/** Scheduled maintenance (`jobs`). */
import type { Section } from '../setting.ts'

export const JOBS = {
  orphans_cron: {
    format: 'cron',
    default: '15 4 * * 1',
    doc: 'Schedule on which memories, messages, vectors and the index are compared, and vectors without an item (orphans) are removed.',
  },
  vacuum_cron: {
    format: 'cron',
    default: '45 4 * * 1',
    doc: 'Schedule on which the write-ahead log of `denidin.db` is emptied and its free pages are given back to the disk.',
  },
  jitter_seconds: {
    format: 'integer',
    default: 0,
    min: 0,
    max: 3600,
    doc: 'Each scheduled job begins up to this many seconds late, at random. With several installations on one machine or one model service, they do not begin together.',
  },
} as const satisfies Section
