/** How features are rolled out in stages, and when a stage steps back by itself (`rollout`). */
import type { Section } from '../setting.ts'

const MOST_HOURS = 8760
const dwell = (hours: number, doc: string) =>
  ({ format: 'number', default: hours, min: 0, max: MOST_HOURS, doc }) as const

export const ROLLOUT = {
  dwell_hours: {
    godfather: dwell(
      168,
      'Hours that the stage `godfather` lasts at least, before `denidin rollout set` takes the next.',
    ),
    few_people: dwell(24, 'Hours that a stage with up to ten people lasts at least.'),
    many_people: dwell(48, 'Hours that a stage with more people, or with a percentage, lasts at least.'),
  },
  auto_pause: {
    format: 'boolean',
    default: true,
    doc: 'Step a stage back by itself when the answers to its people leave the limits below, and say why in the log, in `denidin status` and to the godfather. Holds while a feature is rolled out, and for a week after it reached everybody.',
  },
  window_minutes: {
    format: 'integer',
    default: 60,
    min: 1,
    max: 10_080,
    doc: 'Minutes that the limits look back.',
  },
  min_answers: {
    format: 'integer',
    default: 20,
    min: 1,
    max: 100_000,
    doc: 'Fewest answers in that time for which the limits are checked.',
  },
  max_error_percent: {
    format: 'number',
    default: 5,
    min: 0,
    max: 100,
    doc: 'Highest share of messages that may fail to be answered, in percent. Messages that a spending limit refuses do not count.',
  },
  max_response_ms: {
    format: 'integer',
    default: 1000,
    min: 1,
    max: 600_000,
    doc: 'Longest time in milliseconds that DeniDin itself may need before it asks the model, for 95 % of the answers: opening the session, recall and packing.',
  },
  max_cost_per_answer: {
    format: 'number',
    default: null,
    min: 0,
    max: 1_000_000,
    doc: 'Highest mean cost of an answer, in the currency of `budget.prices_file`. Not set: no limit.',
  },
} as const satisfies Section
