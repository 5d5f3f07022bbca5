/** Writes one report in one format. Runs in the thread of the archive, where the databases are open. */
import { timeZone } from '../platform/time-zone.ts'
import { DenidinError } from '../platform/errors.ts'
import type { Language } from '../text/language.ts'
import { archiveContent, type ReportContent } from './documents/archive-documents.ts'
import { conversationContent } from './documents/conversation-document.ts'
import type { ReportDocument, TableName } from './documents/report-document.ts'
import type { ArchiveReports, ReadWords, ReportCall } from './archive-reports.ts'
import type { ConversationKey, ConversationReports } from './conversation-reports.ts'
import { tableCsv } from './formats/csv.ts'
import { reportPage } from './formats/html.ts'
import { isoDayOrNull, reportJson } from './formats/json.ts'
import type { ReportFormat, ReportName } from '../platform/report-names.ts'
import { reportDays } from './report-range.ts'

/** Longest report, in characters: it passes through the bot's event loop in one piece. */
const MOST_CHARACTERS = 3_000_000

/** The request for a report; plain data, because it is passed to a thread. */
export interface ReportRequest {
  readonly report: ReportName
  readonly format: ReportFormat
  /** Days as `YYYY-MM-DD`; without them, the default ones of the report. */
  readonly start_date?: string | undefined
  readonly end_date?: string | undefined
  readonly project?: string | undefined
  readonly session?: string | undefined
  readonly top_components?: number | undefined
  /** Only for `conversation`. */
  readonly person_id?: string | undefined
  readonly chat_id?: string | undefined
  readonly by?: ConversationKey | undefined
  /** The name of the person, project or chat that the report is limited to. */
  readonly subject?: string | undefined
  /** Only for CSV, which contains a single table; default: the main one. */
  readonly table?: TableName | undefined
  readonly language: Language
  /** IANA name of the time zone in which days are counted. */
  readonly time_zone: string
  /** The current time, in milliseconds since the Unix epoch. */
  readonly now: number
}

/** A report as text. */
export interface WrittenReport {
  /** `YYYY-MM-DD`, both inclusive; `null`: no bound. */
  readonly start_date: string | null
  readonly end_date: string | null
  /** Number of rows of the main table. */
  readonly rows: number
  readonly text: string
  /** The owners of the messages whose text it contains. */
  readonly read: readonly ReadWords[]
}

/** A service that writes reports. */
export interface Reports {
  /**
   * @param options `progress` is called with how far the report is
   * @throws DenidinError `invalid_input`, `not_found`, `rejected` if the report is too long
   */
  write(
    request: ReportRequest,
    options: {
      readonly signal?: AbortSignal
      readonly progress?: (step: { readonly done: number; readonly unit: string }) => void
    },
  ): Promise<WrittenReport>
}

export class ReportWriter {
  readonly #archive: () => ArchiveReports
  readonly #conversations: () => ConversationReports

  /** Each of the two is opened by the first report that needs it. */
  constructor(archive: () => ArchiveReports, conversations: () => ConversationReports) {
    this.#archive = archive
    this.#conversations = conversations
  }

  /** @throws DenidinError `invalid_input`, `not_found`, `rejected` if the report is too long */
  async write(request: ReportRequest, call: ReportCall): Promise<WrittenReport> {
    const { report, now, subject, project, session, time_zone } = request
    const zone = timeZone(time_zone)
    const days = reportDays(report, request, zone.dayOf(now))
    const content = await this.#content(request, { ...days, zone }, call)
    const document: ReportDocument = {
      report,
      subject: subject ?? session ?? project,
      ...days,
      time_zone,
      generated_at: now,
      notes: content.notes,
      tables: content.tables,
      charts: content.charts,
    }
    const text = formatted(document, request, zone)
    if (text.length > MOST_CHARACTERS) {
      throw new DenidinError(
        'rejected',
        `this report would have ${String(Math.round(text.length / 1e6))} million characters, and at most ${String(MOST_CHARACTERS / 1e6)} million are possible; choose fewer days with start-date and end-date, or one project`,
      )
    }
    return {
      start_date: isoDayOrNull(days.first),
      end_date: isoDayOrNull(days.last),
      rows: content.tables[0]?.rows.length ?? 0,
      text,
      read: content.read ?? [],
    }
  }

  async #content(
    request: ReportRequest,
    range: ReturnType<typeof reportDays> & { readonly zone: ReturnType<typeof timeZone> },
    call: ReportCall,
  ): Promise<ReportContent> {
    const { report, project, session, top_components, person_id, chat_id, by } = request
    if (report !== 'conversation') {
      return await archiveContent(this.#archive(), report, { range, project, session, top_components }, call)
    }
    const { first, last } = range
    if (first === undefined || last === undefined) throw new DenidinError('internal', 'the report has no days')
    const query = { range: { ...range, first, last }, person_id, chat_id, by }
    return await conversationContent(this.#conversations(), query, call)
  }
}

const formatted = (
  document: ReportDocument,
  { format, language, table: name = 'rows' }: ReportRequest,
  zone: ReturnType<typeof timeZone>,
): string => {
  if (format === 'html') return reportPage(document, { language, zone })
  if (format !== 'csv') return reportJson(document)
  const table = document.tables.find(each => each.name === name)
  if (table !== undefined) return tableCsv(table)
  const names = document.tables.map(each => each.name).join(', ')
  throw new DenidinError('invalid_input', `this report has no table "${name}"; it has ${names}`)
}
