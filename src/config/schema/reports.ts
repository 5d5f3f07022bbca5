/** Reports on a schedule (`reports`). */
import { REPORT_FILE_FORMATS, REPORT_NAMES } from '../../platform/report-names.ts'
import type { Section } from '../setting.ts'

export const REPORTS = {
  scheduled: {
    format: 'texts',
    default: [],
    choices: REPORT_NAMES,
    doc: 'Reports that are written on a schedule to `reports/archive` below `data_root`; none by default. See [the archive](archive.md#reports).',
  },
  cron: {
    format: 'cron',
    default: '30 6 * * 1',
    doc: 'Schedule of the reports in `reports.scheduled`.',
  },
  days: {
    format: 'integer',
    default: 7,
    min: 1,
    max: 366,
    doc: 'Days before today that a scheduled report covers.',
  },
  file_format: {
    format: 'choice',
    choices: REPORT_FILE_FORMATS,
    default: 'html',
    doc: 'Format of the scheduled reports.',
  },
  kept_days: {
    format: 'integer',
    default: 400,
    min: 1,
    max: 3650,
    doc: 'Days for which the scheduled reports are kept.',
  },
} as const satisfies Section
