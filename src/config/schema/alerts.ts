/** Who is told, and when, that a component is in trouble (`alerts`). */
import type { Section } from '../setting.ts'

export const ALERTS = {
  whatsapp: {
    format: 'boolean',
    default: true,
    doc: 'Tell the godfather in WhatsApp when a component is in trouble, and when it is well again. When off, or without `godfather_phone`, only `denidin status` and the log say so.',
  },
  after_seconds: {
    format: 'integer',
    default: 30,
    min: 0,
    max: 3600,
    doc: 'How long a component must be in trouble before the godfather is told, and well before that counts as over, in seconds.',
  },
} as const satisfies Section
