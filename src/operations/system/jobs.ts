/** `jobs.list` and `jobs.run`: lists the scheduled jobs, and runs one now. */
import { z } from 'zod'
import { SECOND_MS } from '../../platform/clock.ts'
import { asDenidinError, DenidinError } from '../../platform/errors.ts'
import { suggest } from '../../platform/suggest.ts'
import { backupScheduled } from '../backup/scheduled.ts'
import { budgetReport } from '../budget/report.ts'
import type { EndedJobRun, Uses } from '../context.ts'
import { agentRun } from '../memory/agent.ts'
import { memoryVerify } from '../memory/maintenance.ts'
import { reportScheduled } from '../report/scheduled.ts'
import { operation, type Call } from '../operation.ts'
import { isoTime } from '../references.ts'
import { sessionPurge, sessionSweep } from '../session/retention.ts'
import { dataOptimize } from './optimize.ts'

/** The sweep and the purge use the same fields. */
const USES = [
  ...sessionSweep.uses,
  ...budgetReport.uses,
  ...reportScheduled.uses,
  ...backupScheduled.uses,
  ...agentRun.uses,
  ...memoryVerify.uses,
  ...dataOptimize.uses,
  'system.clock',
  'system.schedule',
] as const

type Context = Uses<(typeof USES)[number]>

interface Job {
  readonly name: string
  /** Its key in the schedule. */
  readonly schedule: string
  readonly operation: string
  readonly summary: string
  run(context: Context, call: Call): Promise<object>
}

const JOBS: readonly Job[] = [
  {
    name: 'expiry',
    schedule: 'expiry_cron',
    operation: 'session.sweep',
    summary: 'End expired sessions and store those that wait',
    run: (context, call) => sessionSweep.run(context, { purge: false }, call),
  },
  {
    name: 'cleanup',
    schedule: 'cleanup_cron',
    operation: 'session.purge',
    summary: sessionPurge.summary,
    run: (context, call) => sessionPurge.run(context, {}, call),
  },
  ...(
    [
      ['weekly', 'Report on the use of budgets in the last week'],
      ['monthly', 'Report on the use of budgets in the last month, with recommendations'],
      ['health', 'Measure the growth of the data, and project it'],
    ] as const
  ).map(([report, summary]) => ({
    name: `budget-${report}`,
    schedule: `${report}_cron`,
    operation: 'budget.report',
    summary,
    run: (context: Context, call: Call) => budgetReport.run(context, { report }, call),
  })),
  {
    name: 'reports',
    schedule: 'reports_cron',
    operation: 'report.scheduled',
    summary: reportScheduled.summary,
    run: (context, call) => reportScheduled.run(context, {}, call),
  },
  ...(
    [
      ['incremental', 'backup', 'incremental_backup_cron', 'Make an incremental backup'],
      ['full', 'backup-full', 'full_backup_cron', 'Make a full backup'],
      ['archive', 'backup-archive', 'archive_backup_cron', 'Make an archive: a full backup that is kept longer'],
      [
        'verify',
        'backup-verify',
        'backup_verify_cron',
        'Delete expired backups, and verify the newest by restoring it into a temporary folder',
      ],
      ['drill', 'backup-drill', 'backup_drill_cron', 'Verify a backup that is chosen at random'],
    ] as const
  ).map(([job, name, schedule, summary]) => ({
    name,
    schedule,
    operation: 'backup.scheduled',
    summary,
    run: (context: Context, call: Call) => backupScheduled.run(context, { job }, call),
  })),
  {
    name: 'consolidation',
    schedule: 'agent_interval',
    operation: 'memory.agent_run',
    summary: 'Merge duplicate memories, rank them by use, and update the profiles',
    run: (context, call) => agentRun.run(context, {}, call),
  },
  {
    name: 'orphans',
    schedule: 'orphans_cron',
    operation: 'memory.verify',
    summary: 'Compare memories, messages, vectors and the index, and remove vectors without an item',
    run: (context, call) => memoryVerify.run(context, { repair: true, every_vector: false }, call),
  },
  {
    name: 'vacuum',
    schedule: 'vacuum_cron',
    operation: 'data.optimize',
    summary: dataOptimize.summary,
    run: (context, call) => dataOptimize.run(context, {}, call),
  },
]

