/** `status`: health of every component, and today's figures. */
import { z } from 'zod'
import { SECOND_MS, isoDay } from '../../platform/clock.ts'
import type { Health } from '../../platform/health.ts'
import { operation } from '../operation.ts'
import { isoTime } from '../references.ts'

const STATES = ['ok', 'degraded', 'down', 'off'] as const satisfies readonly Health['state'][]
const count = z.int().min(0)

export const status = operation({
  summary: 'Show the health of every component, sessions, memories, waiting messages and model calls',
  access: 'godfather',
  effect: 'read',
  needs: 'data',
  audit: 'none',
  uses: [
    'instance.version',
    'instance.started_at',
    'instance.memory_system_enabled',
    'system.checks',
    'system.clock',
    'system.metrics',
    'system.usage',
    'sessions.browser',
    'memory.facts',
    'messages.traffic',
  ],
  input: z.strictObject({}),
  output: z.object({
    version: z.string(),
    running: z.boolean().describe('whether the bot is running'),
    started_at: z.string().nullable(),
    uptime_seconds: count,
    memory_system: z.enum(['on', 'off']).describe('feature_flags.enable_memory_system'),
    state: z.enum(STATES).describe('worst state of any component'),
    parts: z.array(z.object({ name: z.string(), state: z.enum(STATES), detail: z.string() })),
    sessions_active: count,
    sessions_waiting: count.describe('ended, waiting to be stored in long-term memory'),
    sessions_stored: count,
    sessions_dead: count.describe('could not be stored; their data is kept'),
    memories: count,
    memories_pending: count.describe('waiting to be embedded or indexed'),
    inbox_waiting: count,
    outbox_waiting: count,
    outbox_unconfirmed: count,
    outbox_failed: count.describe('replies that were not delivered and were given up'),
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
    counters: z.record(z.string(), z.number()).describe('counts since the bot started'),
  }),
  run: async ({ instance, system, memory, messages, sessions }) => {
    const now = system.clock.now()
    const [parts, counts, memories, traffic, models] = await Promise.all([
      Promise.all(system.checks.map(async check => ({ name: check.name, ...(await check.health()) }))),
      sessions.browser.counts(),
      memory.facts.stats(),
      messages.traffic.counts(),
      system.usage.totals({ since: Date.parse(`${isoDay(now)}T00:00:00Z`) }),
    ])
    const { started_at } = instance
    return {
      version: instance.version,
      running: started_at !== undefined,
      started_at: started_at === undefined ? null : isoTime(started_at),
      uptime_seconds: started_at === undefined ? 0 : Math.max(0, Math.floor((now - started_at) / SECOND_MS)),
      memory_system: instance.memory_system_enabled ? ('on' as const) : ('off' as const),
      state: worst(parts.map(part => part.state)),
      parts,
      sessions_active: counts.active,
      sessions_waiting: counts.closed,
      sessions_stored: counts.stored,
      sessions_dead: counts.dead,
      memories: memories.memories,
      memories_pending: memories.pending_embedding + memories.pending_index,
      inbox_waiting: traffic.inbox_waiting,
      outbox_waiting: traffic.outbox_waiting,
      outbox_unconfirmed: traffic.outbox_unconfirmed,
      outbox_failed: traffic.outbox_failed,
      models_today: [...models],
      counters: Object.fromEntries(Object.entries(system.metrics.read()).filter(([, value]) => value > 0)),
    }
  },
})

/** A component that is switched off counts as ok. */
const worst = (states: readonly Health['state'][]): Health['state'] =>
  states.includes('down') ? 'down' : states.includes('degraded') ? 'degraded' : 'ok'
