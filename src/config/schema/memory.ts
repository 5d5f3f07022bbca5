/** Sessions, long-term memory and learning from conversations (`memory`). */
import type { Section } from '../setting.ts'
import { EXTRACTION } from './memory-extraction.ts'
import { LONG_TERM } from './memory-longterm.ts'

const SESSION = {
  max_tokens_by_role: {
    client: {
      format: 'integer',
      default: 4000,
      min: 10,
      max: 2_000_000,
      doc: 'Session window of a client: maximum tokens of the current session that are sent to the model.',
    },
    godfather: {
      format: 'integer',
      default: 100_000,
      min: 10,
      max: 2_000_000,
      doc: 'Session window of the godfather: maximum tokens of the current session that are sent to the model.',
    },
  },
  session_timeout_hours: {
    format: 'number',
    default: 24,
    min: 0.001,
    max: 8760,
    doc: 'Hours of inactivity after which a session ends and is stored in long-term memory.',
  },
  expiry_cron: {
    format: 'cron',
    default: '*/10 * * * *',
    doc: 'Schedule for ending expired sessions.',
  },
  cleanup_cron: {
    format: 'cron',
    default: '0 2 * * *',
    doc: 'Schedule for the cleanup, which deletes archived sessions, reflections, records of processed messages and entries of the usage log when their retention has passed.',
  },
  expired_retention_days: {
    format: 'integer',
    default: 30,
    min: 1,
    max: 3650,
    doc: 'Retention of archived sessions on disk, in days.',
  },
} as const satisfies Section

export const MEMORY = {
  godfather_scope: {
    format: 'choice',
    choices: ['own', 'all'],
    default: 'own',
    doc: "What the godfather's direct chat can recall. `own`: only the godfather's own conversations. `all`: those of other people too; each use is recorded in `logs/memory_audit.log`.",
  },
  session: SESSION,
  longterm: LONG_TERM,
  agent: {
    interval_hours: {
      format: 'number',
      default: 6,
      min: 0.1,
      max: 8760,
      doc: 'Hours between runs of the memory agent (`feature_flags.enable_conscious_agent`).',
    },
  },
  reflections: {
    retention_days: {
      format: 'integer',
      default: 90,
      min: 1,
      max: 3650,
      doc: 'Retention of reflections (one short paragraph about each session), in days.',
    },
  },
  extraction: EXTRACTION,
} as const satisfies Section
