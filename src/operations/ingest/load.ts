/** `ingest.load` and `ingest.load_extraction`: loads a file, or the files of a folder, into the archive. */
import { z } from 'zod'
import { phaseOf } from '../../archive/archive-message.ts'
import type { FileReport, IngestReport } from '../../ingest/ingest-report.ts'
import { bindExport, type BindReport } from './bind-export.ts'
import { bindingInput, bindingOf, type Binding } from './binding.ts'
import { chatOptions, refuseMeaningless } from './ingest-options.ts'
import { MOST_LEARNED } from './learn-imported.ts'
import { readingInput, readingOf } from './reading.ts'
import { namedPeople } from './senders.ts'
import type { Uses } from '../context.ts'
import { ARCHIVE, operation, actorOf, type AuditedOutput, type Call } from '../operation.ts'
import { counted } from '../../platform/counted.ts'

const count = z.int().min(0)
/** Most files that a report names; its sums include all files. */
const MOST_FILES = 100

/** Most skipped files that a report names: a folder may have thousands. */
const MOST_SKIPPED = 20

const input = z.strictObject({
  file: z.string().trim().min(1).max(4096).describe('file or folder to load, such as ~/.claude'),
  phase: z
    .int()
    .min(1)
    .max(7)
    .optional()
    .describe(
      'kind of Claude Code file: 1 history, 2 debug, 3 file-history, 4 todos, 5 shell-snapshots, 6 session-env, 7 projects (default: found by itself)',
    ),
  dry_run: z.boolean().default(false).describe('count what would be loaded, and write nothing'),
  ...readingInput,
  ...bindingInput,
})

const extractionInput = input.pick({ file: true, phase: true, dry_run: true })

const counts = {
  messages_extracted: count,
  new_unique_messages: count,
  duplicate_messages: count,
  forgotten_messages: count.describe('messages that were forgotten, and are not taken'),
  errors_count: count.describe('lines that were set aside'),
}

const output = z.object({
  summary: z.string(),
  dry_run: z.boolean(),
  duration_seconds: z.number(),
  messages_per_second: count,
  sources: z.array(z.object({ source_type: z.string(), files: count, unchanged: count, ...counts })),
  files: z
    .array(
      z.object({
        file: z.string(),
        run_id: count.nullable(),
        status: z.enum(['running', 'interrupted', 'completed', 'failed', 'counted', 'unchanged']),
        lines: count,
        ...counts,
        notes: z.string().nullable(),
      }),
    )
    .describe('the file; of a folder, the files that failed, have notes or bad lines'),
  rejected: z
    .array(z.object({ file: z.string(), line: count, reason: z.string(), excerpt: z.string() }))
    .describe('the first bad lines'),
  skipped: count.describe('files of a folder whose format is not known, or that cannot be read'),
  skipped_files: z.array(z.object({ file: z.string(), reason: z.string() })).describe('the first of them'),
  failed: count,
})

type LoadInput = z.output<typeof extractionInput> &
  Partial<Pick<z.output<typeof input>, 'zone' | 'date_order' | 'participant'>>
type LoadOutput = z.output<typeof output>

const isWorthNaming = ({ status, notes, errors_count }: FileReport): boolean =>
  status === 'failed' || notes !== undefined || errors_count > 0

const forgottenClause = (number: number): string =>
  number === 0
    ? ''
    : `; ${counted(number, 'message')} that ${number === 1 ? 'was' : 'were'} forgotten ${number === 1 ? 'stays' : 'stay'} so`

const summaryOf = (report: IngestReport, dry_run: boolean): string => {
  const added = sum(report, 'new_unique_messages')
  const known = sum(report, 'duplicate_messages')
  if (report.files.length === 0) return 'Nothing here is of a format that is known.'
  const what = dry_run ? 'Would add' : 'Added'
  const gone = forgottenClause(report.totals.reduce((total, each) => total + each.forgotten_messages, 0))
  if (added + known === 0) return `${what} nothing: no message was found${gone}.`
  if (added === 0) {
    const there = known === 1 ? 'the only message is' : `all ${String(known)} messages are`
    return `${what} nothing: ${there} in the archive already${gone}.`
  }
  return `${what} ${counted(added, 'message')} from ${counted(report.files.length, 'file')}; ${String(known)} were there already${gone}.`
}

const sum = (
  report: IngestReport,
  field: 'new_unique_messages' | 'duplicate_messages' | 'messages_extracted',
): number => report.totals.reduce((total, each) => total + each[field], 0)

