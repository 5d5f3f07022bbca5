/** Sessions, long-term memory and what is learned from conversations (`memory`). */
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
      doc: 'Session window of a client: maximum tokens of the current conversation that are sent to the model.',
    },
    godfather: {
      format: 'integer',
      default: 100_000,
      min: 10,
      max: 2_000_000,
      doc: 'Session window of the godfather, in tokens.',
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
    doc: 'Schedule for deleting archived sessions, reflections, and traffic and usage records whose retention has passed.',
  },
  expired_retention_days: {
    format: 'integer',
    default: 30,
    min: 1,
    max: 3650,
    doc: 'Days to keep an archived session on disk.',
  },
} as const satisfies Section

export const MEMORY = {
  godfather_scope: {
    format: 'choice',
    choices: ['own', 'all'],
    default: 'own',
    doc: "What the godfather's direct chat can recall. `own`: only the godfather's conversations. `all`: other people's conversations too; each use is recorded in `logs/memory_audit.log`.",
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
      doc: 'Days to keep the reflection on a session, which is one short paragraph.',
    },
  },
  extraction: EXTRACTION,
} as const satisfies Section
