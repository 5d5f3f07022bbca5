/** Scores how important a fact is: by the extractor's judgement, and by how often its person talked about it. */
import type { MessageRecord } from '../../messages/message.ts'
import { containsWord, subjectsOf, subjectsToFind } from '../../text/content-stems.ts'

/** Caches the parsed messages, because every fact of a chunk is compared with every message of it. */
const subjects = new WeakMap<MessageRecord, ReadonlySet<string>>()
const subjectsIn = (message: MessageRecord): ReadonlySet<string> => {
  const known = subjects.get(message) ?? subjectsOf(message.text)
  subjects.set(message, known)
  return known
}

const OWN_SHARE = 0.7
const ACTIVITY_SHARE = 0.3

/**
 * How much a person talked about a fact, 0 to 1: 1 − 0.5ⁿ for n of their messages that share at least two subject words
 * with it (or its only one). A fact that was mentioned once scores 0.5.
 */
export const activityOf = (fact: string, person_id: string, messages: readonly MessageRecord[]): number => {
  const wanted = subjectsToFind(fact)
  const needed = Math.min(2, wanted.length)
  const mentions = messages.filter(message => {
    if (message.role !== 'user' || message.person_id !== person_id) return false
    const said = subjectsIn(message)
    return wanted.filter(word => containsWord(said, word)).length >= needed
  }).length
  return 1 - 0.5 ** Math.max(1, mentions)
}

/** Each restatement closes a tenth of the gap to full importance. */
const STRENGTHENING = 0.1

/** The importance of a fact after it was restated. */
export const strengthened = (importance: number): number => importance + STRENGTHENING * (1 - importance)

/** clamp(0.7 · the extractor's importance + 0.3 · activity), both 0 to 1. */
export const importanceOf = (extracted: number, activity: number): number =>
  Math.min(1, Math.max(0, OWN_SHARE * extracted + ACTIVITY_SHARE * activity))
