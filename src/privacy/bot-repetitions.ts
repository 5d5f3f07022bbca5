/** Finds what the bot said that repeats deleted texts. */
import type { MessageErasure } from '../messages/message-erasure.ts'
import type { MessageId, MessageRecord } from '../messages/message.ts'
import type { Scope } from '../messages/scope.ts'
import { subjectsOf } from '../text/content-stems.ts'

/** What is to be deleted of one scope. */
export interface DeletedTexts {
  readonly scope: Scope
  readonly texts: readonly string[]
  /** The messages of the scope that are deleted: what the bot said before the first of them repeats none. */
  readonly message_ids: ReadonlySet<MessageId>
}

/** The subject words of one text. */
type Words = ReadonlySet<string>

/** A message of the bot that shares a word with a deleted text. */
interface Candidate {
  readonly message: MessageRecord
  readonly stems: Words
}

/**
 * Messages of the bot that contain, in any inflection, every meaningful word of one of the texts, or at least half of
 * those of its words that no one else used in the scope: an answer such as "Quetzal9" repeats "my code is Quetzal9".
 * Deletes a little too much rather than too little: these are the bot's own words.
 */
export const botRepetitionsOf = async (
  messages: Pick<MessageErasure, 'ofScope'>,
  { scope, texts, message_ids }: DeletedTexts,
): Promise<readonly MessageRecord[]> => {
  const wanted = distinct(texts)
  if (wanted.length === 0) return []
  const byWord = textsByWord(wanted)
  const { candidates, others } = await readScope(messages, { scope, message_ids, byWord })
  return candidates.filter(({ stems }) => repeats(stems, byWord, others)).map(({ message }) => message)
}

/** The words of each text, each set of words once. */
const distinct = (texts: readonly string[]): readonly Words[] => {
  const words = texts.map(subjectsOf).filter(each => each.size > 0)
  return [...new Map(words.map(each => [[...each].sort().join(' '), each])).values()]
}

const textsByWord = (wanted: readonly Words[]): ReadonlyMap<string, readonly Words[]> => {
  const byWord = new Map<string, Words[]>()
  for (const words of wanted) {
    for (const word of words) {
      const known = byWord.get(word)
      if (known === undefined) byWord.set(word, [words])
      else known.push(words)
    }
  }
  return byWord
}

/** Goes through a scope once. `others`: words of people in messages that stay. */
const readScope = async (
  messages: Pick<MessageErasure, 'ofScope'>,
  {
    scope,
    message_ids,
    byWord,
  }: Pick<DeletedTexts, 'scope' | 'message_ids'> & { readonly byWord: ReadonlyMap<string, unknown> },
): Promise<{ readonly candidates: readonly Candidate[]; readonly others: Words }> => {
  const candidates: Candidate[] = []
  const others = new Set<string>()
  let begun = message_ids.size === 0
  for await (const batch of messages.ofScope(scope)) {
    for (const message of batch) {
      if (message_ids.has(message.message_id)) {
        begun = true
        continue
      }
      if (message.role === 'assistant' && !begun) continue
      const stems = subjectsOf(message.text)
      if (message.role === 'assistant') {
        if ([...stems].some(stem => byWord.has(stem))) candidates.push({ message, stems })
      } else if (message.kind !== 'command') for (const stem of stems) others.add(stem)
    }
  }
  return { candidates, others }
}

const repeats = (stems: Words, byWord: ReadonlyMap<string, readonly Words[]>, others: Words): boolean => {
  const shared = new Map<Words, { all: number; own: number }>()
  for (const stem of stems) {
    const own = others.has(stem) ? 0 : 1
    for (const words of byWord.get(stem) ?? []) {
      const counts = shared.get(words)
      if (counts === undefined) shared.set(words, { all: 1, own })
      else {
        counts.all += 1
        counts.own += own
      }
    }
  }
  for (const [words, { all, own }] of shared) {
    // A single word that others use too proves nothing.
    if (all === words.size && (words.size > 1 || own > 0)) return true
    if (own > 0 && own * 2 >= [...words].filter(word => !others.has(word)).length) return true
  }
  return false
}
