/** `rollout.report`: the success metrics of the memory system by week, with their targets. */
import { z } from 'zod'
import { quantileOf, sumFigures, type DayFigures } from '../../rollout/turn-figures.ts'
import type { Uses } from '../context.ts'
import { operation } from '../operation.ts'
import { counted } from '../../platform/counted.ts'

const MOST_WEEKS = 53
const USUAL_WEEKS = 8
const DAYS = 7

/** Below this many, a share says little. */
const FEWEST = 20

interface Targets {
  /** Growth since the first week, in percent; `undefined`: the first week is what others are compared with. */
  readonly sessions_growth_pct: number | undefined
  readonly recall_used_pct: number
  readonly errors_pct: number
  readonly response_ms: number
}

/** Source: the success metrics for weeks 1, 2 and 4; week 3 has those of week 2. */
const TARGETS: readonly (Targets & { readonly from_week: number })[] = [
  { from_week: 4, sessions_growth_pct: 50, recall_used_pct: 90, errors_pct: 0.1, response_ms: 400 },
  { from_week: 2, sessions_growth_pct: 20, recall_used_pct: 85, errors_pct: 0.5, response_ms: 450 },
  { from_week: 1, sessions_growth_pct: undefined, recall_used_pct: 80, errors_pct: 1, response_ms: 500 },
]

const targetsOf = (week: number): Targets =>
  TARGETS.find(({ from_week }) => week >= from_week) ?? {
    sessions_growth_pct: undefined,
    recall_used_pct: 80,
    errors_pct: 1,
    response_ms: 500,
  }

const METRICS = ['active sessions', 'recall used', 'errors', 'response time', 'thumbs'] as const

const row = z.object({
  week: z.int().min(1),
  from_day: z.string(),
  metric: z.enum(METRICS),
  value: z
    .number()
    .nullable()
    .describe('percent, milliseconds, or a number of sessions; null: there is nothing to count'),
  target: z.number().nullable(),
  verdict: z
    .enum(['met', 'missed', 'not over', 'too few', 'no target'])
    .describe('not over: the week goes on, and may still meet it'),
  counted: z.string().describe('what the value was calculated from'),
})
type Row = z.output<typeof row>

export const rolloutReport = operation({
  summary: 'Show the success metrics of the memory system by week, with their targets',
  access: 'godfather',
  effect: 'read',
  needs: 'data',
  audit: 'none',
  uses: ['rollout.stages', 'rollout.figures', 'system.clock'],
  input: z.strictObject({
    weeks: z.int().min(1).max(MOST_WEEKS).default(USUAL_WEEKS).describe('most weeks to show, the newest'),
  }),
  output: z.object({
    since: z.string().describe('day on which week 1 begins'),
    since_because: z.string(),
    rows: z.array(row),
    notes: z.string(),
  }),
  run: async (context, { weeks }) => {
    const { zone } = context.system.clock
    const today = zone.dayOf(context.system.clock.now())
    await context.rollout.figures.write()
    const { day: first, because } = await beginOf(context, today)
    const last_week = Math.floor((today - first) / DAYS) + 1
    const baseline = await weekOf(context, first)
    const rows: Row[] = []
    for (let week = Math.max(1, last_week - weeks + 1); week <= last_week; week++) {
      const begins = first + (week - 1) * DAYS
      const figures = week === 1 ? baseline : await weekOf(context, begins)
      const from_day = zone.isoDay(zone.beginOf(begins))
      rows.push(...rowsOf({ week, from_day, figures, baseline, is_over: week < last_week }))
    }
    return { since: zone.isoDay(zone.beginOf(first)), since_because: because, rows, notes: NOTES }
  },
})

const NOTES =
  'The current week is not over. Recall used: answers for which something was recalled, of those whose message needed recall. Errors: messages that no model answered. Response time: what DeniDin itself needed before it asked the model, in half of the answers. Thumbs replace the survey of the guide: people react to a reply with 👍 or 👎 in WhatsApp; the share of 👍 has no target.'

