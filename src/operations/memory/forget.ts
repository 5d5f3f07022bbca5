/** `memory.forget`: deletes a memory, the last message, or everything about a person, for good. */
import { z } from 'zod'
import { fileOf, type MemoryRecord } from '../../memory/memory.ts'
import { describePerson } from '../../messages/describe-scope.ts'
import { ownWords } from '../../messages/message-details.ts'
import { isConversation, type MessageId } from '../../messages/message.ts'
import { personOfScope, SHARED_SCOPE, type Scope } from '../../messages/scope.ts'
import type { ForgetReport } from '../../privacy/erasure.ts'
import type { Things } from '../../privacy/erasure-targets.ts'
import { DenidinError } from '../../platform/errors.ts'
import { belongTo } from '../../privacy/ownership.ts'
import { tokenise } from '../../text/tokenise.ts'
import type { Uses } from '../context.ts'
import { operation } from '../operation.ts'
import { resolveSubject, SUBJECT_FIELDS, subjectInput, type Subject } from '../subject.ts'
import { refuseInGroup } from './direct-chat.ts'

const ALL = 'all'
const LAST = 'last'
/** In a group, the newest text to remember may be someone else's. */
const NEWEST_REMEMBERED = 20

/** A memory by its id, or the one it was merged into, if the caller can see it; the operator can see all. */
const memoryById = async (
  context: Uses<'memory.store'>,
  id: string,
  subject: Pick<Subject, 'scope' | 'unrestricted'>,
): Promise<MemoryRecord | undefined> => {
  const { store } = context.memory
  const scope = (await store.scopesOf([id])).get(id)
  if (scope === undefined) return undefined
  if (scope === SHARED_SCOPE) throw await comesFromFile(context, id)
  const visible = subject.unrestricted || scope === subject.scope || personOfScope(scope) === undefined
  if (!visible) return undefined
  const [memory] = await store.get(scope, [id])
  return memory?.merged_into === undefined ? memory : await memoryById(context, memory.merged_into, subject)
}

/** A passage of a file would come back with the next scan. */
const comesFromFile = async ({ memory }: Uses<'memory.store'>, id: string): Promise<DenidinError> => {
  const [found] = await memory.store.get(SHARED_SCOPE, [id])
  const file = found === undefined ? undefined : fileOf(found)
  return new DenidinError(
    'forbidden',
    `everyone may know this: it comes from the file ${JSON.stringify(file)}; change or remove the file instead`,
  )
}

/**
 * What the message that a command quotes stands for: the message itself, or what the quoted reply answered, with what
 * /remember stored from either, because commands are not stored themselves.
 */
const quotedThings = async (
  { messages: { history }, memory: { store } }: Uses<'messages.history' | 'memory.store'>,
  scope: Scope,
  quoted_id: MessageId,
): Promise<Things> => {
  const [quoted] = await history.get([quoted_id])
  // The later parts of a reply are no messages of their own.
  const ids = quoted?.role === 'user' ? [quoted_id] : [quoted_id, ...(await history.answeredBy(quoted_id))]
  const said = (await history.get(ids)).filter(each => each.role === 'user' && each.scope === scope)
  const remembered = await store.ofSources(scope, ids)
  return { messages: said, memories: remembered.filter(each => each.kind === 'explicit') }
}

/** The last message of the person, or what the person told the bot to remember after it. */
const lastThings = async (
  { messages: { history }, memory: { store } }: Uses<'messages.history' | 'memory.store'>,
  { person: { person_id }, scope, command_ids }: Subject,
): Promise<Things> => {
  const message = await history.last(scope, person_id, command_ids[0])
  const newest = await store.list(scope, { limit: NEWEST_REMEMBERED, kinds: ['explicit'], current: true })
  const remembered = newest.find(each => belongTo(person_id, { memories: [each] }))
  if (remembered !== undefined && remembered.said_from > (message?.sent_at ?? 0)) return { memories: [remembered] }
  return { messages: message === undefined ? [] : [message] }
}

/**
 * What “last” and “forget that” mean: what the command quotes; without a quote, the last thing that the person said or
 * told the bot to remember.
 */
