/**
 * `ingest.runs`, `ingest.rejected` and `ingest.export`: the results of earlier loads, the lines that they set aside,
 * and the audit trail.
 */
import { z } from 'zod'
import type { ExtractionRun } from '../../archive/extraction-run.ts'
import { DenidinError } from '../../platform/errors.ts'
import { formatOfFile, textOfFile } from '../../platform/file-format.ts'
import { checkNamedFile, writeNamedFile } from '../../platform/named-file.ts'
import { csvOf } from '../../reports/formats/csv.ts'
import { ARCHIVE, operation } from '../operation.ts'
import { pageInput, pageOutput, readPage } from '../paging.ts'

const count = z.int().min(0)

const run = z.object({
  run_id: count,
  source_type: z.string(),
  phase: z.int().nullable(),
  file: z.string(),
  conversation: z
    .string()
    .nullable()
    .describe('scope of the conversation that the file was loaded into; null: into the archive'),
  file_size_bytes: count,
  status: z.enum(['running', 'interrupted', 'completed', 'failed']),
  messages_extracted: count,
  new_unique_messages: count,
  duplicate_messages: count,
  forgotten_messages: count,
  errors_count: count,
  lines: count,
  started_by: z.string(),
  started_at: z.string(),
  completed_at: z.string().nullable(),
  duration_seconds: z.number().nullable(),
  source_checksum: z.string(),
  destination_checksum: z.string().nullable(),
  notes: z.string().nullable(),
})

const toRow = (of: ExtractionRun): z.output<typeof run> => ({
  run_id: of.run_id,
  source_type: of.source_type,
  phase: of.phase ?? null,
  file: of.source_file,
  conversation: of.conversation ?? null,
  file_size_bytes: of.file_size_bytes,
  status: of.status,
  messages_extracted: of.messages_extracted,
  new_unique_messages: of.new_unique_messages,
  duplicate_messages: of.duplicate_messages,
  forgotten_messages: of.forgotten_messages,
  errors_count: of.errors_count,
  lines: of.lines,
  started_by: of.started_by,
  started_at: new Date(of.started_at).toISOString(),
  completed_at: of.completed_at === undefined ? null : new Date(of.completed_at).toISOString(),
  duration_seconds: of.completed_at === undefined ? null : (of.completed_at - of.started_at) / 1000,
  source_checksum: of.source_checksum,
  destination_checksum: of.destination_checksum ?? null,
  notes: of.notes ?? null,
})

/** The number in a "next" value. @throws DenidinError `invalid_input` */
const numberIn = (after: string | undefined, what: string): number | undefined => {
  if (after === undefined) return undefined
  if (/^\d{1,15}$/.test(after)) return Number(after)
  throw new DenidinError('invalid_input', `"after" must be ${what}, not "${after}"`)
}

export const ingestRuns = operation({
  summary: 'List the loads of files into the archive, newest first',
  access: 'operator',
  effect: 'read',
  needs: 'data',
  audit: 'none',
  uses: ['archive.loads'],
  input: z.strictObject({ ...pageInput }),
  output: z.object({ runs: z.array(run), ...pageOutput }),
  run: async ({ archive }, { limit, after }) => {
    const { rows, next } = await readPage(
      { limit, after },
      async page =>
        await archive.loads.runs({ limit: page.limit, before: numberIn(page.before, 'the number of a run') }),
      row => String(row.run_id),
    )
    return { runs: rows.map(toRow), next }
  },
})

export const ingestRejected = operation({
  summary: 'Show the lines of a load that could not be read and were set aside',
  access: 'operator',
  effect: 'read',
  needs: 'data',
  audit: 'reads',
  uses: ['archive.loads'],
  input: z.strictObject({ run_id: z.int().min(1).describe('number of the run'), ...pageInput }),
  output: z.object({
    lines: z.array(z.object({ line: count, reason: z.string(), excerpt: z.string() })),
    ...pageOutput,
  }),
  run: async ({ archive }, { run_id, limit, after }) => {
    const { rows, next } = await readPage(
      { limit, after },
      async page => {
        const from = numberIn(page.before, 'the number of a line') ?? -1
        const lines = await archive.loads.rejectedLines({ run_id, after: from, limit: page.limit })
        if (lines === undefined) throw new DenidinError('not_found', `there is no run ${String(run_id)}`)
        return lines
      },
      row => String(row.line),
    )
    return {
      output: { lines: rows.map(row => ({ ...row })), next },
      touched: rows.length === 0 ? [] : [{ whose: ARCHIVE, counts: { lines: rows.length } }],
    }
  },
})

const FORMATS = ['json', 'csv'] as const

/** Runs per page. */
const PAGE = 1000

export const ingestExport = operation({
  summary: 'Write the records of all loads to a file, as an audit trail',
  access: 'operator',
  effect: 'read',
  needs: 'data',
  audit: 'none',
  uses: ['archive.loads'],
  input: z.strictObject({
    file: z.string().trim().min(1).max(4096).describe('file to write'),
    format: z.enum(FORMATS).optional().describe('format of the file (default: by its ending, otherwise json)'),
  }),
  output: z.object({ file: z.string(), runs: count }),
  run: async ({ archive }, { file, format: given }, { signal }) => {
    const format = formatOfFile(file, given, FORMATS) ?? 'json'
    checkNamedFile(file)
    const rows: z.output<typeof run>[] = []
    for (let before: number | undefined; ;) {
      signal.throwIfAborted()
      const page = await archive.loads.runs({ limit: PAGE, before })
      rows.push(...page.map(toRow))
      if (page.length < PAGE) break
      before = page.at(-1)?.run_id
    }
    const text = format === 'csv' ? toCsv(rows) : `${JSON.stringify(rows, null, 2)}\n`
    await writeNamedFile(file, textOfFile(text, format))
    return { file, runs: rows.length }
  },
})

const toCsv = (rows: readonly Readonly<Record<string, string | number | null>>[]): string => {
  const names = Object.keys(run.shape)
  return csvOf(
    names,
    rows.map(row => names.map(name => row[name] ?? null)),
  )
}
