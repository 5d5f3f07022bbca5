/** The common parts of operations on a task: its agent, its text, its complexity, and the figures about it. */
import { z } from 'zod'
import type { Task } from '../../budget/task-budget.ts'
import { COMPLEXITIES } from '../../text/complexity/complexity.ts'

export const MOST_TASK_CHARACTERS = 10_000

/** Names of folders: without `.` or `..`, and without special characters. */
const FOLDER = String.raw`(?!\.{1,2}(?:/|$))[^/\\\p{Cc}]+`
const NAME = new RegExp(`^${FOLDER}$`, 'u')
const FULL_NAME = new RegExp(`^${FOLDER}(?:/${FOLDER})*$`, 'u')

/** A share for output, with two decimals. */
export const roundedShare = (share: number): number => Math.round(share * 100) / 100

export const taskInput = {
  agent_name: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .regex(FULL_NAME, 'a name such as dbt-expert or specialists/dbt-expert')
    .optional()
    .describe('agent, such as dbt-expert or roles/data-architect-role'),
  agent_type: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .regex(NAME, 'a type such as specialists or roles')
    .optional()
    .describe('type of the agent: specialists or roles'),
  task: z.string().max(MOST_TASK_CHARACTERS).optional().describe('what is to be done, in words'),
  complexity: z.enum(COMPLEXITIES).optional().describe('complexity, whatever the words of the task say'),
  max_tokens: z
    .int()
    .min(1)
    .max(10_000_000)
    .optional()
    .describe('most tokens; with --no-profiles, or without an agent, the budget itself'),
  detailed: z.boolean().default(false).describe('show everything that led to the result'),
  profiles: z.boolean().default(true).describe('calculate the budget from profiles'),
}

type TaskInput = z.output<z.ZodObject<typeof taskInput>>

/** @param use_profiles `budget.use_profiles` */
export const taskOf = (
  { agent_name, agent_type, task, complexity, max_tokens, profiles }: TaskInput,
  use_profiles: boolean,
): Task => ({
  agent: agent_name === undefined ? undefined : { name: agent_name, type: agent_type },
  text: task,
  complexity,
  max_tokens,
  use_profiles: use_profiles && profiles,
})
