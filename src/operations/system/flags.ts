/** `flags`: the feature flags, where their values come from, and whether they have an effect. */
import { z } from 'zod'
import { operation } from '../operation.ts'

export const flags = operation({
  summary: 'List the feature flags: value, where it comes from, and whether it has an effect',
  access: 'godfather',
  effect: 'read',
  needs: 'data',
  audit: 'none',
  uses: ['instance.flags'],
  input: z.strictObject({}),
  output: z.object({
    flags: z.array(
      z.object({
        name: z.string().describe('key below feature_flags'),
        value: z.boolean(),
        effective: z.boolean().describe('whether the feature works now'),
        from: z.enum(['environment', 'env_file', 'file', 'default']).describe('where the value comes from'),
        variable: z.string().nullable().describe('the variable, for a value of the environment or of .env'),
        reason: z.string().nullable().describe('why a flag that is on has no effect'),
      }),
    ),
  }),
  run: async ({ instance }) => ({
    flags: instance.flags.map(({ variable, reason, ...flag }) => ({
      ...flag,
      variable: variable ?? null,
      reason: reason ?? null,
    })),
  }),
})
