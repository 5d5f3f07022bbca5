/** `doctor`: runs every check and diagnostic, and suggests fixes. */
import { z } from 'zod'
import type { Health } from '../../platform/health.ts'
import { operation } from '../operation.ts'

const STATES = ['ok', 'degraded', 'down', 'off'] as const satisfies readonly Health['state'][]

export const doctor = operation({
  summary: 'Run diagnostics and suggest fixes; makes one test call per model',
  access: 'operator',
  effect: 'read',
  needs: 'data',
  audit: 'none',
  uses: ['system.checks', 'system.diagnostics', 'sessions.browser'],
  input: z.strictObject({}),
  output: z.object({
    healthy: z.boolean().describe('true if no check is degraded or down'),
    checks: z.array(z.object({ name: z.string(), state: z.enum(STATES), detail: z.string() })),
  }),
  failure: ({ healthy }) => (healthy ? undefined : 'problems found: see the checks that are degraded or down'),
  run: async ({ system: { checks, diagnostics }, sessions }, _input, { signal, progress }) => {
    const total = checks.length + diagnostics.length
    const found: { name: string; state: Health['state']; detail: string }[] = []
    for (const check of [...diagnostics, ...checks]) {
      signal.throwIfAborted()
      progress({ done: found.length, total, unit: 'checks' })
      found.push({ name: check.name, ...('look' in check ? await check.look(signal) : await check.health()) })
    }
    found.push({ name: 'ended conversations', ...storageOfEnded(await sessions.browser.counts()) })
    return { healthy: found.every(({ state }) => state === 'ok' || state === 'off'), checks: found }
  },
})

const storageOfEnded = ({ dead, closed }: { readonly dead: number; readonly closed: number }): Health =>
  dead > 0
    ? {
        state: 'degraded',
        detail: `${String(dead)} could not be stored in long-term memory; their data is kept. See \`denidin session list --state dead\`.`,
      }
    : { state: 'ok', detail: `${String(closed)} waiting to be stored in long-term memory.` }
