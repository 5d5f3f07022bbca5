/** Budgets of context, and the prices of models (`budget`). */
import type { Section } from '../setting.ts'

export const BUDGET = {
  use_profiles: {
    format: 'boolean',
    default: true,
    doc: 'Calculates budgets from profiles and the complexity of a task. Off: `budget.manual_tokens` for every task.',
  },
  profiles_file: {
    format: 'path',
    default: 'config/budget-profiles.json',
    doc: 'File with budget profiles and their assignments, relative to the DeniDin folder. What it leaves out keeps its default, and so does everything while there is no such file. A change takes effect without a restart.',
  },
  prices_file: {
    format: 'path',
    default: 'config/prices.json',
    doc: 'File with the prices of models, relative to the DeniDin folder; without one, calls have no cost. A change takes effect without a restart.',
  },
  manual_tokens: {
    format: 'integer',
    default: 20_000,
    min: 1,
    max: 10_000_000,
    doc: 'Budget in tokens for a task whose agent has no profile, where the profile file was broken from the start, and with `budget.use_profiles` off.',
  },
} as const satisfies Section
