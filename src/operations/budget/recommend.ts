/**
 * `budget.recommend`: the profiles, budgets and weights that would suit the usage of the last days; writes them on
 * request.
 */
import { z } from 'zod'
import type { ProfileEdit } from '../../budget/profiles/edit-profiles.ts'
import type { WrittenProfiles } from '../../budget/profiles/profile-file.ts'
import { analyseUsage } from '../../budget/usage/read-usage.ts'
import { budgetsToday, recommend, suggestForPeople, type Recommendation } from '../../budget/usage/recommend.ts'
import { lastDays } from '../../budget/usage/usage-days.ts'
import { counted } from '../../platform/counted.ts'
import { DenidinError } from '../../platform/errors.ts'
import { costSavings } from '../../usage/cost-savings.ts'
import { unitsOf } from '../../usage/prices/amount.ts'
import type { Uses } from '../context.ts'
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
/** Most people that are listed. */
const MOST_PEOPLE = 50

export const budgetRecommend = operation({
  summary:
    'Recommend budget profiles and weights from how budgets were used; with --apply, write them to the profile file',
  access: 'operator',
  effect: 'write',
  needs: 'data',
  audit: 'none',
  uses: [
    'analysis.usage',
    'budget.profiles',
    'analysis.profileFile',
    'budget.settings',
    'analysis.caps',
    'costs.totals',
    'costs.prices',
    'analysis.models',
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
    savings: z
      .array(
        z.object({
          model: z.string(),
          cheaper_model: z.string(),
          calls: z.int().min(0),
          cost: z.number(),
          would_cost: z.number(),
          currency: z.string().nullable(),
        }),
      )
      .optional()
      .describe(
        'configured models that would have cost less for the same tokens; no price says how good their answers are',
      ),
    applied: z.int().min(0).optional(),
    file: z.string().optional().describe('the file that was written'),
    previous: z.string().optional().describe('where the file before is'),
  }),
  confirm: ({ apply }) => apply,
  run: async ({ analysis, budget, costs, people, system }, { days, agent, apply }, { signal }) => {
    const { profiles, problem } = budget.profiles.current()
    // The content of an invalid file is unknown, so no change of it can be right.
    if (profiles === undefined || (apply && problem !== undefined)) {
      throw new DenidinError('invalid_config', problem ?? 'there are no budget profiles')
    }
    const { clock } = system
    const deps = { profiles, caps: analysis.caps }
    const report = await analyseUsage(
      analysis.usage,
      { ...lastDays(clock.zone, clock.now(), days), agent },
      { signal, budgetToday: budgetsToday(profiles, analysis.caps) },
    )
    const found = recommend(report, deps)
    const written = apply && found.length > 0 ? await analysis.profileFile.edit(found.flatMap(editsFor)) : undefined
    const suggestions = suggestForPeople(report, deps).slice(0, MOST_PEOPLE)
    const rows = suggestions.map(async each => personRow(each, (await people.directory.find(each.person_id))?.name))
    const { min_samples } = profiles.tuning
    const few = report.agents.filter(({ executions }) => executions < min_samples).length
    const savings = agent === undefined ? await savingsOf({ analysis, costs, system }, days, min_samples) : []
    const notices = [
      noticeOf(report, { days, agent, is_on: budget.settings.usage.log }),
      few === 0 ? undefined : `Agents with fewer than ${counted(min_samples, 'use')} were left out (${String(few)}).`,
      written?.comments_lost === true ? 'The comments of the file are lost; the file before has them.' : undefined,
      apply && found.length === 0 ? 'There was nothing to apply.' : undefined,
    ].filter(each => each !== undefined)
    return {
      executions: report.overall.executions,
      ...(notices.length === 0 ? {} : { notice: notices.join(' ') }),
      recommendations: found.map(recommendationRow),
      ...(rows.length === 0 ? {} : { people: await Promise.all(rows) }),
      ...(savings.length === 0 ? {} : { savings }),
      ...appliedFields(written, found.length),
    }
  },
})

const savingsOf = async (
  { analysis, costs, system: { clock } }: Uses<'costs.totals' | 'costs.prices' | 'analysis.models' | 'system.clock'>,
  days: number,
  least_calls: number,
) => {
  const totals = await costs.totals.costs(clock.zone.lastDays(clock.now(), days), 'model')
  const found = costSavings(totals, analysis.models, { prices: costs.prices, least_calls })
  return found.map(({ cost, would_cost, currency, ...saving }) => ({
    ...saving,
    cost: unitsOf(cost),
    would_cost: unitsOf(would_cost),
    currency: currency ?? null,
  }))
}

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
