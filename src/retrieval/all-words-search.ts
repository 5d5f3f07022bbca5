/** Finds the messages of one conversation that contain every word of a text, newest first. */
import type { MessageReader } from '../messages/message-reader.ts'
import type { MessageId, MessageRecord } from '../messages/message.ts'
import { emojiAlone, questionWordsOf, wordsOf, type Word } from '../text/analyser/analyser.ts'
import { containsWord, formsIn } from '../text/content-stems.ts'
import { FLAG } from './full-text/columnar-store.ts'
import type { ScopeReader } from './full-text/full-text-index.ts'
import { inTwoWords } from './full-text/word-finder.ts'
import { quoteOf, type Quote } from './quote.ts'
import type { OpenedEntry } from './opened-entry.ts'

/** How many messages are read in one step. */
const STEP = 100

/**
 * The index reduces the search to messages that contain every subject word; their texts are then compared with all
 * words, including stop words. A text without a subject word (“what is it”) finds nothing.
 */
export const findAllWords = async (
  feed: Pick<MessageReader, 'get'>,
  { scope, only, reader }: OpenedEntry,
  words: string,
  limits: { readonly quotes: number; readonly exclude: Iterable<MessageId> },
): Promise<readonly Quote[]> => {
  const wanted = wordsWanted(words)
  const ordinals = await holdingAll(
    reader,
    wanted.filter(({ stop }) => !stop),
  )
  const excluded = new Set(limits.exclude)
  const quotes: Quote[] = []
  for (let at = 0; at < ordinals.length && quotes.length < limits.quotes; at += STEP) {
    for (const message of await read(feed, { scope, reader }, ordinals.slice(at, at + STEP))) {
      if (message.role !== 'user' || (only !== undefined && message.person_id !== only)) continue
      if (excluded.has(message.message_id)) continue
      if (containsAll(message.text, wanted)) quotes.push(quoteOf(scope, message, MATCH))
    }
  }
  return quotes.slice(0, limits.quotes)
}

const MATCH = { score: 1, lexical: 1 } as const

type Wanted = Pick<Word, 'main' | 'also' | 'stop'>

const wordsWanted = (words: string): readonly Wanted[] => [
  ...questionWordsOf(words),
  ...emojiAlone(words).map(main => ({ main, also: [], stop: false })),
]

const containsAll = (text: string, wanted: readonly Wanted[]): boolean => {
  const forms = formsIn(text, wordsOf(text))
  return wanted.every(({ main, also }) => containsWord(forms, { stem: main, also }))
}

/** Ordinals of people's messages that contain each of the words, newest first; empty if there are no words. */
const holdingAll = async (reader: ScopeReader, wanted: readonly Wanted[]): Promise<readonly number[]> => {
  let all: ReadonlySet<number> | undefined
  for (const word of wanted) {
    const holding = await holdingWord(reader, word)
    all = all?.intersection(holding) ?? holding
    if (all.size === 0) return []
  }
  return [...(all ?? [])].filter(each => ((reader.columns.flags[each] ?? 0) & FLAG.bot) === 0).sort((a, b) => b - a)
}

const holdingWord = async (reader: ScopeReader, { main, also }: Wanted): Promise<ReadonlySet<number>> => {
  const postings = [...(await reader.postings([main, ...also])).values()]
  const found = postings.length > 0 ? postings : [await inTwoWords(reader, main)].flatMap(each => each?.postings ?? [])
  return new Set(found.flatMap(({ ordinals }) => [...ordinals]))
}

/** The messages with these ordinals, in the same order. */
const read = async (
  feed: Pick<MessageReader, 'get'>,
  { scope, reader }: Pick<OpenedEntry, 'scope' | 'reader'>,
  ordinals: readonly number[],
): Promise<readonly MessageRecord[]> => {
  const ids = new Map((await reader.documents(ordinals)).map(each => [each.ordinal, each.message_id]))
  const messages = new Map((await feed.get(scope, [...ids.values()])).map(each => [each.message_id, each]))
  return ordinals.flatMap(ordinal => messages.get(ids.get(ordinal) ?? '') ?? [])
}
