/** How DeniDin is. */
import { z } from 'zod'
import { SECOND_MS, isoDay } from '../../platform/clock.ts'
import type { Health } from '../../platform/health.ts'
import { operation } from '../operation.ts'
import { isoTime } from '../references.ts'

const STATES = ['ok', 'degraded', 'down', 'off'] as const satisfies readonly Health['state'][]
const count = z.int().min(0)

export const status = operation({
  summary: 'Show how DeniDin is: parts, sessions, memory, messages, models',
  access: 'godfather',
  effect: 'read',
  needs: 'data',
  input: z.strictObject({}),
  output: z.object({
    version: z.string(),
    running: z.boolean().describe('whether the bot runs; counters are those of the running bot'),
    started_at: z.string().nullable(),
    uptime_seconds: count,
    memory_system: z.enum(['on', 'off']).describe('feature_flags.enable_memory_system'),
    state: z.enum(STATES).describe('that of the part which is worst off'),
    parts: z.array(z.object({ name: z.string(), state: z.enum(STATES), detail: z.string() })),
    sessions_active: count,
    sessions_waiting: count.describe('closed, to be stored in long-term memory'),
    sessions_stored: count,
    sessions_dead: count.describe('could not be stored; kept for the operator'),
    memories: count,
    memories_pending: count.describe('waiting for their vector or for the index'),
    inbox_waiting: count,
    outbox_waiting: count,
    outbox_unconfirmed: count,
    outbox_failed: count.describe('replies that certainly did not go out and were given up'),
    models_today: z.array(
      z.object({
        kind: z.string(),
        purpose: z.string(),
        provider: z.string(),
        model: z.string(),
        calls: count,
        failed: count,
        input_tokens: count,
        output_tokens: count,
      }),
    ),
    counters: z.record(z.string(), z.number()).describe('since the bot started'),
  }),
  run: async ({ about, checks, clock, memory, metrics, sessions, traffic, usage }) => {
    const now = clock.now()
    const [parts, counts, memories, messages, models] = await Promise.all([
      Promise.all(checks.map(async check => ({ name: check.name, ...(await check.health()) }))),
      sessions.counts(),
      memory.stats(),
      traffic.counts(),
      usage.totals({ since: Date.parse(`${isoDay(now)}T00:00:00Z`) }),
    ])
    const { started_at } = about
    return {
      version: about.version,
      running: started_at !== undefined,
      started_at: started_at === undefined ? null : isoTime(started_at),
      uptime_seconds: started_at === undefined ? 0 : Math.max(0, Math.floor((now - started_at) / SECOND_MS)),
      memory_system: about.memory_system_enabled ? ('on' as const) : ('off' as const),
      state: worst(parts.map(part => part.state)),
      parts,
      sessions_active: counts.active,
      sessions_waiting: counts.closed,
      sessions_stored: counts.stored,
      sessions_dead: counts.dead,
      memories: memories.memories,
      memories_pending: memories.pending_embedding + memories.pending_index,
      inbox_waiting: messages.inbox_waiting,
      outbox_waiting: messages.outbox_waiting,
      outbox_unconfirmed: messages.outbox_unconfirmed,
      outbox_failed: messages.outbox_failed,
      models_today: [...models],
      counters: Object.fromEntries(Object.entries(metrics.read()).filter(([, value]) => value > 0)),
    }
  },
})

/** What is switched off is no fault: it counts as ok. */
const worst = (states: readonly Health['state'][]): Health['state'] =>
  states.includes('down') ? 'down' : states.includes('degraded') ? 'degraded' : 'ok'
