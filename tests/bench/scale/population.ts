import type { Database } from '../../../src/database/sqlite/database.ts'
import type { Scope } from '../../../src/messages/scope.ts'
import { hostileScopes } from '../../support/memory-scopes.ts'
import { random, type Random } from '../../support/random-text.ts'
import { sayAll, type Said } from '../../support/said.ts'

export interface PopulationSize {
  readonly people: number
  readonly messages: number
  /** Messages of the one who wrote most. */
  readonly largest: number
}

/** Somebody, or a group, with what was said there: message `n` of it can be made again at any time. */
export interface Resident {
  readonly scope: Scope
  readonly messages: number
  readonly seed: number
}

/** Names that begin alike, so that a search by beginnings or by likeness would mix them up. */
const scopeOfPlace = (place: number): Scope =>
  place < hostileScopes.length
    ? (hostileScopes[place] ?? 'person:a')
    : place % 10 === 0
      ? `chat:12036${String(place)}@g.us`
      : `person:p${String(place)}`

/** The largest gets what was asked for, the rest is shared out unevenly: few write much, most write little. */
export const populate = ({ people, messages, largest }: PopulationSize): readonly Resident[] => {
  const weights = Array.from({ length: people - 1 }, (_, n) => 1 / Math.sqrt(n + 1))
  const all = weights.reduce((sum, weight) => sum + weight, 0)
  const rest = messages - largest
  return [
    { scope: 'person:p', messages: largest, seed: 1 },
    ...weights.map((weight, n) => ({
      scope: scopeOfPlace(n),
      seed: n + 2,
      messages: Math.max(1, Math.min(largest, Math.round((rest * weight) / all))),
    })),
  ]
}

const SYLLABLES = 'ba ko li mu ne ra so ti vu ze ga do fi hu je'.split(' ')
const WORDS = Array.from({ length: 3000 }, (_, n) =>
  [n % 15, Math.floor(n / 15) % 15, Math.floor(n / 225) % 15].map(place => SYLLABLES[place]).join(''),
)
const MESSAGE_WORDS = 8

const wordOf = (numbers: Random): string => {
  // The commoner of two: some words are everywhere, most are rare.
  const place = Math.min(numbers.below(WORDS.length), numbers.below(WORDS.length))
  return WORDS[place] ?? ''
}

/** Words that nobody else says, among words that everybody says. */
export const messageOf = (
  { scope, seed }: Resident,
  n: number,
): { readonly message_id: string; readonly text: string } => {
  const numbers = random(seed * 1_000_003 + n)
  const words = Array.from({ length: MESSAGE_WORDS }, () => wordOf(numbers))
  return {
    message_id: `${String(seed)}-${String(n)}`,
    text: `${words.join(' ')} mark${String(seed)}x${String(n)} ${scope}`,
  }
}

const SESSION_MESSAGES = 20
const MINUTE_MS = 60_000

/** Puts everything that a resident said into the messages. */
export const tell = (database: Database, resident: Resident, began: number): void => {
  const said = Array.from({ length: resident.messages }, (_, n): Said => ({
    ...messageOf(resident, n),
    scope: resident.scope,
    session_id: `${String(resident.seed)}-${String(Math.floor(n / SESSION_MESSAGES))}`,
    sent_at: began + n * MINUTE_MS,
  }))
  for (let at = 0; at < said.length; at += 5000) sayAll(database, said.slice(at, at + 5000))
}
