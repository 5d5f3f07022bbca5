/** `backup.start`: makes a backup in the background, and says how far it is. */
import { z } from 'zod'
import { SECOND_MS } from '../../platform/clock.ts'
import { EVERYONE, operation } from '../operation.ts'
import { countsOf } from './backup-row.ts'

/** How long an answer in a chat may take. */
const WAIT_MS = 20 * SECOND_MS

const count = z.int().min(0)

export const backupStart = operation({
  summary: 'Start a backup, or say how far the running one is',
  access: 'godfather',
  effect: 'write',
  needs: 'data',
  audit: 'reads',
  uses: ['backup.background'],
  input: z.strictObject({}),
  output: z.object({
    state: z.enum(['made', 'failed', 'running']),
    backup_id: z.string().nullable(),
    messages: count.nullable(),
    bytes: count.nullable().describe('size of what it restores'),
    new_bytes: count.nullable().describe('what it takes on the disk in addition to those before it'),
    percent: count.nullable().describe('how far the running backup is'),
    problem: z.string().nullable(),
  }),
  run: async ({ backup: { background } }) => {
    const result = await background.run(WAIT_MS)
    const none = { backup_id: null, messages: null, bytes: null, new_bytes: null, percent: null, problem: null }
    if (result.state === 'made') {
      const { id, messages, bytes, new_bytes } = result.backup
      return {
        output: { ...none, state: 'made' as const, backup_id: id, messages: messages ?? null, bytes, new_bytes },
        touched: [{ whose: EVERYONE, detail: id, counts: countsOf(result.backup) }],
      }
    }
    if (result.state === 'failed') return { output: { ...none, ...result }, touched: [] }
    const { done, total } = result
    const percent = total === undefined || total === 0 ? null : Math.min(99, Math.floor((done / total) * 100))
    return { output: { ...none, state: 'running' as const, percent }, touched: [] }
  },
})
