/** What is wrong, and what helps. */
import { z } from 'zod'
import type { Health } from '../../platform/health.ts'
import { operation } from '../operation.ts'

const STATES = ['ok', 'degraded', 'down', 'off'] as const satisfies readonly Health['state'][]

export const doctor = operation({
  summary: 'Look for what is wrong, and say what helps; asks each model once',
  access: 'operator',
  effect: 'read',
  needs: 'data',
  input: z.strictObject({}),
  output: z.object({
    healthy: z.boolean().describe('nothing is degraded or down'),
    checks: z.array(z.object({ name: z.string(), state: z.enum(STATES), detail: z.string() })),
  }),
  failure: ({ healthy }) => (healthy ? undefined : 'not everything is in order; see the checks that are not ok'),
  run: async ({ checks, checkups, sessions }, _input, { signal, progress }) => {
    const total = checks.length + checkups.length
    const found: { name: string; state: Health['state']; detail: string }[] = []
    for (const check of [...checkups, ...checks]) {
      signal.throwIfAborted()
      progress({ done: found.length, total, unit: 'checks' })
      found.push({ name: check.name, ...('look' in check ? await check.look(signal) : await check.health()) })
    }
    found.push({ name: 'ended conversations', ...stored(await sessions.counts()) })
    return { healthy: found.every(({ state }) => state === 'ok' || state === 'off'), checks: found }
  },
})

const stored = ({ dead, closed }: { readonly dead: number; readonly closed: number }): Health =>
  dead > 0
    ? {
        state: 'degraded',
        detail: `${String(dead)} could not be stored in long-term memory and are kept: \`denidin session list --state dead\`.`,
      }
    : { state: 'ok', detail: `${String(closed)} wait to be stored in long-term memory.` }
