/** `health`: the health of every component and nothing else, for monitors. */
import { z } from 'zod'
import { worstState } from '../../platform/health.ts'
import { operation } from '../operation.ts'
import { componentSchema, examineAll, troubleIn } from './instance-health.ts'

export const health = operation({
  summary: 'Show whether every component is well, for monitors',
  access: 'godfather',
  effect: 'read',
  needs: 'data',
  audit: 'none',
  uses: ['instance.started_at', 'system.checks', 'system.clock'],
  input: z.strictObject({}),
  output: z.object({
    state: z.enum(['ok', 'degraded', 'down']).describe('worst state of any component'),
    parts: z.array(componentSchema),
  }),
  failure: ({ parts }) => troubleIn(parts),
  run: async (context, _input, { caller }) => {
    const parts = await examineAll(context, caller)
    return { state: worstState(parts.map(({ state }) => state)), parts: [...parts] }
  },
})