/** Week 1 begins when everybody got memory, or else with the first stage, or else with the first counted answer. */
const beginOf = async (
  { rollout, system }: Uses<'rollout.stages' | 'rollout.figures' | 'system.clock'>,
  today: number,
): Promise<{ readonly day: number; readonly because: string }> => {
  const changes = (await rollout.stages.changes(MOST_CHANGES)).filter(each => each.feature === 'enable_memory_system')
  const reached = changes.find(({ to }) => to.kind === 'all')
  const dayOf = (at: number): number => Math.min(today, system.clock.zone.dayOf(at))
  if (reached !== undefined) return { day: dayOf(reached.at), because: 'everybody got memory' }
  const begun = changes.at(-1)
  if (begun !== undefined) return { day: dayOf(begun.at), because: 'the first stage began' }
  const counted = await rollout.figures.firstDay()
  return counted === undefined
    ? { day: today, because: 'no answer was counted yet' }
    : { day: Math.min(today, counted), because: 'the first answer was counted' }
}

const MOST_CHANGES = 1000

interface Week {
  readonly figures: DayFigures
  readonly sessions: number
  readonly up: number
  readonly down: number
}

const weekOf = async ({ rollout, system }: Uses<'rollout.figures' | 'system.clock'>, first: number): Promise<Week> => {
  const { zone } = system.clock
  const days = await rollout.figures.between(first, first + DAYS - 1)
  const activity = await rollout.figures.activity(zone.beginOf(first), zone.beginOf(first + DAYS))
  return { figures: sumFigures(days.values()), ...activity }
}

const share = (part: number, whole: number): number | null => (whole === 0 ? null : (part / whole) * 100)

interface Shown {
  readonly week: number
  readonly from_day: string
  readonly figures: Week
  readonly baseline: Week
  readonly is_over: boolean
}

const rowsOf = ({
  week,
  from_day,
  figures: { figures, sessions, up, down },
  baseline,
  is_over,
}: Shown): readonly Row[] => {
  const targets = targetsOf(week)
  const { answers, failed, recall_wanted, recall_used, own_ms } = figures
  const wanted_sessions =
    targets.sessions_growth_pct === undefined || baseline.sessions === 0
      ? null
      : Math.ceil(baseline.sessions * (1 + targets.sessions_growth_pct / 100))
  const median = quantileOf(own_ms, 0.5) ?? null
  const timed = Object.values(own_ms).reduce((sum, count) => sum + count, 0)
  const at = { week, from_day }
  const growth = judged(sessions, wanted_sessions, { enough: true, most: false })
  return [
    {
      ...at,
      ...growth,
      verdict: growth.verdict === 'missed' && !is_over ? 'not over' : growth.verdict,
      metric: 'active sessions',
      counted: `${counted(sessions, 'session')}; ${String(baseline.sessions)} in week 1`,
    },
    {
      ...at,
      ...judged(share(recall_used, recall_wanted), targets.recall_used_pct, {
        enough: recall_wanted >= FEWEST,
        most: false,
      }),
      metric: 'recall used',
      counted: `${String(recall_used)} of ${String(recall_wanted)} answers`,
    },
    {
      ...at,
      ...judged(share(failed, answers), targets.errors_pct, { enough: answers >= FEWEST, most: true }),
      metric: 'errors',
      counted: `${String(failed)} of ${counted(answers, 'message')}`,
    },
    {
      ...at,
      ...judged(median, targets.response_ms, { enough: timed >= FEWEST, most: true }),
      metric: 'response time',
      counted: `${String(timed)} answers`,
    },
    {
      ...at,
      ...judged(share(up, up + down), null, { enough: true, most: false }),
      metric: 'thumbs',
      counted: `${String(up)} 👍, ${String(down)} 👎`,
    },
  ]
}

/** @param most whether the target is the most that is allowed, instead of the least */
const judged = (
  value: number | null,
  target: number | null,
  { enough, most }: { readonly enough: boolean; readonly most: boolean },
): Pick<Row, 'value' | 'target' | 'verdict'> => {
  const rounded = value === null ? null : Math.round(value * 100) / 100
  if (target === null) return { value: rounded, target, verdict: 'no target' }
  if (value === null || !enough) return { value: rounded, target, verdict: 'too few' }
  return { value: rounded, target, verdict: (most ? value <= target : value >= target) ? 'met' : 'missed' }
}
