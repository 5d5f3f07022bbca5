/** Alerts (`alerts`): who is notified when a component has a problem, after how long, and the limits of what is measured. */
import type { Section } from '../setting.ts'

const milliseconds = (value: number, doc: string) =>
  ({ format: 'integer', default: value, min: 0, max: 600_000, doc }) as const
const percent = (value: number, doc: string) => ({ format: 'number', default: value, min: 0, max: 100, doc }) as const
const count = (value: number, doc: string) =>
  ({ format: 'integer', default: value, min: 0, max: 100_000_000, doc }) as const

export const ALERTS = {
  whatsapp: {
    format: 'boolean',
    default: true,
    doc: 'Notify the godfather in WhatsApp when a component has a problem, and when it has recovered. When off, or without `godfather_phone`, only `denidin status` and the log show it.',
  },
  after_seconds: {
    format: 'integer',
    default: 30,
    min: 0,
    max: 3600,
    doc: 'How long a component must have a problem before the godfather is notified, and how long it must be healthy before the problem counts as over, in seconds.',
  },
  window_minutes: {
    format: 'integer',
    default: 60,
    min: 5,
    max: 1440,
    doc: 'Time over which response times and errors are judged, in minutes.',
  },
  minimum_count: {
    format: 'integer',
    default: 20,
    min: 1,
    max: 1000,
    doc: 'Least number of answers, or of ended sessions, from which a share is judged.',
  },
  response_time: {
    target_ms: milliseconds(
      500,
      'Target for the time that DeniDin itself needs for 95 % of its answers, in milliseconds.',
    ),
    limit_ms: milliseconds(1000, 'Limit of the same: above it, there is an alert. 0: no alert.'),
  },
  errors: {
    target_percent: percent(
      1,
      'Target for the share of messages that get no answer because something failed, in percent.',
    ),
    limit_percent: percent(5, 'Limit of the same: above it, there is an alert. 0: no alert.'),
  },
  sessions: {
    target: count(1000, 'Target for the number of active sessions.'),
    limit: count(5000, 'Limit of the same: above it, there is an alert. 0: no alert.'),
  },
  memory: {
    target_megabytes: count(
      500,
      'Target for the size of `denidin.db`, `vectors.db`, `index.db` and the folder of Chroma together, in megabytes.',
    ),
    limit_megabytes: count(2000, 'Limit of the same: above it, there is an alert. 0: no alert.'),
  },
  auto_expiry: {
    target_percent: percent(
      95,
      'Target for the share of sessions that end by their timeout rather than by a reset, in percent.',
    ),
    limit_percent: percent(50, 'Limit of the same: below it, there is an alert. 0: no alert.'),
    window_days: {
      format: 'integer',
      default: 7,
      min: 1,
      max: 90,
      doc: 'Time over which the share of expired sessions is judged, in days.',
    },
  },
  uptime: {
    target_percent: percent(
      99.95,
      'Target for the share of the time in which the bot runs, in percent. A stop counts as time in which it does not run.',
    ),
    limit_percent: percent(0, 'Limit of the same: below it, there is an alert. 0: no alert.'),
    window_days: {
      format: 'integer',
      default: 30,
      min: 1,
      max: 365,
      doc: 'Time over which the uptime is computed, in days; before the first start nothing counts.',
    },
  },
} as const satisfies Section