export const jobsList = operation({
  summary: 'List what runs on a schedule',
  access: 'operator',
  effect: 'read',
  needs: 'data',
  audit: 'none',
  uses: ['system.schedule', 'system.clock'],
  input: z.strictObject({}),
  output: z.object({
    time_zone: z.string().describe('of the cron expressions'),
    jobs: z.array(
      z.object({
        name: z.string(),
        cron: z.string().describe('minute, hour, day, month and weekday in the time zone of the installation'),
        operation: z.string(),
        last_run: z.string().nullable().describe('by the schedule or on request; null: never'),
        outcome: z
          .enum(['done', 'failed', 'off', 'running', 'interrupted'])
          .nullable()
          .describe(
            'of the last run; off: what it works on is disabled; interrupted: DeniDin was stopped or killed before its end',
          ),
        seconds: z.number().nullable().describe('duration of the last run'),
        problem: z.string().nullable().describe('why the last run failed, or did not end'),
        next_run: z.string().nullable().describe('by the schedule, while the bot runs; null: at a fixed interval'),
        summary: z.string(),
      }),
    ),
  }),
  run: async ({ system: { schedule, clock } }) => {
    const jobs = JOBS.map(async ({ name, schedule: key, operation: run, summary }) => {
      const last = await schedule.lastResult(key)
      return {
        name,
        cron: schedule.expressions[key] ?? '',
        operation: run,
        last_run: timeOf(last?.at),
        outcome: last?.outcome ?? null,
        seconds: last === undefined ? null : last.duration_ms / SECOND_MS,
        problem: last?.reason ?? null,
        next_run: timeOf(schedule.nextRun(key)),
        summary,
      }
    })
    return { time_zone: clock.zone.name, jobs: await Promise.all(jobs) }
  },
})

const timeOf = (at: number | undefined): string | null => (at === undefined ? null : isoTime(at))

export const jobsRun = operation({
  summary: 'Run now what otherwise runs on a schedule',
  access: 'operator',
  effect: 'write',
  needs: 'data',
  audit: 'erases',
  uses: USES,
  input: z.strictObject({ job: z.string().min(1).max(100).describe('its name, as jobs list shows it') }),
  output: z.object({
    job: z.string(),
    operation: z.string(),
    result: z.record(z.string(), z.unknown()).describe('what the operation answered'),
  }),
  run: async (context, { job: asked }, call) => {
    const job = JOBS.find(each => each.name === asked)
    if (job === undefined) {
      const names = JOBS.map(each => each.name)
      const near = suggest(asked, names)
      const hint = near === undefined ? 'the' : `did you mean "${near}"? The`
      throw new DenidinError('not_found', `there is no job "${asked}"; ${hint} jobs are ${names.join(', ')}`)
    }
    const result = await recorded(job, context, call)
    return { job: job.name, operation: job.operation, result: { ...result } }
  },
})

/** Runs a job and records how it went. @throws DenidinError as the job does */
const recorded = async (job: Job, context: Context, call: Call): Promise<object> => {
  const { clock, schedule } = context.system
  const [at, began] = [clock.now(), clock.monotonic()]
  // A file that cannot be written must not make a run that was done a failure.
  const end = async (outcome: Pick<EndedJobRun, 'outcome' | 'reason'>): Promise<void> => {
    const run = { at, duration_ms: clock.monotonic() - began, ...outcome }
    await schedule.record(job.schedule, run).catch(() => undefined)
  }
  await schedule.begin(job.schedule, at).catch(() => undefined)
  try {
    const result = await job.run(context, call)
    await end({ outcome: 'done' })
    return result
  } catch (error) {
    const { code, message } = asDenidinError(error)
    await end(code === 'disabled' ? { outcome: 'off' } : { outcome: 'failed', reason: message })
    throw error
  }
}
