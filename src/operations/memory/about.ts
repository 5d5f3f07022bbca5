/** `memory.about`: what is remembered about a person, as a numbered list. */
import { z } from 'zod'
import type { MemoryRecord } from '../../memory/memory.ts'
import { describePerson } from '../../messages/describe-scope.ts'
import type { Uses } from '../context.ts'
import { isForwarded, isUnseen, ownWords } from '../../messages/message-details.ts'
import { isConversation, type MessageRecord } from '../../messages/message.ts'
import { kindOf } from '../../text/sentence-kind.ts'
import { splitSentences } from '../../text/split-sentences.ts'
import { operation } from '../operation.ts'
import { resolveSubject, SUBJECT_FIELDS, subjectInput, type Subject } from '../subject.ts'
import { itemOfMemory, itemOfMessage, itemSchema, type UnnumberedItem } from './listed-item.ts'

const QUERY_CHARACTERS = 2000
const SHOWN_DEFAULT = 20
const SHOWN_MOST = 100
/** Most messages, besides memories, in the list for a query. */
const MESSAGES_SHOWN = 10

/** How many of the newest messages are searched for statements that were not learned yet. */
const RECENT_MESSAGES = 50
/** Most memories from groups that are counted. */
const MOST_ELSEWHERE = 1000

interface FoundItems {
  readonly items: readonly UnnumberedItem[]
  /** How many entries there are, listed or not. */
  readonly total: number
}

const newestItems = async (
  context: Uses<'memory.store' | 'messages.history' | 'sessions.browser'>,
  subject: Subject,
  limit: number,
): Promise<FoundItems> => {
  const { scope, search_scope, person } = subject
  const { store } = context.memory
  const own: readonly MemoryRecord[] = await store.list(scope, { limit, current: true })
  const elsewhere =
    search_scope.speaker === undefined
      ? []
      : await store.ofSpeaker(search_scope.speaker, { limit: MOST_ELSEWHERE, current: true })
  const said = await notLearned(context, subject)
  const items = [
    ...[...own, ...elsewhere].map(each => itemOfMemory(each, person)),
    ...said.map(message => itemOfMessage(message, person)),
  ].sort((a, b) => b.at - a.at)
  const total = (await store.countOfScope(scope, { current: true })) + elsewhere.length + said.length
  return { items, total }
}

/** The person's statements in sessions that are not stored yet: remembered verbatim, but without a fact. */
const notLearned = async (
  { memory, messages, sessions }: Uses<'memory.store' | 'messages.history' | 'sessions.browser'>,
  { scope, person: { person_id } }: Subject,
): Promise<readonly MessageRecord[]> => {
  const recent = await messages.history.recent(scope, person_id, RECENT_MESSAGES)
  const said = recent.filter(message => isConversation(message) && tells(message))
  const open = new Map<string, boolean>()
  for (const session_id of new Set(said.flatMap(message => message.session_id ?? []))) {
    const session = await sessions.browser.show(session_id)
    open.set(session_id, session?.state === 'active' || session?.state === 'closed')
  }
  const waiting = said.filter(({ session_id }) => session_id === undefined || open.get(session_id) === true)
  const ids = waiting.map(message => message.message_id)
  const learned = new Set((await memory.store.ofSources(scope, ids)).flatMap(each => each.sources))
  return waiting.filter(message => !learned.has(message.message_id))
}

/** Whether a message says something about its sender: a statement, or an attachment such as a place or a contact. */
const tells = (message: MessageRecord): boolean => {
  if (isForwarded(message)) return false
  const attachment = message.details?.attachment
  return (attachment !== undefined && !isUnseen(attachment)) || states(ownWords(message))
}

/** Whether a text states anything, rather than only asking, greeting or thanking. */
const states = (text: string): boolean =>
  splitSentences(text.slice(0, READ_CHARACTERS)).some(sentence => kindOf(sentence) === 'statement')

/** Whether a text only asks: such a message contains the word that is searched for, but says nothing about it. */
const onlyAsks = (text: string): boolean =>
  splitSentences(text.slice(0, READ_CHARACTERS)).every(sentence => kindOf(sentence) === 'question')

/** How much of a text is read to judge its kind. */
const READ_CHARACTERS = 2000

const itemsFor = async (
  query: string,
  { messages, system }: Uses<'messages.search' | 'system.clock'>,
  { person, search_scope, listing, command_ids }: Subject,
  signal: AbortSignal,
): Promise<FoundItems> => {
  const { memories, quotes } = await messages.search.search(
    search_scope,
    { text: query, messages: 'all_words', asked_at: system.clock.now(), asker: person.person_id },
    { quotes: MESSAGES_SHOWN, exclude: new Set(command_ids) },
    { purpose: 'recall', person_id: person.person_id, chat_id: listing.chat_id, signal },
  )
  // A fact and the message that it was taken from say the same.
  const learned = new Set(memories.flatMap(({ memory }) => memory.sources))
  const items = [
    ...memories.map(each => itemOfMemory(each.memory, person)),
    ...quotes
      .filter(quote => !learned.has(quote.message_id) && !onlyAsks(quote.text))
      .map(quote => itemOfMessage(quote, person)),
  ]
  return { items, total: items.length }
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
    'messages.history',
    'sessions.browser',
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
    total: z.int().min(0).describe('how many there are'),
    learn: z.boolean().describe('whether the person allows learning (see people privacy)'),
  }),
  subject: resolveSubject,
  run: async (context, { query, limit }, { subject, signal }) => {
    const { memory, people, system } = context
    const { items, total } =
      query === undefined ? await newestItems(context, subject, limit) : await itemsFor(query, context, subject, signal)
    const shown = items.slice(0, limit)
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
        total,
        learn: (await people.preferences.of(person.person_id)).learn,
      },
      touched: [{ whose: scope, memory_ids, message_ids: idsOf(shown, 'message') }],
    }
  },
})
