/** Finds the messages of one conversation that hold every word of a text, newest first. */
import type { MessageReader } from '../messages/message-reader.ts'
import type { MessageId, MessageRecord } from '../messages/message.ts'
import { subjectStems } from '../text/content-stems.ts'
import { stem } from '../text/stem.ts'
import { tokenise } from '../text/tokenise.ts'
import { FLAG } from './full-text/columnar-store.ts'
import type { Postings, ScopeReader } from './full-text/full-text-index.ts'
import { quoteOf, type Quote } from './quote.ts'
import type { OpenedEntry } from './opened-entry.ts'

/** Messages whose texts are read in one step. */
const STEP = 100

/**
 * The index narrows the search down to messages that hold every subject word; the texts are then compared with all words,
 * stop words included. A text without a subject word (“what is it”) finds nothing.
 */
export const findAllWords = async (
  feed: Pick<MessageReader, 'get'>,
  { scope, only, reader }: OpenedEntry,
  words: string,
  limits: { readonly quotes: number; readonly exclude: ReadonlySet<MessageId> },
): Promise<readonly Quote[]> => {
  const wanted = new Set(stemsOf(words))
  const ordinals = await holdingAll(reader, [...new Set(subjectStems(words))])
  const quotes: Quote[] = []
  for (let at = 0; at < ordinals.length && quotes.length < limits.quotes; at += STEP) {
    for (const message of await read(feed, { scope, reader }, ordinals.slice(at, at + STEP))) {
      if (message.role !== 'user' || (only !== undefined && message.person_id !== only)) continue
      if (limits.exclude.has(message.message_id)) continue
      if (wanted.isSubsetOf(new Set(stemsOf(message.text)))) quotes.push(quoteOf(scope, message, MATCH))
    }
  }
  return quotes.slice(0, limits.quotes)
}

const MATCH = { score: 1, lexical: 1 } as const

const stemsOf = (text: string): readonly string[] => tokenise(text).map(stem)

/** Ordinals of people's messages that hold each of the stems, the newest first; none for no stems. */
const holdingAll = async (reader: ScopeReader, stems: readonly string[]): Promise<readonly number[]> => {
  const postings = await reader.postings(stems)
  if (stems.length === 0 || postings.size < stems.length) return []
  const [first, ...others] = [...postings.values()]
    .map(({ ordinals }: Postings) => new Set(ordinals))
    .sort((a, b) => a.size - b.size)
  const all = others.reduce((left, each) => left.intersection(each), first ?? new Set<number>())
  return [...all].filter(each => ((reader.columns.flags[each] ?? 0) & FLAG.bot) === 0).sort((a, b) => b - a)
}

/** The messages of these ordinals, in their order. */
const read = async (
  feed: Pick<MessageReader, 'get'>,
  { scope, reader }: Pick<OpenedEntry, 'scope' | 'reader'>,
  ordinals: readonly number[],
): Promise<readonly MessageRecord[]> => {
  const ids = new Map((await reader.documents(ordinals)).map(each => [each.ordinal, each.message_id]))
  const messages = new Map((await feed.get(scope, [...ids.values()])).map(each => [each.message_id, each]))
  return ordinals.flatMap(ordinal => messages.get(ids.get(ordinal) ?? '') ?? [])
}
