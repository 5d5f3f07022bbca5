/** `memory.about`: what is remembered about a person, as a numbered list. */
import { z } from 'zod'
import type { MemoryRecord } from '../../memory/memory.ts'
import { describePerson } from '../../messages/describe-scope.ts'
import type { Uses } from '../context.ts'
import { operation } from '../operation.ts'
import { resolveSubject, SUBJECT_FIELDS, subjectInput, type Subject } from '../subject.ts'
import { itemOfMemory, itemOfMessage, itemSchema, type UnnumberedItem } from './listed-item.ts'

const QUERY_CHARACTERS = 2000
const SHOWN_DEFAULT = 20
const SHOWN_MOST = 100
/** Messages that a list for a query shows besides memories. */
const MESSAGES_SHOWN = 10

const newestItems = async (
  { memory }: Uses<'memory.store'>,
  { scope, search_scope: { speaker }, person }: Subject,
  limit: number,
): Promise<readonly UnnumberedItem[]> => {
  const page = { limit, current: true }
  const own: readonly MemoryRecord[] = await memory.store.list(scope, page)
  const elsewhere = speaker === undefined ? [] : await memory.store.ofSpeaker(speaker, page)
  return [...own, ...elsewhere].map(each => itemOfMemory(each, person)).sort((a, b) => b.at - a.at)
}

const itemsFor = async (
  query: string,
  { messages, system }: Uses<'messages.search' | 'system.clock'>,
  { person, search_scope, listing, command_ids }: Subject,
  signal: AbortSignal,
): Promise<readonly UnnumberedItem[]> => {
  const { memories, quotes } = await messages.search.search(
    search_scope,
    { text: query, messages: 'all_words', asked_at: system.clock.now(), asker: person.person_id },
    { quotes: MESSAGES_SHOWN, exclude: new Set(command_ids) },
    { purpose: 'recall', person_id: person.person_id, chat_id: listing.chat_id, signal },
  )
  return [
    ...memories.map(each => itemOfMemory(each.memory, person)),
    ...quotes.map(quote => itemOfMessage(quote, person)),
  ]
}

const idsOf = (items: readonly UnnumberedItem[], kind: 'memory' | 'message'): readonly string[] =>
  items.filter(({ listed }) => listed.kind === kind).map(({ listed }) => listed.id)

export const memoryAbout = operation({
  summary:
    'List what is remembered about a person, newest first, or what is relevant to a query; use the numbers with `memory forget`',
  access: 'anyone',
  effect: 'read',
  needs: 'data',
  audit: 'reads',
  uses: [
    ...SUBJECT_FIELDS,
    'memory.store',
    'memory.lists',
    'memory.log',
    'messages.search',
    'people.preferences',
    'system.clock',
  ],
  input: z.strictObject({
    query: z.string().trim().min(1).max(QUERY_CHARACTERS).optional().describe('words to look for, in messages too'),
    ...subjectInput,
    limit: z.int().min(1).max(SHOWN_MOST).default(SHOWN_DEFAULT).describe('maximum number of entries'),
  }),
  output: z.object({
    who: z.string(),
    items: z.array(itemSchema),
    learn: z.boolean().describe('whether the person allows learning (see people privacy)'),
  }),
  subject: resolveSubject,
  run: async (context, { query, limit }, { subject, signal }) => {
    const { memory, people, system } = context
    const found =
      query === undefined ? await newestItems(context, subject, limit) : await itemsFor(query, context, subject, signal)
    const shown = found.slice(0, limit)
    await memory.lists.keep(
      subject.listing,
      shown.map(each => each.listed),
    )
    const { scope, person } = subject
    const memory_ids = idsOf(shown, 'memory')
    const at = system.clock.now()
    const type = query === undefined ? 'show' : 'search'
    await memory.log.accessed(memory_ids.map(memory_id => ({ scope, memory_id, type, at })))
    return {
      output: {
        who: describePerson(person),
        items: shown.map((each, index) => ({ number: index + 1, ...each.shown })),
        learn: (await people.preferences.of(person.person_id)).learn,
      },
      touched: [{ whose: scope, memory_ids, message_ids: idsOf(shown, 'message') }],
    }
  },
})
