/** Taking facts out of a conversation on request. */
import { z } from 'zod'
import type { LearningReport } from '../../learning/learning-report.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { OperationDeps } from '../context.ts'
import { operation, type Call } from '../operation.ts'
import { subjectOf, whoseInput } from '../subject.ts'

const MOST_CHARACTERS = 50_000

const input = z.strictObject({
  session_id: z.string().min(1).optional().describe('the session to learn from, running or ended'),
  user_input: z.string().trim().min(1).max(MOST_CHARACTERS).optional().describe('or: what a person said'),
  ai_output: z.string().trim().min(1).max(MOST_CHARACTERS).optional().describe('what they were answered'),
  ...whoseInput,
  activity_score: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('how much the person has to do with it: three tenths of the importance; by default measured'),
})

type ExtractInput = z.output<typeof input>

const learn = async (deps: OperationDeps, given: ExtractInput, call: Call): Promise<LearningReport> => {
  const { learning } = deps
  const { session_id, user_input, ai_output, activity_score: activity, person } = given
  if (learning === undefined) throw new DenidinError('disabled', 'facts are not extracted')
  if ((session_id === undefined) === (user_input === undefined)) {
    throw new DenidinError('invalid_input', 'give either session_id or user_input')
  }
  if (session_id !== undefined) {
    if ((await deps.sessions.show(session_id)) === undefined) {
      throw new DenidinError('not_found', `there is no session "${session_id}"`)
    }
    return await learning.ofSession(session_id, { signal: call.signal, activity })
  }
  const { person_id, name } = (await subjectOf(deps, { person }, call.caller)).person
  const { signal } = call
  return await learning.ofText({ person_id, name, user_input: user_input ?? '', ai_output, activity, signal })
}

export const memoryExtract = operation({
  summary: 'Take facts out of a session, or out of what somebody said, and remember them',
  access: 'operator',
  effect: 'write',
  needs: 'data',
  input,
  output: z.object({
    status: z.enum(['ok', 'skipped']),
    reason: z.enum(['feature_disabled', 'nothing_new']).nullable().describe('why it was skipped'),
    llm_provider: z.string().nullable().describe('who extracted; pattern: the rules, no model'),
    extraction_time_ms: z.number().min(0),
    memory_id: z.string().nullable().describe('the first fact; null: there was none'),
    memory_ids: z.array(z.string()).describe('every fact, those that were known before included'),
    entity_ids: z.array(z.string()),
    relationship_ids: z.array(z.string()),
  }),
  run: async (deps, given, call) => {
    const { extraction_enabled } = deps.about
    if (!extraction_enabled || deps.learning === undefined) return { ...SKIPPED, reason: 'feature_disabled' as const }
    const report = await learn(deps, given, call)
    if (report.provider === undefined) return { ...SKIPPED, reason: 'nothing_new' as const }
    return {
      status: 'ok' as const,
      reason: null,
      llm_provider: report.provider,
      extraction_time_ms: report.extraction_time_ms,
      memory_id: report.memory_ids[0] ?? null,
      memory_ids: [...report.memory_ids],
      entity_ids: [...report.entity_ids],
      relationship_ids: [...report.relationship_ids],
    }
  },
})

const SKIPPED = {
  status: 'skipped' as const,
  llm_provider: null,
  extraction_time_ms: 0,
  memory_id: null,
  memory_ids: [],
  entity_ids: [],
  relationship_ids: [],
}
