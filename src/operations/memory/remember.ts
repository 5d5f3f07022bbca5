/** `memory.remember`: stores a text verbatim. */
import { z } from 'zod'
import { PLAIN_MEMORY, type MemoryRecord } from '../../memory/memory.ts'
import { DenidinError } from '../../platform/errors.ts'
import { operation } from '../operation.ts'
import { resolveSubject, SUBJECT_FIELDS, subjectInput } from '../subject.ts'

const TEXT_CHARACTERS = 4000

export const memoryRemember = operation({
  summary: 'Remember a text word for word',
  access: 'anyone',
  effect: 'write',
  needs: 'data',
  audit: 'changes',
  uses: [...SUBJECT_FIELDS, 'memory.facts', 'rollout.stages', 'system.clock', 'system.ids'],
  input: z.strictObject({
    text: z.string().trim().min(1).max(TEXT_CHARACTERS).describe('what to remember'),
    ...subjectInput,
  }),
  output: z.object({ memory_id: z.string(), text: z.string() }),
  subject: resolveSubject,
  run: async ({ memory, rollout, system }, { text }, { subject: { person, scope, command_ids } }) => {
    if (!(await memory.facts.stats()).enabled) {
      throw new DenidinError('disabled', 'long-term memory is switched off')
    }
    if (!(await rollout.stages.has('enable_memory_system', scope))) {
      throw new DenidinError('disabled', 'this conversation has no memory yet: see "denidin rollout status"')
    }
    const at = system.clock.now()
    const [source] = command_ids
    const record: MemoryRecord = {
      ...PLAIN_MEMORY,
      // If the command is repeated after a crash, the memory already exists.
      memory_id: source === undefined ? system.ids.uuid() : `explicit-${source}`,
      scope,
      person_ids: [person.person_id],
      kind: 'explicit',
      category: 'facts',
      text,
      quote: text,
      sources: command_ids,
      session_id: undefined,
      importance: 1,
      said_from: at,
      said_to: at,
      valid_from: at,
      created_at: at,
    }
    await memory.facts.store(record)
    const { memory_id } = record
    return { output: { memory_id, text }, touched: [{ whose: scope, memory_ids: [memory_id] }] }
  },
})
