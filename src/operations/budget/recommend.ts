/** `budget.recommend`: which profiles, budgets and weights would suit the use of the last days; writes them on request. */
import { z } from 'zod'
import type { ProfileEdit } from '../../budget/profiles/edit-profiles.ts'
import type { WrittenProfiles } from '../../budget/profiles/profile-file.ts'
import { analyseUsage } from '../../budget/usage/read-usage.ts'
import { budgetsToday, recommend, suggestForPeople, type Recommendation } from '../../budget/usage/recommend.ts'
import { lastDays } from '../../budget/usage/usage-days.ts'
import { DenidinError } from '../../platform/errors.ts'
import { operation } from '../operation.ts'
import { noticeOf } from './usage.ts'
import {
  agentField,
  daysField,
  personRow,
  personRowSchema,
  recommendationRow,
  recommendationSchema,
} from './usage-rows.ts'

const DAYS = 30
/** People that are listed. */
const MOST_PEOPLE = 50

export const budgetRecommend = operation({
  summary:
    'Recommend budget profiles and weights from how budgets were used; with --apply, write them to the profile file',
  access: 'operator',
  effect: 'write',
  needs: 'data',
  audit: 'none',
  uses: [
    'budget.usageFile',
    'budget.profiles',
    'budget.profileFile',
    'budget.settings',
    'budget.caps',
    'people.directory',
    'system.clock',
  ],
  input: z.strictObject({
    days: daysField.default(DAYS).describe('today and the days before it, so many in all'),
    agent: agentField,
    apply: z.boolean().default(false).describe('write the recommendations to the profile file'),
  }),
  output: z.object({
    executions: z.int().min(0),
    notice: z.string().optional(),
    recommendations: z.array(recommendationSchema),
    people: z.array(personRowSchema).optional().describe('budgets that would suit single people'),
    applied: z.int().min(0).optional(),
    file: z.string().optional().describe('the file that was written'),
    previous: z.string().optional().describe('where the file before is'),
  }),
  confirm: ({ apply }) => apply,
  run: async ({ budget, people, system }, { days, agent, apply }, { signal }) => {
    const { profiles, problem } = budget.profiles.current()
    // What a broken file says is not known, so that no change of it can be right.
    if (profiles === undefined || (apply && problem !== undefined)) {
      throw new DenidinError('invalid_config', problem ?? 'there are no budget profiles')
    }
    const { clock } = system
    const deps = { profiles, caps: budget.caps }
    const report = await analyseUsage(
      budget.usageFile,
      { ...lastDays(clock.zone, clock.now(), days), agent },
      { signal, budgetToday: budgetsToday(profiles, budget.caps) },
    )
    const found = recommend(report, deps)
    const written = apply && found.length > 0 ? await budget.profileFile.edit(found.flatMap(editsFor)) : undefined
    const suggestions = suggestForPeople(report, deps).slice(0, MOST_PEOPLE)
    const rows = suggestions.map(async each => personRow(each, (await people.directory.find(each.person_id))?.name))
    const { min_samples } = profiles.tuning
    const few = report.agents.filter(({ executions }) => executions < min_samples).length
    const notices = [
      noticeOf(report, { days, agent, is_on: budget.settings.usage.log }),
      few === 0 ? undefined : `Agents with fewer than ${String(min_samples)} uses were left out (${String(few)}).`,
      written?.comments_lost === true ? 'The comments of the file are lost; the file before has them.' : undefined,
      apply && found.length === 0 ? 'There was nothing to apply.' : undefined,
    ].filter(each => each !== undefined)
    return {
      executions: report.overall.executions,
      ...(notices.length === 0 ? {} : { notice: notices.join(' ') }),
      recommendations: found.map(recommendationRow),
      ...(rows.length === 0 ? {} : { people: await Promise.all(rows) }),
      ...appliedFields(written, found.length),
    }
  },
})

const appliedFields = (
  written: WrittenProfiles | undefined,
  applied: number,
): { readonly applied?: number; readonly file?: string; readonly previous?: string } =>
  written === undefined
    ? {}
    : { applied, file: written.path, ...(written.previous === undefined ? {} : { previous: written.previous }) }

const editsFor = ({ agent, profile, target }: Recommendation): readonly ProfileEdit[] => {
  const { name, exists, base_budget, max_budget, scope_weights } = target
  const value = { base_budget, max_budget, scope_weights }
  return [...(exists ? [] : [{ profile: name, value }]), ...(name === profile ? [] : [{ agent, assigned: name }])]
}
