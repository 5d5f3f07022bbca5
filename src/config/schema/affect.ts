/** How replies react to the mood of a message (`affect`). */
import type { Section } from '../setting.ts'

export const AFFECT = {
  valence_threshold: {
    format: 'number',
    default: -0.2,
    min: -1,
    max: 0,
    doc: 'Sentiment threshold (−1 to 0) below which replies are asked to be more empathetic; 0 reacts to any negative message, −1 to none.',
  },
} as const satisfies Section
