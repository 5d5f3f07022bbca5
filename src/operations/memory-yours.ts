/** A person's own memory: looking at it, adding to it, and why a reply was as it was. */
import { z } from 'zod'
import type { ListedItem } from '../memory/numbered-lists.ts'
import { PLAIN_MEMORY, type MemoryRecord } from '../memory/memory.ts'
import { personOfScope } from '../messages/scope.ts'
import { DenidinError } from '../platform/errors.ts'
import type { Quote } from '../retrieval/quote.ts'
import { ownSearchScope } from '../retrieval/scope-policy.ts'
import type { OperationDeps } from './dependencies.ts'
import { operation, type Call } from './operation.ts'
import { isoTime } from './references.ts'
import { describePerson, describeScope } from '../messages/describe-scope.ts'
import { itemSchema, speakerOf, SPEAKERS, subjectOf, whoseInput, type Subject } from './yours.ts'

const QUERY_CHARACTERS = 2000
const TEXT_CHARACTERS = 4000
const SHOWN_DEFAULT = 20
const SHOWN_MOST = 100
/** Messages that a list with words shows besides memories. */
const MESSAGES_SHOWN = 10

type Item = z.output<typeof itemSchema>
type Unnumbered = Omit<Item, 'number'> & { readonly at: number; readonly listed: ListedItem }

const fromMemory = (memory: MemoryRecord, { person }: Subject): Unnumbered => ({
  kind: 'memory',
  id: memory.memory_id,
  text: memory.text,
  at: memory.said_to,
  by: speakerOf(memory, person),
  said_at: isoTime(memory.said_to),
  in_group: personOfScope(memory.scope) === undefined,
  listed: { kind: 'memory', id: memory.memory_id, scope: memory.scope },
})

const fromQuote = ({ message_id, scope, person_id, sent_at, text }: Quote, { person }: Subject): Unnumbered => ({
  kind: 'message',
  id: message_id,
  text,
  at: sent_at,
  said_at: isoTime(sent_at),
  by: person_id === person.person_id ? 'you' : 'others',
  in_group: personOfScope(scope) === undefined,
  listed: { kind: 'message', id: message_id, scope },
})

const newest = async (deps: OperationDeps, { scope }: Subject, limit: number): Promise<readonly MemoryRecord[]> => {
  const page = { limit, current: true }
  const speaker = personOfScope(scope)
  const elsewhere = speaker === undefined ? [] : await deps.yours.memories.ofSpeaker(speaker, page)
  return [...(await deps.yours.memories.list(scope, page)), ...elsewhere]
}

const withWords = async (
  deps: OperationDeps,
  subject: Subject,
  query: string,
  { signal }: Call,
): Promise<readonly Unnumbered[]> => {
  const { person, scope, place } = subject
  const { memories, quotes } = await deps.search.search(
    ownSearchScope(scope),
    { text: query, messages: 'all_words', asked_at: deps.clock.now(), asker: person.person_id },
    { quotes: MESSAGES_SHOWN, exclude: new Set(subject.request) },
    { purpose: 'recall', person_id: person.person_id, chat_id: place.chat_id, signal },
  )
  return [
    ...memories.map(({ memory }) => fromMemory(memory, subject)),
    ...quotes.map(quote => fromQuote(quote, subject)),
  ]
}

