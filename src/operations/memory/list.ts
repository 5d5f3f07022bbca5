/** `memory.list`: memories page by page, newest first. */
import { z } from 'zod'
import { DenidinError } from '../../platform/errors.ts'
import { operation } from '../operation.ts'
import { offsetInput, pageInput, pageOutput, readPage } from '../paging.ts'
import { namedScope, ownScope, scopeInput } from '../references.ts'
import { memoryRow, memoryRowSchema, touchedMemories } from './memory-row.ts'

export const memoryList = operation({
  summary: 'List memories, newest first',
  access: 'anyone',
  effect: 'read',
  needs: 'data',
  audit: 'reads',
  uses: ['memory.facts', 'people.directory', 'sessions.browser', 'instance.godfather_phone'],
  input: z.strictObject({ ...scopeInput, ...pageInput, ...offsetInput }),
  output: z.object({ memories: z.array(memoryRowSchema), ...pageOutput }),
  subject: async (context, input, caller) =>
    (await namedScope(context, input, caller)) ??
    (caller.level === 'operator' ? ('all' as const) : await ownScope(context, caller)),
  run: async ({ memory, people }, input, { subject: scope }) => {
    const { offset, after } = input
    if (offset > 0 && after !== undefined) {
      throw new DenidinError('invalid_input', 'memory.list: give only one of offset and after')
    }
    if (scope === undefined) return { output: { memories: [], next: null }, touched: [] }
    const { rows, next } = await readPage(
      input,
      page => memory.facts.list(scope, { ...page, offset }),
      row => row.memory_id,
    )
    const memories = await Promise.all(rows.map(row => memoryRow(people.directory, row)))
    return { output: { memories, next }, touched: touchedMemories(rows) }
  },
})
