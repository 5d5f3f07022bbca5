import type { MessageRecord } from '../../messages/message.ts'
import { subjectsOf } from '../../text/content-stems.ts'

/** Every fact of a chunk is held against every message of it: each message is read once. */
const subjects = new WeakMap<MessageRecord, ReadonlySet<string>>()
const subjectsIn = (message: MessageRecord): ReadonlySet<string> => {
  const known = subjects.get(message) ?? subjectsOf(message.text)
  subjects.set(message, known)
  return known
}

const OWN_SHARE = 0.7
const ACTIVITY_SHARE = 0.3

/**
 * How much a person said about something, 0 to 1: 1 − 0.5ⁿ for n of their messages that share at least two subject words
 * with the fact (or its only one). What is said once stands in the middle, at 0.5.
 */
export const activityOf = (fact: string, person_id: string, said: readonly MessageRecord[]): number => {
  const wanted = subjectsOf(fact)
  const needed = Math.min(2, wanted.size)
  const mentions = said.filter(message => {
    if (message.role !== 'user' || message.person_id !== person_id) return false
    const words = subjectsIn(message)
    return [...wanted].filter(each => words.has(each)).length >= needed
  }).length
  return 1 - 0.5 ** Math.max(1, mentions)
}

/** Each restatement closes a tenth of what is missing to the full importance. */
const STRENGTHENING = 0.1

/** The importance of a fact that was said once more. */
export const strengthened = (importance: number): number => importance + STRENGTHENING * (1 - importance)

/** clamp(0.7 · what the extractor says + 0.3 · activity), both 0 to 1. */
export const importanceOf = (extracted: number, activity: number): number =>
  Math.min(1, Math.max(0, OWN_SHARE * extracted + ACTIVITY_SHARE * activity))
