/** Budgets of context, and the prices of models (`budget`). */
import type { Section } from '../setting.ts'

export const BUDGET = {
  use_profiles: {
    format: 'boolean',
    default: true,
    doc: 'Calculates budgets from profiles and the complexity of a task, and gives each turn with a person as much context as it needs. Off: `budget.manual_tokens` for every task, and fixed budgets for turns.',
  },
  profiles_file: {
    format: 'path',
    default: 'config/budget-profiles.json',
    doc: 'File with budget profiles and their assignments, relative to the DeniDin folder. Missing values keep their defaults; without the file, all values do. A change takes effect without a restart.',
  },
  patterns_dir: {
    format: 'path',
    default: 'patterns',
    doc: 'Folder with the patterns of agents, relative to the DeniDin folder: Markdown files in `specialists/<agent>/` and `roles/<agent>/` (each with `patterns`, `recent`, `intermediate`, `archive`) and, for all agents, in `patterns` and `recent`. See [budgets](budgets.md#patterns-of-agents).',
  },
  prices_file: {
    format: 'path',
    default: 'config/prices.json',
    doc: 'File with the prices of models, relative to the DeniDin folder; without one, calls have no cost. Prices of images and of audio change nothing today: DeniDin sends neither to models. A change takes effect without a restart.',
  },
  manual_tokens: {
    format: 'integer',
    default: 20_000,
    min: 1,
    max: 10_000_000,
    doc: 'Budget in tokens for a task whose agent has no profile, where the profile file was broken from the start, and with `budget.use_profiles` off.',
  },
  usage: {
    log: {
      format: 'boolean',
      default: true,
      doc: 'Keeps the usage log of budgets (`usage/budget-usage.jsonl` below `data_root`): one line for each turn and each `budget load`. Off: nothing is written, and there is nothing to analyse.',
    },
    run: {
      format: 'choice',
      choices: ['live', 'demo', 'test'],
      default: 'live',
      doc: 'Mark of the entries in the usage log. `demo` and `test` are left out of analyses and recommendations.',
    },
    file_megabytes: {
      format: 'number',
      default: 16,
      min: 0.001,
      max: 1024,
      doc: 'Size in megabytes at which a file of the usage log is renamed and a new one is begun.',
    },
    kept_files: {
      format: 'integer',
      default: 8,
      min: 0,
      max: 1000,
      doc: 'How many older files of the usage log are kept; the oldest is deleted first.',
    },
  },
  reports: {
    weekly_cron: {
      format: 'cron',
      default: '0 6 * * 0',
      doc: 'Schedule of the report on the use of budgets in the previous 7 days.',
    },
    monthly_cron: {
      format: 'cron',
      default: '0 7 1 * *',
      doc: 'Schedule of the report on the use of budgets in the previous 30 days, with recommendations.',
    },
    health_cron: {
      format: 'cron',
      default: '0 5 * * *',
      doc: 'Schedule of the measurement of growing data, and of the report on how long it can continue to grow.',
    },
    kept_days: {
      format: 'integer',
      default: 400,
      min: 1,
      max: 3650,
      doc: 'Days for which the reports are kept (`reports/budget` below `data_root`).',
    },
    tell_godfather: {
      format: 'boolean',
      default: false,
      doc: 'Sends the godfather one line about each report in WhatsApp; about growth only when a limit is 30 days away or less.',
    },
  },
} as const satisfies Section
