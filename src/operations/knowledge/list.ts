/** `knowledge.list`: the files of the knowledge folders, and why some are not read. */
import { z } from 'zod'
import { operation } from '../operation.ts'
import { pageInput, pageOutput, readPage } from '../paging.ts'
import { isoTime } from '../references.ts'

export const knowledgeList = operation({
  summary: 'List the files of the knowledge folders: what was read from each, or why it is not read',
  access: 'operator',
  effect: 'read',
  needs: 'data',
  audit: 'none',
  uses: ['knowledge.files'],
  input: z.strictObject(pageInput),
  output: z.object({
    files: z.array(
      z.object({
        file: z.string().describe('its path below its folder'),
        state: z.enum(['read', 'refused', 'waiting']).describe('waiting: it is read by the next scan'),
        passages: z.int().min(0),
        redacted: z.int().min(0).describe('secrets that were taken out'),
        size_bytes: z.number(),
        modified_at: z.string(),
        read_at: z.string().describe('when it was read, or refused'),
        reason: z.string().nullable().describe('why it is not read'),
        path: z.string(),
      }),
    ),
    ...pageOutput,
  }),
  run: async ({ knowledge }, input) => {
    const { rows, next } = await readPage(
      input,
      page => knowledge.files.list(page),
      file => file.path,
    )
    return {
      files: rows.map(({ name, state, passages, redacted, size, modified_at, read_at, reason = null, path }) => ({
        file: name,
        state: state === 'read' ? ('read' as const) : state === 'reading' ? ('waiting' as const) : ('refused' as const),
        passages,
        redacted,
        size_bytes: size,
        modified_at: isoTime(modified_at),
        read_at: isoTime(read_at),
        reason,
        path,
      })),
      next,
    }
  },
})
