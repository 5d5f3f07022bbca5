/** Forgetting, and handing over, what is held about a person. */
import { z } from 'zod'
import type { MemoryRecord } from '../memory/memory.ts'
import type { MessageRecord } from '../messages/message.ts'
import { personOfScope, scopeOfPerson } from '../messages/scope.ts'
import { DenidinError } from '../platform/errors.ts'
import type { ForgetReport } from '../privacy/erasure.ts'
import type { OperationDeps } from './dependencies.ts'
import { operation, type Caller } from './operation.ts'
import { describePerson } from '../messages/describe-scope.ts'
import { subjectOf, whoseInput, type Subject } from './yours.ts'

/** An export of at most this many characters fits into a chat. */
const SHORT_CHARACTERS = 3000

const ALL = 'all'
const LAST = 'last'

interface Target {
  readonly memories?: readonly MemoryRecord[]
  readonly messages?: readonly MessageRecord[]
}

/** A memory by its id, or the one that stands for it, where it lies within the subject's reach; an operator reaches all. */
const memoryById = async (
  deps: OperationDeps,
  id: string,
  { scope, by }: Pick<Subject, 'scope' | 'by'>,
): Promise<MemoryRecord | undefined> => {
  const place = (await deps.yours.memories.scopesOf([id])).get(id)
  if (place === undefined || (by !== 'operator' && place !== scope && personOfScope(place) !== undefined))
    return undefined
  const [memory] = await deps.yours.memories.get(place, [id])
  return memory?.merged_into === undefined ? memory : await memoryById(deps, memory.merged_into, { scope, by })
}

/** What is named, if anything. */
const targetOf = async (deps: OperationDeps, what: string, subject: Subject): Promise<Target | undefined> => {
  const { person, scope, place, request } = subject
  if (what === LAST) {
    const last = await deps.yours.messages.last(scope, person.person_id, request[0])
    return last === undefined ? undefined : { messages: [last] }
  }
  const item = /^\d{1,4}$/.test(what) ? await deps.yours.listings.item(place, Number(what)) : undefined
  if (item?.kind === 'message') {
    const messages = await deps.yours.messages.get([item.id])
    return messages.length === 0 ? undefined : { messages }
  }
  const memory = await memoryById(deps, item?.id ?? what, subject)
  return memory === undefined ? undefined : { memories: [memory] }
}

/** In a group, what others said is not one person's to take away. */
const isTheirs = ({ memories = [], messages = [] }: Target, { person, by }: Subject): boolean => {
  const { person_id } = person
  if (by === 'operator') return true
  const own = scopeOfPerson(person_id)
  return (
    memories.every(each => each.scope === own || each.person_ids.every(id => id === person_id)) &&
    messages.every(each => each.person_id === person_id)
  )
}

const OUTCOMES = ['forgotten', 'nothing', 'not_yours'] as const

const forgotten = ({ messages, memories, residue, index, stores }: ForgetReport) => ({
  outcome: 'forgotten' as const,
  messages,
  memories,
  residue,
  index,
  stores: Object.entries(stores).map(([store, rows]) => ({ store, rows })),
})

const NOTHING = { messages: 0, memories: 0, residue: 0, index: 'done', stores: [] } as const

export const memoryForget = operation({
  summary: 'Forget a memory and the words it came from, the last thing said, or everything; it cannot be undone',
  access: 'anyone',
  effect: 'destroy',
  needs: 'data',
  input: z.strictObject({
    what: z.string().trim().min(1).max(200).describe('a number of the list shown last, a memory id, "last" or "all"'),
    ...whoseInput,
  }),
  output: z.object({
    outcome: z.enum(OUTCOMES),
    who: z.string(),
    messages: z.int().min(0).describe('messages that went'),
    memories: z.int().min(0).describe('memories that went'),
    residue: z.int().min(0).describe('what was still found afterwards, anywhere: 0'),
    index: z.enum(['done', 'later']).describe('later: the index cannot be asked now'),
    stores: z.array(z.object({ store: z.string(), rows: z.int().min(0) })).describe('rows that went, by store'),
  }),
  confirm: ({ what }) => what === ALL,
  turnOf: async (deps, input, caller) => (await subjectOf(deps, input, caller)).scope,
  run: async (deps, { what, ...reference }, { caller }) => {
    const subject = await subjectOf(deps, reference, caller)
    const { person, by, request } = subject
    const who = describePerson(person)
    const asked = { person_id: person.person_id, by, spared: request }
    if (what === ALL) {
      refuseInGroup(caller)
      return { who, ...forgotten(await deps.yours.forgetting.everything(asked)) }
    }
    const target = await targetOf(deps, what, subject)
    if (target === undefined) return { who, outcome: 'nothing' as const, ...NOTHING, stores: [] }
    if (!isTheirs(target, subject)) return { who, outcome: 'not_yours' as const, ...NOTHING, stores: [] }
    return { who, ...forgotten(await deps.yours.forgetting.things(asked, target)) }
  },
})

const refuseInGroup = ({ chat }: Caller): void => {
  if (chat === undefined || personOfScope(chat.scope) !== undefined) return
  throw new DenidinError('forbidden', 'this is for a direct chat')
}

export const memoryExport = operation({
  summary: 'Write everything that is held about a person into a file',
  access: 'anyone',
  effect: 'read',
  needs: 'data',
  input: z.strictObject(whoseInput),
  output: z.object({
    who: z.string(),
    file: z.string().describe('path below the data folder'),
    records: z.int().min(0),
    text: z.string().nullable().describe('the file itself, where it is short'),
  }),
  run: async (deps, input, { caller }) => {
    refuseInGroup(caller)
    const { person, scope, by } = await subjectOf(deps, input, caller)
    const exported = await deps.yours.exporting.export(person.person_id)
    const { file, records, characters } = exported
    deps.yours.audit.write({ operation: 'memory.export', by, whose: scope, counts: { records } })
    const text = characters <= SHORT_CHARACTERS ? await deps.yours.exporting.read(exported) : null
    return { who: describePerson(person), file, records, text }
  },
})
