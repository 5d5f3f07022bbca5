/** Finds messages of the bot that repeat deleted texts. */
import type { MessageErasure } from '../messages/message-erasure.ts'
import type { MessageId, MessageRecord } from '../messages/message.ts'
import type { Scope } from '../messages/scope.ts'
import { containsWord, subjectsOf, subjectsToFind, type AskedWord } from '../text/content-stems.ts'

/** The texts to delete in one scope. */
export interface DeletedTexts {
  readonly scope: Scope
  readonly texts: readonly string[]
  /** The messages of the scope that are deleted: messages of the bot before the first of them cannot repeat any. */
  readonly message_ids: ReadonlySet<MessageId>
}

/** The subject words of one deleted text. */
type Words = readonly AskedWord[]
/** All forms of the subject words of a message. */
type Forms = ReadonlySet<string>

/** One word of a deleted text. */
interface Place {
  readonly words: Words
  readonly word: AskedWord
}

/** A message of the bot that shares a word with a deleted text. */
interface Candidate {
  readonly message: MessageRecord
  readonly forms: Forms
}

/**
 * Messages of the bot that contain, in any inflection, every meaningful word of one of the texts, or at least half of
 * those words that no one else used in the scope: an answer such as "Quetzal9" repeats "my code is Quetzal9". Better to
 * delete slightly too much than too little: these are the bot's own messages.
 */
export const botRepetitionsOf = async (
  messages: Pick<MessageErasure, 'ofScope'>,
  { scope, texts, message_ids }: DeletedTexts,
): Promise<readonly MessageRecord[]> => {
  const wanted = distinct(texts)
  if (wanted.length === 0) return []
  const byForm = placesByForm(wanted)
  const { candidates, others } = await readScope(messages, { scope, message_ids, byForm })
  return candidates.filter(({ forms }) => repeats(forms, byForm, others)).map(({ message }) => message)
}

/** The words of each text, without duplicate sets. */
const distinct = (texts: readonly string[]): readonly Words[] => {
  const words = texts.map(subjectsToFind).filter(each => each.length > 0)
  const nameOf = (each: Words): string =>
    each
      .map(({ stem }) => stem)
      .sort()
      .join(' ')
  return [...new Map(words.map(each => [nameOf(each), each])).values()]
}

const placesByForm = (wanted: readonly Words[]): ReadonlyMap<string, readonly Place[]> => {
  const byForm = new Map<string, Place[]>()
  for (const words of wanted) {
    for (const word of words) {
      for (const form of [word.stem, ...word.also]) {
        const known = byForm.get(form)
        if (known === undefined) byForm.set(form, [{ words, word }])
        else known.push({ words, word })
      }
    }
  }
  return byForm
}

/** Reads a scope once. `others`: words of people in messages that stay. */
const readScope = async (
  messages: Pick<MessageErasure, 'ofScope'>,
  {
    scope,
    message_ids,
    byForm,
  }: Pick<DeletedTexts, 'scope' | 'message_ids'> & { readonly byForm: ReadonlyMap<string, unknown> },
): Promise<{ readonly candidates: readonly Candidate[]; readonly others: Forms }> => {
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
      const forms = subjectsOf(message.text)
      if (message.role === 'assistant') {
        if ([...forms].some(form => byForm.has(form))) candidates.push({ message, forms })
      } else if (message.kind !== 'command') for (const form of forms) others.add(form)
    }
  }
  return { candidates, others }
}

const repeats = (forms: Forms, byForm: ReadonlyMap<string, readonly Place[]>, others: Forms): boolean => {
  const shared = new Map<Words, Set<AskedWord>>()
  for (const form of forms) {
    for (const { words, word } of byForm.get(form) ?? []) {
      const found = shared.get(words)
      if (found === undefined) shared.set(words, new Set([word]))
      else found.add(word)
    }
  }
  const isOwn = (word: AskedWord): boolean => !containsWord(others, word)
  for (const [words, found] of shared) {
    const own = [...found].filter(isOwn).length
    // A single word that others use too proves nothing.
    if (found.size === words.length && (words.length > 1 || own > 0)) return true
    if (own > 0 && own * 2 >= words.filter(isOwn).length) return true
  }
  return false
}
