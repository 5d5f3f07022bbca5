/** `report.scheduled`: writes the reports of `reports.scheduled` to dated files. */
import { z } from 'zod'
import { actorOf, operation } from '../operation.ts'

export const reportScheduled = operation({
  summary: 'Write the reports of reports.scheduled to files',
  access: 'operator',
  effect: 'write',
  needs: 'data',
  // Where a report holds words, its writer says so in the audit log: also of those before one that failed.
  audit: 'none',
  uses: ['reports.scheduled'],
  input: z.strictObject({}),
  output: z.object({
    files: z.array(z.object({ name: z.string(), file: z.string() })).describe('none where no report is scheduled'),
  }),
  run: async ({ reports }, _input, { signal, caller }) => ({
    files: [...(await reports.scheduled.write(signal, actorOf(caller)))],
  }),
})
