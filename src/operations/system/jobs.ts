/** `jobs.list` and `jobs.run`: lists the scheduled jobs, and runs one now. */
import { z } from 'zod'
import { DenidinError } from '../../platform/errors.ts'
import { suggest } from '../../platform/suggest.ts'
import { backupScheduled } from '../backup/scheduled.ts'
import { budgetReport } from '../budget/report.ts'
import type { Uses } from '../context.ts'
import { reportScheduled } from '../report/scheduled.ts'
import { operation, type Call } from '../operation.ts'
import { isoTime } from '../references.ts'
import { sessionPurge, sessionSweep } from '../session/retention.ts'

/** The sweep and the purge use the same fields. */
const USES = [...sessionSweep.uses, ...budgetReport.uses, ...reportScheduled.uses, ...backupScheduled.uses] as const

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
        'Delete backups whose time is over, and prove the newest by a trial restore',
      ],
    ] as const
  ).map(([job, name, schedule, summary]) => ({
    name,
    schedule,
    operation: 'backup.scheduled',
    summary,
    run: (context: Context, call: Call) => backupScheduled.run(context, { job }, call),
  })),
]

export const jobsList = operation({
  summary: 'List what runs on a schedule',
  access: 'operator',
  effect: 'read',
  needs: 'data',
  audit: 'none',
  uses: ['system.schedule'],
  input: z.strictObject({}),
  output: z.object({
    jobs: z.array(
      z.object({
        name: z.string(),
        cron: z.string().describe('minute, hour, day, month and weekday in the time zone of the installation'),
        operation: z.string(),
        last_run: z.string().nullable().describe('by the schedule; null: never, or more than once an hour'),
        summary: z.string(),
      }),
    ),
  }),
  run: async ({ system: { schedule } }) => {
    const jobs = JOBS.map(async ({ name, schedule: key, operation: run, summary }) => {
      const last = await schedule.lastRun(key)
      const last_run = last === undefined ? null : isoTime(last)
      return { name, cron: schedule.expressions[key] ?? '', operation: run, last_run, summary }
    })
    return { jobs: await Promise.all(jobs) }
  },
})

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
    const result = await job.run(context, call)
    return { job: job.name, operation: job.operation, result: { ...result } }
  },
})
