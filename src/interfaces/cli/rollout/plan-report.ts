/** The guides of a rollout as a checklist: what is done, what is open, and the command for each step. */
import type { z } from 'zod'
import { rolloutPlan } from '../../../operations/rollout/plan.ts'
import { printable, type Report } from '../render.ts'

type Plan = z.output<typeof rolloutPlan.output>
type Step = Plan['seven_days'][number]

const MARKS: Readonly<Record<Step['state'], string>> = { done: '[x]', open: '[ ]', look: '[?]' }

/** In a pipe: one line per step, with tabs between its fields. */
export const planReport: Report = (output, _input, { terminal }) => {
  const { seven_days, three_phases, rollback, notes } = rolloutPlan.output.parse(output)
  if (!terminal) {
    const rows = [...seven_days, ...three_phases].map(({ part, state, step, command }) => [part, state, step, command])
    const back = rollback.map(({ step, command }) => ['rollback', 'look', step, command])
    return { out: [...rows, ...back].map(row => `${row.map(each => printable(each ?? '')).join('\t')}\n`).join('') }
  }
  const parts = [
    guide('The guide of seven days', seven_days),
    guide('The guide of three phases', three_phases),
    ['Rollback', ...rollback.flatMap(({ step, command }) => [`  ${step}`, `      ${command}`])].join('\n'),
    `[x] done   [ ] open   [?] see for yourself\n${notes}`,
  ]
  return { out: `${parts.join('\n\n')}\n` }
}

const guide = (title: string, steps: readonly Step[]): string =>
  [
    title,
    ...[...Map.groupBy(steps, ({ part }) => part)].flatMap(([part, members]) => [
      `  ${part}`,
      ...members.flatMap(({ state, step, command }) => [
        `    ${MARKS[state]} ${printable(step)}`,
        ...(command === null ? [] : [`        ${printable(command)}`]),
      ]),
    ]),
  ].join('\n')