export const memoryAbout = operation({
  summary: 'List what is remembered of a person, newest first, or what bears on some words; the numbers go with forget',
  access: 'anyone',
  effect: 'read',
  needs: 'data',
  input: z.strictObject({
    query: z.string().trim().min(1).max(QUERY_CHARACTERS).optional().describe('words to look for, in messages too'),
    ...whoseInput,
    limit: z.int().min(1).max(SHOWN_MOST).default(SHOWN_DEFAULT).describe('how many at most'),
  }),
  output: z.object({ who: z.string(), items: z.array(itemSchema), learn: z.boolean().describe('see people privacy') }),
  run: async (deps, input, call) => {
    const subject = await subjectOf(deps, input, call.caller)
    const found =
      input.query === undefined
        ? (await newest(deps, subject, input.limit))
            .map(memory => fromMemory(memory, subject))
            .sort((a, b) => b.at - a.at)
        : await withWords(deps, subject, input.query, call)
    const shown = found.slice(0, input.limit)
    await deps.yours.listings.keep(
      subject.place,
      shown.map(each => each.listed),
    )
    const memory_ids = shown.filter(each => each.kind === 'memory').map(each => each.id)
    deps.yours.audit.write({ operation: 'memory.about', by: subject.by, whose: subject.scope, memory_ids })
    const at = deps.clock.now()
    await deps.yours.memoryLog.accessed(
      memory_ids.map(memory_id => ({
        scope: subject.scope,
        memory_id,
        type: input.query === undefined ? 'show' : 'search',
        at,
      })),
    )
    return {
      who: describePerson(subject.person),
      items: shown.map(({ at: _at, listed: _listed, ...item }, index) => ({ number: index + 1, ...item })),
      learn: (await deps.yours.preferences.of(subject.person.person_id)).learn,
    }
  },
})

export const memoryShow = operation({
  summary: 'Show one memory with its quote, its validity and where it came from',
  access: 'operator',
  effect: 'read',
  needs: 'data',
  input: z.strictObject({ memory_id: z.string().min(1).describe('the memory') }),
  output: z.object({
    memory_id: z.string(),
    who: z.string(),
    kind: z.string(),
    category: z.string(),
    tier: z.string(),
    importance: z.number(),
    said_from: z.string(),
    said_to: z.string(),
    valid_from: z.string(),
    valid_to: z.string().nullable().describe('since when it holds no more'),
    supersedes: z.string().nullable().describe('the memory that it ended'),
    merged_into: z.string().nullable().describe('the memory that says the same and stands for it'),
    text: z.string(),
    quote: z.string().nullable(),
    session_id: z.string().nullable(),
    sources: z.array(z.object({ message_id: z.string() })),
    entities: z.array(z.object({ kind: z.string(), value: z.string() })),
    merged: z
      .array(
        z.object({
          memory_id: z.string(),
          text: z.string(),
          quote: z.string().nullable(),
          reason: z.string(),
          at: z.string(),
        }),
      )
      .describe('memories that it stands for'),
  }),
  run: async (deps, { memory_id }) => {
    const scope = (await deps.yours.memories.scopesOf([memory_id])).get(memory_id)
    const [memory] = scope === undefined ? [] : await deps.yours.memories.get(scope, [memory_id])
    if (memory === undefined) throw new DenidinError('not_found', `there is no memory "${memory_id}"`)
    deps.yours.audit.write({ operation: 'memory.show', by: 'operator', whose: memory.scope, memory_ids: [memory_id] })
    const { kind, category, tier, importance, text, quote = null, supersedes = null, session_id = null } = memory
    const merges = await deps.yours.memories.mergesInto(memory_id)
    const behind = await deps.yours.memories.get(
      memory.scope,
      merges.map(each => each.memory_id),
    )
    const words = new Map(behind.map(each => [each.memory_id, each]))
    return {
      memory_id,
      who: await describeScope(deps.people, memory.scope),
      kind,
      category,
      tier,
      importance,
      said_from: isoTime(memory.said_from),
      said_to: isoTime(memory.said_to),
      valid_from: isoTime(memory.valid_from),
      valid_to: memory.valid_to === undefined ? null : isoTime(memory.valid_to),
      text,
      quote,
      supersedes,
      session_id,
      merged_into: memory.merged_into ?? null,
      sources: memory.sources.map(message_id => ({ message_id })),
      entities: memory.entities.map(({ kind: entity, value }) => ({ kind: entity, value })),
      merged: merges.map(({ memory_id: id, reason, at }) => ({
        memory_id: id,
        reason,
        at: isoTime(at),
        text: words.get(id)?.text ?? '',
        quote: words.get(id)?.quote ?? null,
      })),
    }
  },
})