const thingsMeant = async (
  context: Uses<'messages.history' | 'memory.store'>,
  subject: Subject,
): Promise<Things | undefined> => {
  const [command] = await context.messages.history.get(subject.command_ids)
  const meant =
    command?.reply_to === undefined
      ? await lastThings(context, subject)
      : await quotedThings(context, subject.scope, command.reply_to)
  const { messages = [], memories = [] } = meant
  return messages.length + memories.length === 0 ? undefined : meant
}

/** The memory or message that one word names, if any. */
const targetOf = async (
  context: Uses<'memory.store' | 'memory.lists' | 'messages.history'>,
  what: string,
  subject: Subject,
): Promise<Things | undefined> => {
  const { memory, messages } = context
  const { listing } = subject
  if (what === LAST) return await thingsMeant(context, subject)
  const item = /^\d{1,4}$/.test(what) ? await memory.lists.item(listing, Number(what)) : undefined
  if (item?.kind === 'message') {
    const found = await messages.history.get([item.id])
    return found.length === 0 ? undefined : { messages: found }
  }
  const found = await memoryById(context, item?.id ?? what, subject)
  return found === undefined ? undefined : { memories: [found] }
}

/** Whose a memory is: the operator need not name the person beside its id. `undefined`: `what` is no memory's id. */
const ownerOf = async (context: Uses<'memory.store'>, what: string): Promise<string | undefined> => {
  const { store } = context.memory
  const scope = (await store.scopesOf([what])).get(what)
  if (scope === undefined) return undefined
  if (scope === SHARED_SCOPE) throw await comesFromFile(context, what)
  const [found] = await store.get(scope, [what])
  return personOfScope(scope) ?? found?.person_ids[0]
}

/** Numbers from the last list, separated by spaces. */
const NUMBERS = /^\d{1,4}(?: \d{1,4})*$/

/** The requested items that are the person's own to delete, and the words that refer to no such item. */
const wantedOf = async (
  context: Uses<'memory.store' | 'memory.lists' | 'messages.history'>,
  what: string,
  subject: Subject,
): Promise<{ readonly own: Required<Things>; readonly others: readonly string[]; readonly found: boolean }> => {
  const words = NUMBERS.test(what) ? what.split(' ') : [what]
  const things: Things[] = []
  const others: string[] = []
  let found = false
  for (const word of words) {
    const target = await targetOf(context, word, subject)
    found ||= target !== undefined
    if (target !== undefined && (subject.unrestricted || belongTo(subject.person.person_id, target)))
      things.push(target)
    else others.push(word)
  }
  const own = {
    messages: things.flatMap(each => each.messages ?? []),
    memories: things.flatMap(each => each.memories ?? []),
  }
  return { own, others, found }
}

/**
 * When the command was sent, by the clock of its channel; if that is not stored, no message is covered because of its
 * time.
 */
const askedAt = async (
  { messages }: Uses<'messages.history'>,
  command_ids: readonly string[],
): Promise<number | undefined> =>
  command_ids.length === 0 ? undefined : ((await messages.history.get(command_ids))[0]?.sent_at ?? 0)

const count = z.int().min(0)

const output = z.object({
  outcome: z.enum(['forgotten', 'nothing', 'not_yours']),
  who: z.string(),
  messages: count.describe('messages deleted'),
  memories: count.describe('memories deleted'),
  residue: count.describe('traces found anywhere afterwards; 0 if all is gone, otherwise it is tried again'),
  reason: z.string().nullable().describe('why a trace could not be removed yet; null: unknown, or none is left'),
  index: z.enum(['done', 'later']).describe('later: the index is not available now'),
  unknown: z.array(z.string()).describe('numbers that name nothing that the caller may delete'),
  quote: z.string().nullable().describe('newest text that was asked for; null: everything was, or nothing'),
  same_words: count.describe(
    'other memories, and recent messages of the person, with the words of one that was deleted',
  ),
  stores: z.array(z.object({ store: z.string(), rows: count })).describe('rows deleted, by store'),
})

