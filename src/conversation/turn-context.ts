/** Everything that the steps of one turn need to know, loaded once. */
import type { Channel } from '../channels/channel.ts'
import type { ChatId } from '../messages/message.ts'
import { isForwarded, ownWords } from '../messages/message-details.ts'
import type { Scope } from '../messages/scope.ts'
import type { Person, PersonId } from '../people/person.ts'
import type { ZoneOf } from '../people/personal-zones.ts'
import type { Clock } from '../platform/clock.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { TimeZone } from '../platform/time-zone.ts'
import { beginningAndEnd } from '../text/cut.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { Strings } from '../text/strings/strings.ts'
import type { Pause } from './pauses.ts'
import type { StringsFor } from './reply-language.ts'
import { TurnLaps } from './turn-laps.ts'
import type { TurnMessage } from './turn-message.ts'
import { windowBudget, type WindowBudgets } from './window-budget.ts'

export interface TurnContext {
  readonly scope: Scope
  readonly chat_id: ChatId
  readonly chat_kind: 'direct' | 'group'
  readonly channel: Channel | undefined
  /** The person to answer: in a group, the one who last addressed the bot. */
  readonly person: Person
  /** The messages, oldest first; at least one. */
  readonly batch: readonly TurnMessage[]
  /** The message that a reply refers to. */
  readonly last: TurnMessage
  /** The texts of the batch; of long ones the beginning and the end, where the question usually is. */
  readonly question: string
  /** The part of the texts that their senders wrote themselves. */
  readonly own_words: string
  /** Whether the bot only listens: no one addressed it, or it is paused. */
  readonly listens: boolean
  /** Whether the conversation has a memory: messages are stored, and recalled. */
  readonly remembers: boolean
  /** DeniDin's own messages, in the person's language. */
  readonly strings: Strings
  /** The person's time zone, which determines their “today”. */
  readonly zone: TimeZone
  /** Tokens of the session's window for this person. */
  readonly window_tokens: number
  /** The caller for model calls. */
  readonly caller: { readonly person_id: PersonId; readonly chat_id: ChatId }
  /** When the work began, on the monotonic clock: typing is counted from here. */
  readonly since: number
  readonly laps: Pick<TurnLaps, 'enter' | 'answered'>
}

/** A message with the person who wrote it. */
export interface SpokenMessage {
  readonly message: TurnMessage
  readonly person: Person
}

/** Most characters that are searched for and examined for feelings: people's messages are rarely longer. */
const MOST_QUESTION_CHARACTERS = 8000

export interface TurnContextDeps {
  readonly channelOf: (chat_id: ChatId) => Channel | undefined
  readonly stringsFor: StringsFor
  /** A person's last message, which shows their language if the current one has no text. */
  readonly lastSaid: Sessions['lastSaid']
  readonly zoneOf: ZoneOf
  /** Whether a conversation has a memory. */
  readonly remembers: (scope: Scope) => Promise<boolean>
  readonly window_tokens: WindowBudgets
  readonly clock: Clock
  readonly metrics: Pick<Metrics, 'observe'>
}

/** Loads the context of a turn in one chat. `spoken` is oldest first and not empty. */
export const loadTurnContext = async (
  { channelOf, stringsFor, lastSaid, zoneOf, remembers, window_tokens, clock, metrics }: TurnContextDeps,
  scope: Scope,
  spoken: readonly [SpokenMessage, ...SpokenMessage[]],
  pause: Pause | undefined,
): Promise<TurnContext> => {
  const addressed = pause === undefined ? spoken.findLast(({ message }) => message.addressed) : undefined
  const { message: last, person } = addressed ?? spoken.at(-1) ?? spoken[0]
  const { chat_id, chat_kind } = last
  const batch = spoken.map(({ message }) => message)
  const question = beginningAndEnd(batch.map(message => message.text).join('\n'), MOST_QUESTION_CHARACTERS)
  const own_words = batch
    .filter(message => !isForwarded(message))
    .map(ownWords)
    .join('\n')
  const words = own_words.trim() === '' ? ((await lastSaid(scope, person.person_id)) ?? '') : own_words
  return {
    scope,
    chat_id,
    chat_kind,
    channel: channelOf(chat_id),
    person,
    batch,
    last,
    question,
    own_words,
    listens: addressed === undefined,
    remembers: await remembers(scope),
    strings: await stringsFor(words, person.person_id),
    zone: await zoneOf(person.person_id),
    window_tokens: windowBudget(window_tokens, person, chat_kind),
    caller: { person_id: person.person_id, chat_id },
    since: clock.monotonic(),
    laps: new TurnLaps(clock, metrics),
  }
}