export const memoryRemember = operation({
  summary: 'Remember something word for word',
  access: 'anyone',
  effect: 'write',
  needs: 'data',
  input: z.strictObject({
    text: z.string().trim().min(1).max(TEXT_CHARACTERS).describe('what to remember'),
    ...whoseInput,
  }),
  output: z.object({ memory_id: z.string(), text: z.string() }),
  run: async (deps, { text, ...reference }, { caller }) => {
    const { person, scope, by, request } = await subjectOf(deps, reference, caller)
    if (!(await deps.memory.stats()).enabled) throw new DenidinError('disabled', 'long-term memory is switched off')
    const at = deps.clock.now()
    const [source] = request
    const memory: MemoryRecord = {
      ...PLAIN_MEMORY,
      // Asked for once more after a crash, it is there already.
      memory_id: source === undefined ? deps.ids.uuid() : `explicit-${source}`,
      scope,
      person_ids: [person.person_id],
      kind: 'explicit',
      category: 'facts',
      text,
      quote: text,
      sources: request,
      session_id: undefined,
      importance: 1,
      said_from: at,
      said_to: at,
      valid_from: at,
      created_at: at,
    }
    await deps.memory.store(memory)
    deps.yours.audit.write({ operation: 'memory.remember', by, whose: scope, memory_ids: [memory.memory_id] })
    return { memory_id: memory.memory_id, text }
  },
})

export const memoryWhy = operation({
  summary: 'Show what the last reply was given: memories, quotes, profile and tone',
  access: 'anyone',
  effect: 'read',
  needs: 'data',
  input: z.strictObject(whoseInput),
  output: z.object({
    replied_at: z.string().nullable().describe('null: there was no reply yet'),
    tone: z.string().nullable().describe('what the model was asked for because of how the message felt'),
    items: z.array(
      z.object({
        id: z.string(),
        text: z.string().nullable().describe('null: forgotten since'),
        by: z.enum(SPEAKERS).nullable(),
        said_at: z.string().nullable(),
        similarity: z.number().nullable().describe('null: found by its words, or not looked for'),
        score: z.number(),
        given_as: z.enum(['recall', 'profile']).describe('found for the question, or known first of all'),
      }),
    ),
  }),
  run: async (deps, input, { caller }) => {
    const { person, scope, place, by } = await subjectOf(deps, input, caller)
    const recall = await deps.yours.memoryLog.lastRecall(scope, caller.level === 'operator' ? undefined : place.chat_id)
    if (recall === undefined) return { replied_at: null, tone: null, items: [] }
    const ids = recall.items.flatMap(item => item.memory_id ?? [])
    const places = await deps.yours.memories.scopesOf(ids)
    const found = (
      await Promise.all([...new Set(places.values())].map(each => deps.yours.memories.get(each, ids)))
    ).flat()
    const memories = new Map(found.map(memory => [memory.memory_id, memory]))
    const quoted = await deps.yours.messages.get(recall.items.flatMap(item => item.message_id ?? []))
    const messages = new Map(quoted.map(message => [message.message_id, message]))
    deps.yours.audit.write({ operation: 'memory.why', by, whose: scope, memory_ids: ids })
    return {
      replied_at: isoTime(recall.at),
      tone: recall.tone ?? null,
      items: recall.items.map(({ memory_id, message_id, similarity = null, score, given_as }) => {
        const memory = memories.get(memory_id ?? '')
        const message = messages.get(message_id ?? '')
        const at = memory?.said_to ?? message?.sent_at
        return {
          id: memory_id ?? message_id ?? '',
          text: memory?.text ?? message?.text ?? null,
          similarity,
          score,
          given_as,
          by: memory !== undefined ? speakerOf(memory, person) : message === undefined ? null : spoke(message, person),
          said_at: at === undefined ? null : isoTime(at),
        }
      }),
    }
  },
})

const spoke = (message: { readonly person_id: string }, person: { readonly person_id: string }): 'you' | 'others' =>
  message.person_id === person.person_id ? 'you' : 'others'
