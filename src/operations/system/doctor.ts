/** `doctor`: runs every check and diagnostic, and suggests fixes. */
import { z } from 'zod'
import { examine, isTrouble, type ExaminedComponent, type Health } from '../../platform/health.ts'
import { operation } from '../operation.ts'
import { componentSchema } from './instance-health.ts'

export const doctor = operation({
  summary: 'Run diagnostics and suggest fixes; makes one test call per model',
  access: 'operator',
  effect: 'read',
  needs: 'data',
  audit: 'none',
  uses: ['instance.started_at', 'system.checks', 'system.clock', 'system.diagnostics', 'sessions.browser'],
  input: z.strictObject({}),
  output: z.object({
    healthy: z.boolean().describe('true if no check is degraded or down'),
    checks: z.array(componentSchema),
  }),
  failure: ({ healthy }) => (healthy ? undefined : 'problems found: see the checks that are degraded or down'),
  run: async ({ instance, system, sessions }, _input, { signal, progress }) => {
    const { checks, clock, diagnostics } = system
    const thorough = new Set(diagnostics.map(({ name }) => name))
    // Components that are examined thoroughly need no second check.
    const others = checks.filter(({ name }) => !thorough.has(name))
    const total = diagnostics.length + others.length
    const found: ExaminedComponent[] = []
    for (const check of [...diagnostics, ...others]) {
      signal.throwIfAborted()
      progress({ done: found.length, total, unit: 'checks' })
      found.push('look' in check ? { name: check.name, ...(await check.look(signal)) } : await examine(check, clock))
    }
    found.push({ name: 'ended conversations', ...storageOfEnded(await sessions.browser.counts()) })
    found.push({ name: 'bot', ...(instance.started_at === undefined ? STOPPED : RUNNING) })
    return { healthy: !found.some(({ state }) => isTrouble(state)), checks: found }
  },
})

/** `doctor` examines the installation, possibly before the first start, so a stopped bot is not a problem. */
const STOPPED: Health = { state: 'off', detail: 'DeniDin is not running.' }
const RUNNING: Health = { state: 'ok', detail: 'DeniDin is running.' }

const storageOfEnded = ({ dead, closed }: { readonly dead: number; readonly closed: number }): Health =>
  dead > 0
    ? {
        state: 'degraded',
        detail: `${String(dead)} could not be stored in long-term memory; their data is kept. See \`denidin session list --state dead\`.`,
      }
    : { state: 'ok', detail: `${String(closed)} waiting to be stored in long-term memory.` }
