/** `memory.search`: the memories of one person or group that are relevant to a question. */
import { z } from 'zod'
import { describeScope } from '../../messages/describe-scope.ts'
import { personOfScope } from '../../messages/scope.ts'
import { DenidinError } from '../../platform/errors.ts'
import { singleScope } from '../../retrieval/scope-policy.ts'
import { operation } from '../operation.ts'
import { namedScope, ownScope, scopeInput } from '../references.ts'
import { memoryRow, memoryRowSchema } from './memory-row.ts'

const QUERY_CHARACTERS = 2000

export const memorySearch = operation({
  summary:
    'Search the memories of one person or group, and what everyone may know, as recall does when they ask a question',
  access: 'anyone',
  effect: 'read',
  needs: 'data',
  audit: 'reads',
  uses: [
    'memory.facts',
    'memory.log',
    'memory.shared',
    'messages.search',
    'system.clock',
    'people.directory',
    'sessions.browser',
    'instance.godfather_phone',
  ],
  input: z.strictObject({
    query: z.string().trim().min(1).max(QUERY_CHARACTERS).describe('question or words to search for'),
    ...scopeInput,
  }),
  output: z.object({
    who: z.string().describe('whose memory was searched'),
    memories: z.array(memoryRowSchema.extend({ similarity: z.number(), recency: z.number(), score: z.number() })),
  }),
  subject: async (context, input, caller) => {
    const scope = (await namedScope(context, input, caller)) ?? (await ownScope(context, caller))
    if (scope !== undefined) return scope
    throw new DenidinError('invalid_input', 'say whose memory to search: give a person, a chat or a session id')
  },
  run: async ({ memory, messages, people, system }, { query }, { subject: scope, signal }) => {
    if (!(await memory.facts.stats()).enabled) {
      throw new DenidinError('disabled', 'long-term memory is switched off')
    }
    const person_id = personOfScope(scope)
    const call = { purpose: 'recall', signal, ...(person_id === undefined ? {} : { person_id }) } as const
    const [hits, shared] = await Promise.all([
      messages.search.search(
        singleScope(scope),
        { text: query, messages: 'none', asked_at: system.clock.now(), asker: person_id },
        { quotes: 0 },
        call,
      ),
      memory.shared.find(query, call),
    ])
    if (hits.failure !== undefined && hits.memories.length + shared.length === 0) {
      throw new DenidinError('unavailable', `the memory could not be searched: ${hits.failure}`, { retryable: true })
    }
    const at = system.clock.now()
    const found = [...hits.memories, ...shared]
    await memory.log.accessed(
      found.map(({ memory: { scope: whose, memory_id } }) => ({
        scope: whose,
        memory_id,
        type: 'search',
        at,
      })),
    )
    const memories = found.map(async ({ memory: each, similarity, recency, score }) => ({
      ...(await memoryRow(people.directory, each)),
      similarity,
      recency,
      score,
    }))
    return {
      output: { who: await describeScope(people.directory, scope), memories: await Promise.all(memories) },
      touched: [{ whose: scope, memory_ids: hits.memories.map(each => each.memory.memory_id) }],
    }
  },
})