type Output = z.output<typeof output>

/** The newest text among these items. */
const newestText = ({ memories = [], messages = [] }: Things): string | null =>
  [
    ...memories.map(({ text, said_to }) => ({ text, at: said_to })),
    ...messages.map(({ text, sent_at }) => ({ text, at: sent_at })),
  ].reduce<{ text: string; at: number } | undefined>(
    (newest, each) => (newest === undefined || each.at > newest.at ? each : newest),
    undefined,
  )?.text ?? null

/** How many of the newest memories and messages are compared. */
const COMPARED_MEMORIES = 1000
const COMPARED_MESSAGES = 50

/** What was said or remembered twice is forgotten once. */
const countSameWords = async (
  { messages: { history }, memory: { store } }: Uses<'messages.history' | 'memory.store'>,
  { scope, person: { person_id } }: Subject,
  { messages = [], memories = [] }: Things,
): Promise<number> => {
  const words = (text: string): string => tokenise(text).join(' ')
  const gone = new Set([...memories.map(each => words(each.text)), ...messages.map(each => words(ownWords(each)))])
  const remembered = (await store.list(scope, { limit: COMPARED_MEMORIES, current: true })).filter(each =>
    gone.has(words(each.text)),
  )
  const learned = new Set(remembered.flatMap(each => each.sources))
  const said = (await history.recent(scope, person_id, COMPARED_MESSAGES)).filter(
    each => isConversation(each) && !learned.has(each.message_id) && gone.has(words(ownWords(each))),
  )
  return remembered.length + said.length
}

const forgotten = (
  who: string,
  { messages, memories, residue, reason, index, stores }: ForgetReport,
  quote: string | null,
  rest: { readonly unknown?: readonly string[]; readonly same_words?: number } = {},
): Output => ({
  outcome: 'forgotten',
  who,
  messages,
  memories,
  residue,
  reason: reason ?? null,
  index,
  unknown: [...(rest.unknown ?? [])],
  quote,
  same_words: rest.same_words ?? 0,
  stores: Object.entries(stores).map(([store, rows]) => ({ store, rows })),
})

const nothingDone = (who: string, outcome: 'nothing' | 'not_yours'): Output => ({
  outcome,
  who,
  messages: 0,
  memories: 0,
  residue: 0,
  reason: null,
  index: 'done',
  unknown: [],
  quote: null,
  same_words: 0,
  stores: [],
})

export const memoryForget = operation({
  summary: 'Delete a memory and the messages it came from, the last message, or everything; cannot be undone',
  access: 'anyone',
  effect: 'destroy',
  needs: 'data',
  audit: 'erases',
  uses: [...SUBJECT_FIELDS, 'memory.store', 'memory.lists', 'messages.history', 'privacy.erasure'],
  input: z.strictObject({
    what: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .describe('numbers from the last `memory about` list with spaces between them, a memory id, "last" or "all"'),
    ...subjectInput,
  }),
  output,
  confirm: ({ what }) => what === ALL,
  subject: async (context, { what, person }, caller) => {
    const owner = person === undefined && caller.level === 'operator' ? await ownerOf(context, what) : undefined
    return await resolveSubject(context, { person: person ?? owner }, caller)
  },
  exclusiveScope: ({ scope }) => scope,
  run: async (context, { what }, { caller, subject }) => {
    const { person, by, command_ids } = subject
    const { erasure } = context.privacy
    const who = describePerson(person)
    const request = { person_id: person.person_id, by, spared: command_ids }
    if (what === ALL) {
      refuseInGroup(caller)
      const said_before = await askedAt(context, command_ids)
      return forgotten(who, await erasure.everything({ ...request, said_before }), null)
    }
    const { own, others, found } = await wantedOf(context, what, subject)
    if (own.messages.length + own.memories.length === 0) return nothingDone(who, found ? 'not_yours' : 'nothing')
    const report = await erasure.things(request, own)
    const same_words = await countSameWords(context, subject, own)
    return forgotten(who, report, newestText(own), { unknown: others, same_words })
  },
})
