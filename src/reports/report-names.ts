/** The reports that there are, and the formats in which each can be had. */

/** Reports over the archive. */
export const ARCHIVE_REPORTS = [
  'project-activity',
  'timeline',
  'component-usage',
  'error-analysis',
  'session',
  'extraction-progress',
] as const

/** All reports; `conversation` is about the bot itself. */
export const REPORT_NAMES = [...ARCHIVE_REPORTS, 'conversation'] as const
export type ReportName = (typeof REPORT_NAMES)[number]

/** `table`: the interface that asked draws tables, from the same text as for `json`. */
export const REPORT_FORMATS = ['table', 'json', 'csv', 'html'] as const
export type ReportFormat = (typeof REPORT_FORMATS)[number]