const load = async (
  { archive, people, system }: Uses<'archive.loads' | 'people.directory' | 'system.clock'>,
  given: LoadInput,
  { caller, signal, progress }: Pick<Call, 'caller' | 'signal' | 'progress'>,
  is_extraction: boolean,
): Promise<AuditedOutput<LoadOutput>> => {
  const { file, phase, dry_run, participant, ...reading } = given
  const report = await archive.loads.load(
    {
      path: file,
      phase: phaseOf(phase),
      is_extraction,
      chat_options: chatOptions(given),
      reading: readingOf(reading, system.clock),
      people: await namedPeople(people.directory, { participant }),
      dry_run,
      started_by: actorOf(caller),
    },
    { signal, progress },
  )
  const read = report.files.filter(each => each.status !== 'unchanged')
  const seconds = report.duration_ms / 1000
  const named = report.files.length === 1 ? report.files : report.files.filter(isWorthNaming)
  const messages = read.reduce((total, each) => total + each.messages_extracted, 0)
  return {
    output: {
      summary: summaryOf(report, dry_run),
      dry_run,
      duration_seconds: seconds,
      messages_per_second: seconds === 0 ? 0 : Math.round(messages / seconds),
      sources: report.totals.map(each => ({ ...each })),
      files: named.slice(0, MOST_FILES).map(({ rejected: _rejected, resumed: _resumed, ...each }) => ({
        file: each.file,
        run_id: each.run_id ?? null,
        status: each.status,
        lines: each.lines,
        messages_extracted: each.messages_extracted,
        new_unique_messages: each.new_unique_messages,
        duplicate_messages: each.duplicate_messages,
        forgotten_messages: each.forgotten_messages,
        errors_count: each.errors_count,
        notes: each.notes ?? null,
      })),
      rejected: report.files
        .flatMap(each => each.rejected.map(line => ({ file: each.file, ...line })))
        .slice(0, MOST_FILES),
      skipped: report.skipped.length,
      skipped_files: report.skipped.slice(0, MOST_SKIPPED).map(each => ({ ...each })),
      failed: report.files.filter(each => each.status === 'failed').length,
    },
    touched: dry_run
      ? []
      : [
          {
            whose: ARCHIVE,
            counts: { added: sum(report, 'new_unique_messages'), duplicates: sum(report, 'duplicate_messages') },
          },
        ],
  }
}

const failure = ({ failed }: LoadOutput): string | undefined =>
  failed === 0 ? undefined : `${counted(failed, 'file')} could not be loaded as a whole; load again`

const bind = async (
  context: Parameters<typeof bindExport>[0],
  given: z.output<typeof input>,
  call: Call<Binding | undefined>,
  binding: Binding,
): Promise<AuditedOutput<LoadOutput>> => {
  const began = context.system.clock.monotonic()
  const report = await bindExport(context, given, binding, call)
  const seconds = (context.system.clock.monotonic() - began) / 1000
  const { added, known, forgotten } = report
  const counted = { added, duplicates: known, forgotten, learned: report.learned }
  return {
    output: boundOutput(given, report, seconds),
    touched: given.dry_run ? [] : [{ whose: binding.scope, detail: 'history', counts: counted }],
  }
}

const boundOutput = (
  { file, dry_run, learn }: z.output<typeof input>,
  report: BindReport,
  seconds: number,
): LoadOutput => {
  const { added, known, forgotten, left_out, errors, learned } = report
  const sums = {
    messages_extracted: added + known,
    new_unique_messages: added,
    duplicate_messages: known,
    forgotten_messages: forgotten,
    errors_count: errors,
  }
  const left = left_out === 0 ? '' : `; ${String(left_out)} media, commands and events were left out`
  const facts = learned === 0 ? '' : `; learned ${counted(learned, 'fact')}`
  const plan = learn && dry_run ? `; would learn from the newest ${String(Math.min(MOST_LEARNED, added + known))}` : ''
  const what = `${dry_run ? 'Would add' : 'Added'} ${counted(added, 'message')} to the conversation`
  return {
    summary: `${what}; ${String(known)} were there already${forgottenClause(forgotten)}${left}${facts}${plan}.`,
    dry_run,
    duration_seconds: seconds,
    messages_per_second: seconds === 0 ? 0 : Math.round(report.messages / seconds),
    sources: [{ source_type: 'whatsapp', files: 1, unchanged: 0, ...sums }],
    files: [
      { file, run_id: report.run_id ?? null, status: report.status, lines: report.lines, ...sums, notes: report.notes },
    ],
    rejected: report.rejected.map(line => ({ file, ...line })),
    skipped: 0,
    skipped_files: [],
    failed: report.status === 'failed' ? 1 : 0,
  }
}

export const ingestLoad = operation({
  summary: 'Load a file or a folder into the archive, or an exported chat into a conversation; nothing is added twice',
  access: 'operator',
  effect: 'write',
  needs: 'data',
  audit: 'changes',
  uses: [
    'archive.loads',
    'people.directory',
    'messages.imports',
    'memory.learning',
    'system.clock',
    'instance.memory_system_enabled',
  ],
  input,
  output,
  failure,
  subject: async (context, given) => {
    refuseMeaningless(given)
    return await bindingOf(context, given)
  },
  exclusiveScope: binding => binding?.scope,
  run: async (context, given, call) => {
    const { subject: binding } = call
    if (binding !== undefined) return await bind(context, given, call, binding)
    return await load(context, given, call, false)
  },
})

export const ingestLoadExtraction = operation({
  summary: 'Load an extraction (JSON Lines with content, source, timestamp, session_id, project) into the archive',
  access: 'operator',
  effect: 'write',
  needs: 'data',
  audit: 'changes',
  uses: ['archive.loads', 'people.directory', 'system.clock'],
  input: extractionInput,
  output,
  failure,
  run: (context, given, call) => load(context, given, call, true),
})
