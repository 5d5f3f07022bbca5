/** Adds the long-term memories of a Python DeniDin to the conversations that they belong to. */
import { hash } from 'node:crypto'
import { pythonMemories, type PythonMemory } from '../../ingest/python-denidin/python-memories.ts'
import { PLAIN_MEMORY, type MemoryRecord } from '../../memory/memory.ts'
import type { Scope } from '../../messages/scope.ts'
import type { PersonId } from '../../people/person.ts'
import type { Uses } from '../context.ts'
import type { Call } from '../operation.ts'
import { isNewcomer } from './ingest-people.ts'
import type { PythonConversations } from './python-conversations.ts'

/** What became of the memories. */
export interface MemoryCounts {
  readonly found: number
  readonly added: number
  /** Already there, or a second summary of the same session. */
  readonly known: number
  readonly forgotten: number
  /** Of everyone instead of one conversation, or of people who turned learning off. */
  readonly left_out: number
}

export interface MemoryReport extends MemoryCounts {
  /** The ids that were added, by their scope. */
  readonly added_ids: ReadonlyMap<Scope, readonly string[]>
  /** Why the database could not be read, as a clause. */
  readonly problem: string | undefined
}

interface MemoryOptions {
  readonly root: string
  readonly zone: string
  readonly dry_run: boolean
  /** Who spoke in each session. */
  readonly speakers: ReadonlyMap<string, ReadonlySet<PersonId>>
}

type MemoryContext = Uses<'memory.facts' | 'memory.store' | 'messages.imports' | 'system.clock'>

/** An importance above that of a summary, because a person had asked for it. */
const EXPLICIT_IMPORTANCE = 1

/** A damaged database ends it early; what was added before stays. */
export const importMemories = async (
  context: MemoryContext,
  conversations: PythonConversations,
  { root, zone, dry_run, speakers }: MemoryOptions,
  { signal, progress }: Pick<Call, 'signal' | 'progress'>,
): Promise<MemoryReport> => {
  const counts = { found: 0, added: 0, known: 0, forgotten: 0, left_out: 0 }
  const added_ids = new Map<Scope, string[]>()
  let problem: string | undefined
  const memories = pythonMemories(root, zone)
  for (;;) {
    const next = await memories.next().catch((error: unknown) => {
      problem = (error as Error).message
      return { done: true, value: undefined } as const
    })
    if (next.done === true) break
    signal.throwIfAborted()
    counts.found++
    const outcome = await importMemory(context, conversations, next.value, { dry_run, speakers })
    if (typeof outcome === 'string') counts[outcome]++
    else {
      counts.added++
      const ids = added_ids.get(outcome.scope) ?? []
      added_ids.set(outcome.scope, ids)
      ids.push(outcome.memory_id)
    }
    progress({ done: counts.found, unit: 'memories' })
  }
  return { ...counts, added_ids, problem }
}

const importMemory = async (
  context: MemoryContext,
  conversations: PythonConversations,
  memory: PythonMemory,
  { dry_run, speakers }: Pick<MemoryOptions, 'dry_run' | 'speakers'>,
): Promise<'known' | 'forgotten' | 'left_out' | MemoryRecord> => {
  const { imports } = context.messages
  if (memory.chat === undefined) return 'left_out'
  const { binding } = await conversations.ofMemory(memory.chat)
  const persons = await personsOf(memory, binding.person?.person_id, { conversations, speakers })
  if (!(await allLearn(context, persons))) return 'left_out'
  const record = recordOf(memory, { scope: binding.scope, person_ids: persons, now: context.system.clock.now() })
  const times = [record.said_to]
  if (
    imports.forgotten.isForgotten({ persons: persons.length === 0 ? undefined : persons, times, text: memory.text })
  ) {
    return 'forgotten'
  }
  const isNew = binding.person !== undefined && isNewcomer(binding.person)
  if (dry_run)
    return !isNew && (await context.memory.store.get(record.scope, [record.memory_id])).length > 0 ? 'known' : record
  const { added } = await context.memory.facts.store(record)
  return added ? record : 'known'
}

/** Whose words it came from: those who spoke in its session, the person that it names, or the person of the chat. */
const personsOf = async (
  { session_id, phone }: PythonMemory,
  person_id: PersonId | undefined,
  { conversations, speakers }: Pick<MemoryOptions, 'speakers'> & { readonly conversations: PythonConversations },
): Promise<readonly PersonId[]> => {
  if (person_id !== undefined) return [person_id]
  const spoke = speakers.get(session_id ?? '')
  if (spoke !== undefined) return [...spoke]
  const named = await conversations.personOf(phone)
  return named === undefined ? [] : [named]
}

const allLearn = async ({ messages }: MemoryContext, persons: readonly PersonId[]): Promise<boolean> => {
  for (const person_id of persons) if (!(await messages.imports.preferences.of(person_id)).learn) return false
  return true
}

/** Its id comes from the id there, so that it is added once, and stays forgotten. */
const recordOf = (
  { id, collection, kind, text, session_id, said_from, said_to }: PythonMemory,
  { scope, person_ids, now }: Pick<MemoryRecord, 'scope' | 'person_ids'> & { readonly now: number },
): MemoryRecord => {
  const from = said_from ?? now
  return {
    ...PLAIN_MEMORY,
    memory_id: `imported-${hash('sha256', `${collection}\n${id}`).slice(0, 32)}`,
    scope,
    person_ids,
    kind,
    text,
    ...(kind === 'explicit' ? { category: 'facts', importance: EXPLICIT_IMPORTANCE, quote: text } : {}),
    session_id: kind === 'explicit' ? undefined : session_id,
    said_from: from,
    said_to: said_to ?? from,
    valid_from: from,
    created_at: now,
  }
}
