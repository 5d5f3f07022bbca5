/** `budget.profiles`: the current budget profiles, and which agents have them. */
import { z } from 'zod'
import { DenidinError } from '../../platform/errors.ts'
import { operation } from '../operation.ts'

export const budgetProfiles = operation({
  summary: 'List the budget profiles and their agents',
  access: 'operator',
  effect: 'read',
  needs: 'data',
  audit: 'none',
  uses: ['budget.profiles'],
  input: z.strictObject({}),
  output: z.object({
    profiles: z.array(
      z.object({
        profile: z.string(),
        base_budget: z.number(),
        max_budget: z.number(),
        agents: z.array(z.string()),
      }),
    ),
    problem: z.string().optional().describe('the error in the file; the last valid profiles apply'),
  }),
  failure: ({ problem }) => problem,
  run: async ({ budget }) => {
    const { profiles, problem } = budget.profiles.current()
    if (profiles === undefined) throw new DenidinError('invalid_config', problem ?? 'there are no budget profiles')
    return {
      profiles: Object.entries(profiles.profiles).map(([profile, { base_budget, max_budget }]) => ({
        profile,
        base_budget,
        max_budget,
        agents: Object.keys(profiles.agent_assignments).filter(each => profiles.agent_assignments[each] === profile),
      })),
      ...(problem === undefined ? {} : { problem }),
    }
  },
})
