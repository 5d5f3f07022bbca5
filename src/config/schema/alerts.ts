/** Alerts: who is notified when a component has a problem, and after how long (`alerts`). */
import type { Section } from '../setting.ts'

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
} as const satisfies Section
