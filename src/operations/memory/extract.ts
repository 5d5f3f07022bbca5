/** `memory.extract`: extracts facts from a session or a text on request. */
import { z } from 'zod'
import type { LearningReport } from '../../learning/learning-report.ts'
import { scopeOfPerson, type Scope } from '../../messages/scope.ts'
import type { Person } from '../../people/person.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { Uses } from '../context.ts'
import { operation, type Call, type Caller } from '../operation.ts'
import { referenceField, terminalPhone } from '../references.ts'
import { resolveSubject, SUBJECT_FIELDS, subjectInput } from '../subject.ts'

const MOST_CHARACTERS = 50_000

const input = z.strictObject({
  session_id: referenceField.optional().describe('session to extract from, active or ended'),
  user_input: z.string().trim().min(1).max(MOST_CHARACTERS).optional().describe('instead: what a person said'),
  ai_output: z.string().trim().min(1).max(MOST_CHARACTERS).optional().describe('what the person was answered'),
  ...subjectInput,
  activity_score: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('how involved the person was; counts for 30 % of the importance (default: measured)'),
})

type ExtractInput = z.output<typeof input>
type Context = Uses<(typeof SUBJECT_FIELDS)[number] | 'sessions.browser' | 'memory.learning' | 'messages.imports'>

interface Learned {
  readonly whose: Scope
  readonly report: LearningReport
}

const learnFromSession = async (context: Context, session_id: string, given: ExtractInput, signal: AbortSignal) => {
  const session = await context.sessions.browser.show(session_id)
  if (session === undefined) throw new DenidinError('not_found', `there is no session "${session_id}"`)
  const { activity_score: activity } = given
  const report = await context.memory.learning.ofSession(session_id, { signal, activity })
  return { whose: session.scope, report }
}

/** Who said a text. On a fresh installation, the operator's own person is met here for the first time. */
const speakerOf = async (context: Context, reference: string | undefined, caller: Caller): Promise<Person> => {
  if (reference === undefined && caller.level === 'operator') {
    const phone = terminalPhone(context)
    const known = await context.people.directory.lookUp(phone)
    return known ?? (await context.messages.imports.people.resolve({ identities: [{ kind: 'phone', value: phone }] }))
  }
  return (await resolveSubject(context, { person: reference }, caller)).person
}

const learn = async (context: Context, given: ExtractInput, { caller, signal }: Call): Promise<Learned> => {
  const { session_id, user_input, ai_output, activity_score: activity, person: reference } = given
  if ((session_id === undefined) === (user_input === undefined)) {
    throw new DenidinError(
      'invalid_input',
      'give either a session id (session_id) or what the person said (user_input), not both',
    )
  }
  if (session_id !== undefined) return await learnFromSession(context, session_id, given, signal)
  const person = await speakerOf(context, reference, caller)
  const { person_id, name } = person
  const text = { person_id, name, user_input: user_input ?? '', ai_output, activity, signal }
  return { whose: scopeOfPerson(person_id), report: await context.memory.learning.ofText(text) }
}

const SKIPPED = {
  status: 'skipped' as const,
  llm_provider: null,
  extraction_time_ms: 0,
  memory_id: null,
  memory_ids: [],
  entity_ids: [],
  relationship_ids: [],
}

export const memoryExtract = operation({
  summary: 'Extract facts from a session, or from what a person said, and remember them',
  access: 'operator',
  effect: 'write',
  needs: 'data',
  audit: 'changes',
  uses: [...SUBJECT_FIELDS, 'instance.extraction_enabled', 'sessions.browser', 'memory.learning', 'messages.imports'],
  input,
  output: z.object({
    status: z.enum(['ok', 'skipped']),
    reason: z.enum(['feature_disabled', 'nothing_new']).nullable().describe('why it was skipped'),
    llm_provider: z.string().nullable().describe('provider that extracted; pattern: the built-in rules, no model'),
    extraction_time_ms: z.number().min(0),
    memory_id: z.string().nullable().describe('the first fact, or null if there was none'),
    memory_ids: z.array(z.string()).describe('all facts, including those already known'),
    entity_ids: z.array(z.string()),
    relationship_ids: z.array(z.string()),
  }),
  run: async (context, given, call) => {
    if (!context.instance.extraction_enabled || !context.memory.learning.enabled) {
      return { output: { ...SKIPPED, reason: 'feature_disabled' as const }, touched: [] }
    }
    const { whose, report } = await learn(context, given, call)
    const { provider, extraction_time_ms } = report
    const memory_ids = [...report.memory_ids]
    // A model may have read the conversation even if it learned nothing new.
    const touched = [{ whose, memory_ids }]
    if (provider === undefined) return { output: { ...SKIPPED, reason: 'nothing_new' as const }, touched }
    return {
      output: {
        status: 'ok' as const,
        reason: null,
        llm_provider: provider,
        extraction_time_ms,
        memory_id: memory_ids[0] ?? null,
        memory_ids,
        entity_ids: [...report.entity_ids],
        relationship_ids: [...report.relationship_ids],
      },
      touched,
    }
  },
})
