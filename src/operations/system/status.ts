/** `status`: health of every component, and today's figures. */
import { z } from 'zod'
import { SECOND_MS } from '../../platform/clock.ts'
import { worstState } from '../../platform/health.ts'
import { operation } from '../operation.ts'
import { isoTime } from '../references.ts'
import { componentSchema, examineAll, troubleIn } from './instance-health.ts'

const count = z.int().min(0)
/** `null`: it cannot be read; the state of the database says why. */
const stored = count.nullable()

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
    state: z.enum(['ok', 'degraded', 'down']).describe('worst state of any component'),
    parts: z.array(componentSchema),
    sessions_active: stored,
    sessions_waiting: stored.describe('ended, waiting to be stored in long-term memory'),
    sessions_stored: stored,
    sessions_dead: stored.describe('could not be stored; their data is kept'),
    memories: stored,
    memories_pending: stored.describe('waiting to be embedded or indexed'),
    inbox_waiting: stored,
    outbox_waiting: stored,
    outbox_unconfirmed: stored,
    outbox_failed: stored.describe('replies that were not delivered and were given up'),
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
  failure: ({ parts }) => troubleIn(parts),
  run: async (context, _input, { caller }) => {
    const { instance, system, memory, messages, sessions } = context
    const now = system.clock.now()
    const [parts, counts, memories, traffic, models] = await Promise.all([
      examineAll(context, caller),
      readable(() => sessions.browser.counts()),
      readable(() => memory.facts.stats()),
      readable(() => messages.traffic.counts()),
      readable(() => system.usage.totals({ since: system.clock.zone.beginOf(system.clock.zone.dayOf(now)) })),
    ])
    const { started_at } = instance
    return {
      version: instance.version,
      running: started_at !== undefined,
      started_at: started_at === undefined ? null : isoTime(started_at),
      uptime_seconds: started_at === undefined ? 0 : Math.max(0, Math.floor((now - started_at) / SECOND_MS)),
      memory_system: instance.memory_system_enabled ? ('on' as const) : ('off' as const),
      state: worstState(parts.map(part => part.state)),
      parts: [...parts],
      sessions_active: counts?.active ?? null,
      sessions_waiting: counts?.closed ?? null,
      sessions_stored: counts?.stored ?? null,
      sessions_dead: counts?.dead ?? null,
      memories: memories?.memories ?? null,
      memories_pending: memories === undefined ? null : memories.pending_embedding + memories.pending_index,
      inbox_waiting: traffic?.inbox_waiting ?? null,
      outbox_waiting: traffic?.outbox_waiting ?? null,
      outbox_unconfirmed: traffic?.outbox_unconfirmed ?? null,
      outbox_failed: traffic?.outbox_failed ?? null,
      models_today: [...(models ?? [])],
      counters: Object.fromEntries(Object.entries(system.metrics.read()).filter(([, value]) => value > 0)),
    }
  },
})

/** `undefined` if the stores cannot be read: it is then even more important to show the health of the components. */
const readable = <T>(read: () => Promise<T>): Promise<T | undefined> => read().catch(() => undefined)
