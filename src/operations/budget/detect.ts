/** `budget.detect`: the complexity of a task, and the signals for it. */
import { z } from 'zod'
import { COMPLEXITIES } from '../../text/complexity/complexity.ts'
import { detectComplexity } from '../../text/complexity/detect-complexity.ts'
import { operation } from '../operation.ts'
import { MOST_TASK_CHARACTERS, roundedShare } from './task-input.ts'

export const budgetDetect = operation({
  summary: 'Detect how complex a task is',
  access: 'operator',
  effect: 'read',
  needs: 'data',
  audit: 'none',
  uses: [],
  input: z.strictObject({
    task: z.string().min(1).max(MOST_TASK_CHARACTERS).describe('what is to be done, in words'),
    agents: z.int().min(1).max(1000).default(1).describe('agents that work on it together'),
    previous: z.enum(COMPLEXITIES).optional().describe('complexity of the task before'),
  }),
  output: z.object({
    complexity: z.enum(COMPLEXITIES),
    confidence: z.number().describe('from 0.5, a guess, to 1'),
    signals: z.array(z.object({ complexity: z.enum(COMPLEXITIES), weight: z.number(), because: z.string() })),
  }),
  run: async (_context, { task, agents, previous }) => {
    const { complexity, confidence, signals } = detectComplexity(task, {
      agents,
      ...(previous === undefined ? {} : { previous }),
    })
    return { complexity, confidence: roundedShare(confidence), signals: [...signals] }
  },
})
