/** `report.make`: one report over the archive or the bot's conversations, in one format. */
import { z } from 'zod'
import { CONVERSATION_KEYS } from '../../reports/conversation-reports.ts'
import { REPORT_FORMATS, REPORT_NAMES, type ReportFormat, type ReportName } from '../../platform/report-names.ts'
import { TABLE_NAMES } from '../../reports/documents/report-document.ts'
import { DenidinError } from '../../platform/errors.ts'
import { LANGUAGES, type Language } from '../../text/language.ts'
import { describePerson } from '../../messages/describe-scope.ts'
import type { Uses } from '../context.ts'
import { ARCHIVE, operation } from '../operation.ts'
import { findPerson, personField, referenceField } from '../references.ts'

const MOST_COMPONENTS = 1000

const day = z.string().min(1).max(40)

/** Fields that only some reports take. */
const ONLY_OF: Readonly<
  Record<'project' | 'session' | 'top_components' | 'person' | 'chat' | 'by', readonly ReportName[]>
> = {
  project: ['project-activity', 'timeline', 'component-usage', 'error-analysis', 'session'],
  session: ['session'],
  top_components: ['timeline', 'component-usage', 'error-analysis', 'session'],
  person: ['conversation'],
  chat: ['conversation'],
  by: ['conversation'],
}

/** Fields that only one format takes: all others show every table, and are in English. */
const ONLY_AS = { table: 'csv', language: 'html' } as const satisfies Readonly<Record<string, ReportFormat>>

/** Fields that select from all sessions: a session requested by its id is shown whole. */
const NOT_WITH_SESSION = ['project', 'start_date', 'end_date'] as const

const input = z.strictObject({
  report: z.enum(REPORT_NAMES).describe('which report'),
  start_date: day.optional().describe('first day, such as 2026-11-01, in the time zone of DeniDin'),
  end_date: day.optional().describe('last day, which is counted too'),
  top_components: z.int().min(1).max(MOST_COMPONENTS).optional().describe('how many components are shown'),
  project: referenceField.optional().describe('name or path of the only project that is counted'),
  session: referenceField.optional().describe('session that is shown whole, by its id'),
  person: personField.optional(),
  chat: referenceField.optional().describe('chat: its chat id'),
  by: z.enum(CONVERSATION_KEYS).optional().describe('what conversations are added up by, beside days'),
  format: z.enum(REPORT_FORMATS).default('table').describe('format of the text'),
  table: z.enum(TABLE_NAMES).optional().describe('table that is written as CSV'),
  language: z.enum(LANGUAGES).optional().describe("language of the HTML page (default: the godfather's)"),
})

export const reportMake = operation({
  summary:
    'Report on the archive (projects, days, components, errors, sessions, loads) or on the conversations of the bot',
  access: 'operator',
  effect: 'read',
  needs: 'data',
  audit: 'reads',
  uses: ['reports.writer', 'people.directory', 'people.preferences', 'instance.godfather_phone', 'system.clock'],
  input,
  output: z.object({
    report: z.enum(REPORT_NAMES),
    format: z.enum(REPORT_FORMATS),
    media_type: z.string(),
    start_date: z.string().nullable().describe('null: no bound'),
    end_date: z.string().nullable(),
    time_zone: z.string(),
    rows: z.int().describe('of the main table'),
    text: z.string().describe('the report; as a table, the same JSON as in the format json'),
  }),
  run: async (context, asked, { signal, progress }) => {
    checkFields(asked)
    const { report, format, person: reference, chat: chat_id, language, ...rest } = asked
    const { clock } = context.system
    const person = reference === undefined ? undefined : await findPerson(context.people.directory, reference)
    const written = await context.reports.writer.write(
      {
        ...rest,
        report,
        format,
        chat_id,
        person_id: person?.person_id,
        subject: person === undefined ? chat_id : describePerson(person),
        language: language ?? (await operatorLanguage(context)),
        time_zone: clock.zone.name,
        now: clock.now(),
      },
      { signal, progress },
    )
    const { read, ...shown } = written
    return {
      output: { report, format, media_type: MEDIA_TYPES[format], time_zone: clock.zone.name, ...shown },
      touched: read.map(({ scope, messages }) => ({ whose: scope ?? ARCHIVE, counts: { messages } })),
    }
  },
})

const MEDIA_TYPES = {
  table: 'application/json',
  json: 'application/json',
  csv: 'text/csv; charset=utf-8',
  html: 'text/html; charset=utf-8',
} as const

/** @throws DenidinError `invalid_input` */
const checkFields = (asked: z.output<typeof input>): void => {
  for (const [field, reports] of Object.entries(ONLY_OF)) {
    if (asked[field as keyof typeof ONLY_OF] === undefined || reports.includes(asked.report)) continue
    throw new DenidinError(
      'invalid_input',
      `${option(field)} belongs to ${reports.join(', ')}; ${asked.report} takes none`,
    )
  }
  const chosen = NOT_WITH_SESSION.find(field => asked[field] !== undefined)
  if (asked.session !== undefined && chosen !== undefined) {
    throw new DenidinError('invalid_input', `a session is shown whole; leave out session or ${option(chosen)}`)
  }
  for (const [field, format] of Object.entries(ONLY_AS)) {
    if (asked[field as keyof typeof ONLY_AS] === undefined || asked.format === format) continue
    throw new DenidinError(
      'invalid_input',
      `${option(field)} belongs to the format ${format}; leave it out for the format ${asked.format}`,
    )
  }
  if (asked.person !== undefined && asked.chat !== undefined) {
    throw new DenidinError('invalid_input', 'give only one of person and chat')
  }
}

/** The spelling of a field on the command line. */
const option = (field: string): string => field.replaceAll('_', '-')

/** The language of pages for the operator: the godfather's choice. */
export const operatorLanguage = async ({
  instance,
  people,
}: Uses<'instance.godfather_phone' | 'people.directory' | 'people.preferences'>): Promise<Language> => {
  if (instance.godfather_phone === undefined) return 'en'
  const person = await people.directory.lookUp(instance.godfather_phone)
  return (person && (await people.preferences.of(person.person_id)).language) ?? 'en'
}
