/** `memory.list`: memories page by page, newest first. */
import { z } from 'zod'
import { operation } from '../operation.ts'
import { pageInput, pageOutput, readPage } from '../paging.ts'
import { namedScope, ownScope, scopeInput } from '../references.ts'
import { memoryRow, memoryRowSchema, touchedMemories } from './memory-row.ts'

export const memoryList = operation({
  summary: 'List memories, newest first',
  access: 'anyone',
  effect: 'read',
  needs: 'data',
  audit: 'reads',
  uses: ['memory.facts', 'people.directory', 'sessions.browser', 'instance.godfather_phone'],
  input: z.strictObject({ ...scopeInput, ...pageInput }),
  output: z.object({ memories: z.array(memoryRowSchema), ...pageOutput }),
  subject: async (context, input, caller) =>
    (await namedScope(context, input, caller)) ??
    (caller.level === 'operator' ? ('all' as const) : await ownScope(context, caller)),
  run: async ({ memory, people }, input, { subject: scope }) => {
    if (scope === undefined) return { output: { memories: [], next: null }, touched: [] }
    const { rows, next } = await readPage(
      input,
      page => memory.facts.list(scope, page),
      row => row.memory_id,
    )
    const memories = await Promise.all(rows.map(row => memoryRow(people.directory, row)))
    return { output: { memories, next }, touched: touchedMemories(rows) }
  },
})
