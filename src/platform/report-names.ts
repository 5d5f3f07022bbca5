/** The reports that there are and their formats. Here, because the settings name them as well as the reports themselves. */

/** All but `conversation`, which is about the bot itself, are over the archive. */
export const REPORT_NAMES = [
  'project-activity',
  'timeline',
  'component-usage',
  'error-analysis',
  'session',
  'extraction-progress',
  'conversation',
] as const
export type ReportName = (typeof REPORT_NAMES)[number]

/** Formats of a report that is a file of its own. */
export const REPORT_FILE_FORMATS = ['json', 'csv', 'html'] as const
export type ReportFileFormat = (typeof REPORT_FILE_FORMATS)[number]

/** `table`: the interface that asked draws tables, from the same text as for `json`. */
export const REPORT_FORMATS = ['table', ...REPORT_FILE_FORMATS] as const
export type ReportFormat = (typeof REPORT_FORMATS)[number]
