/** `memory.agent_*`: starts, stops, runs and shows the memory agent, which deduplicates and ranks memories. */
import { z } from 'zod'
import type { AnalysisReport } from '../../learning/agent/tiering.ts'
import type { AgentStatus } from '../../learning/agent/conscious-agent.ts'
import { operation } from '../operation.ts'
import { isoTime } from '../references.ts'

const MOST_HOURS = 8760

const report = z.object({
  timestamp: z.string(),
  patterns_analyzed: z.int().min(0).describe('memories examined'),
  promotion_candidates: z.int().min(0),
  promoted_count: z.int().min(0),
  demoted_count: z.int().min(0),
  merged_count: z.int().min(0).describe('memories merged into an older one that says the same'),
  profiles_count: z.int().min(0).describe('people whose profile was rewritten'),
  promoted_ids: z.array(z.string()),
  demoted_ids: z.array(z.string()),
  merged_ids: z.array(z.string()),
})

const showReport = (done: AnalysisReport): z.output<typeof report> => ({
  timestamp: isoTime(done.timestamp),
  patterns_analyzed: done.patterns_analyzed,
  promotion_candidates: done.promotion_candidates,
  promoted_count: done.promoted_ids.length,
  demoted_count: done.demoted_ids.length,
  merged_count: done.merged_ids.length,
  profiles_count: done.profiles,
  promoted_ids: [...done.promoted_ids],
  demoted_ids: [...done.demoted_ids],
  merged_ids: [...done.merged_ids],
})

const status = z.object({
  status: z.enum(['disabled', 'stopped', 'waiting', 'looking']),
  interval_hours: z.number(),
  next_at: z.string().nullable(),
  last_at: z.string().nullable(),
  failure: z.string().nullable(),
})

const showStatus = (agent: AgentStatus): z.output<typeof status> => ({
  status: agent.state,
  interval_hours: agent.interval_hours,
  next_at: agent.next_at === undefined ? null : isoTime(agent.next_at),
  last_at: agent.last === undefined ? null : isoTime(agent.last.timestamp),
  failure: agent.failure ?? null,
})

export const agentStart = operation({
  summary: 'Run the memory agent now and then regularly, until the bot stops',
  access: 'operator',
  effect: 'write',
  needs: 'bot',
  audit: 'none',
  uses: ['memory.agent'],
  input: z.strictObject({
    interval_hours: z.number().min(0.1).max(MOST_HOURS).optional().describe('hours between two runs'),
  }),
  output: status,
  run: async ({ memory }, { interval_hours }) => showStatus(await memory.agent.start(interval_hours)),
})

export const agentStop = operation({
  summary: 'Stop the memory agent until it or the bot is started again',
  access: 'operator',
  effect: 'write',
  needs: 'bot',
  audit: 'none',
  uses: ['memory.agent'],
  input: z.strictObject({}),
  output: status,
  run: async ({ memory }) => showStatus(await memory.agent.stop()),
})

export const agentRun = operation({
  summary: 'Run the memory agent once, now',
  access: 'operator',
  effect: 'write',
  needs: 'data',
  audit: 'none',
  uses: ['memory.agent'],
  input: z.strictObject({}),
  output: report,
  run: async ({ memory }, _input, { signal, progress }) =>
    showReport(
      await memory.agent.run({
        signal,
        progress: (done, total) => {
          progress({ done, total, unit: 'memories' })
        },
      }),
    ),
})

export const agentStatus = operation({
  summary: 'Show the status of the memory agent',
  access: 'godfather',
  effect: 'read',
  needs: 'data',
  audit: 'none',
  uses: ['memory.agent'],
  input: z.strictObject({}),
  output: status,
  run: async ({ memory }) => showStatus(memory.agent.status()),
})
