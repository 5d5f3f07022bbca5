/** Budgets of context (`budget`). */
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
  patterns_dir: {
    format: 'path',
    default: 'patterns',
    doc: 'Folder with the patterns of agents, relative to the DeniDin folder: Markdown files in `specialists/<agent>/` and `roles/<agent>/` (each with `patterns`, `recent`, `intermediate`, `archive`) and, for all agents, in `patterns` and `recent`. See [budgets](budgets.md#patterns-of-agents).',
  },
  manual_tokens: {
    format: 'integer',
    default: 20_000,
    min: 1,
    max: 10_000_000,
    doc: 'Budget in tokens for a task whose agent has no profile, where the profile file was broken from the start, and with `budget.use_profiles` off.',
  },
} as const satisfies Section
