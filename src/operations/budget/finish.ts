/** `budget.finish`: reports how the work ended for which patterns were loaded. */
import { z } from 'zod'
import { operation } from '../operation.ts'

export const budgetFinish = operation({
  summary: 'Finish a load of patterns that was kept open',
  access: 'operator',
  effect: 'write',
  needs: 'data',
  audit: 'none',
  uses: ['budget.patterns'],
  input: z.strictObject({
    usage_id: z.string().trim().min(1).max(200).describe('id that "budget load --keep-open" printed'),
    failed: z.boolean().default(false).describe('the work failed'),
    error: z.string().trim().min(1).max(1000).optional().describe('why the work failed; implies --failed'),
  }),
  output: z.object({ usage_id: z.string(), success: z.boolean() }),
  run: async ({ budget }, { usage_id, failed, error }) => {
    const success = !failed && error === undefined
    await budget.patterns.finish(usage_id, { success, error })
    return { usage_id, success }
  },
})
