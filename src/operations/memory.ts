/** Long-term memory. */
import { z } from 'zod'
import { CATEGORIES, MEMORY_KINDS, type MemoryRecord } from '../memory/memory.ts'
import { singleScope } from '../retrieval/scope-policy.ts'
import { personOfScope } from '../messages/scope.ts'
import type { People } from '../people/people.ts'
import { DenidinError } from '../platform/errors.ts'
import { operation } from './operation.ts'
import { pageInput, pageOutput, readPage } from './paging.ts'
import { isoTime, namedScope, ownScope, scopeInput } from './references.ts'
import { describeScope } from '../messages/describe-scope.ts'

const QUERY_CHARACTERS = 2000

const shown = z.object({
  memory_id: z.string(),
  who: z.string().describe('the person, or the group'),
  kind: z.enum(MEMORY_KINDS),
  category: z.enum(CATEGORIES),
  said_from: z.string(),
  said_to: z.string(),
  valid_to: z.string().nullable().describe('since when it holds no more'),
  text: z.string(),
})

const show = async (people: Pick<People, 'find'>, memory: MemoryRecord): Promise<z.output<typeof shown>> => ({
  memory_id: memory.memory_id,
  who: await describeScope(people, memory.scope),
  kind: memory.kind,
  category: memory.category,
  said_from: isoTime(memory.said_from),
  said_to: isoTime(memory.said_to),
  valid_to: memory.valid_to === undefined ? null : isoTime(memory.valid_to),
  text: memory.text,
})

export const memoryList = operation({
  summary: 'List memories, newest first',
  access: 'anyone',
  effect: 'read',
  needs: 'data',
  input: z.strictObject({ ...scopeInput, ...pageInput }),
  output: z.object({ memories: z.array(shown), ...pageOutput }),
  run: async (deps, input, { caller }) => {
    const named = await namedScope(deps, input, caller)
    const scope = named ?? (caller.level === 'operator' ? 'all' : await ownScope(deps, caller))
    if (scope === undefined) return { memories: [], next: null }
    const { rows, next } = await readPage(
      input,
      page => deps.memory.list(scope, page),
      row => row.memory_id,
    )
    return { memories: await Promise.all(rows.map(row => show(deps.people, row))), next }
  },
})

export const memorySearch = operation({
  summary: 'Search the memories of one person or group by meaning, as a question from them would',
  access: 'anyone',
  effect: 'read',
  needs: 'data',
  input: z.strictObject({
    query: z.string().trim().min(1).max(QUERY_CHARACTERS).describe('what to look for'),
    ...scopeInput,
  }),
  output: z.object({
    who: z.string().describe('whose memory was searched'),
    memories: z.array(shown.extend({ similarity: z.number(), recency: z.number(), score: z.number() })),
  }),
  run: async (deps, { query, ...reference }, { caller, signal }) => {
    const scope = (await namedScope(deps, reference, caller)) ?? (await ownScope(deps, caller))
    if (scope === undefined) {
      throw new DenidinError('invalid_input', 'name whose memory to search: a person, a chat or a session id')
    }
    if (!(await deps.memory.stats()).enabled) throw new DenidinError('disabled', 'long-term memory is switched off')
    const person_id = personOfScope(scope)
    const hits = await deps.search.search(
      singleScope(scope),
      { text: query, messages: 'none', asked_at: deps.clock.now(), asker: person_id },
      { quotes: 0 },
      { purpose: 'recall', signal, ...(person_id === undefined ? {} : { person_id }) },
    )
    if (hits.failure !== undefined) {
      throw new DenidinError('unavailable', `the memory could not be searched: ${hits.failure}`, { retryable: true })
    }
    const at = deps.clock.now()
    await deps.yours.memoryLog.accessed(
      hits.memories.map(({ memory }) => ({
        scope: memory.scope,
        memory_id: memory.memory_id,
        type: 'search',
        at,
      })),
    )
    return {
      who: await describeScope(deps.people, scope),
      memories: await Promise.all(
        hits.memories.map(async ({ memory, similarity, recency, score }) => ({
          ...(await show(deps.people, memory)),
          similarity,
          recency,
          score,
        })),
      ),
    }
  },
})

export const memoryStats = operation({
  summary: 'Count what is remembered and show how the index is',
  access: 'godfather',
  effect: 'read',
  needs: 'data',
  input: z.strictObject({}),
  output: z.object({
    enabled: z.boolean(),
    memories: z.int().min(0),
    scopes: z.int().min(0).describe('persons and groups that have memories'),
    pending_embedding: z.int().min(0),
    pending_index: z.int().min(0),
    space: z.string().describe('the embedding model whose vectors are used'),
    min_similarity: z.number(),
    message_vectors: z.int().min(0).describe('messages that are found by meaning'),
    pending_messages: z.int().min(0).describe('messages that have no vector yet'),
    rebuild_left: z.int().min(0).describe('vectors left to a rebuild that was cut off'),
    spaces: z.array(
      z.object({ space: z.string(), vectors: z.int().min(0), use: z.enum(['present', 'former', 'unused']) }),
    ),
    index_state: z.enum(['ok', 'degraded', 'down', 'off']),
    index_detail: z.string(),
  }),
  run: async ({ memory, maintenance: upkeep }) => {
    const { index, ...stats } = await memory.stats()
    const { spaces, ...vectors } = await upkeep.stats()
    return { ...stats, ...vectors, spaces: [...spaces], index_state: index.state, index_detail: index.detail }
  },
})
