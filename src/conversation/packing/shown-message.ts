/**
 * The form of a history message in a request: its speaker, the message that it replies to, and whether it was
 * forwarded.
 */
import type { PersonId } from '../../people/person.ts'
import type { MessageId } from '../../messages/message.ts'
import type { WindowMessage } from '../../sessions/session.ts'
import { inQuotes } from '../../messages/message-details.ts'
import { speakersOf } from '../../text/speaker-names.ts'

export type ChatKind = 'direct' | 'group'

/** The quoted message, as far as it may be shown. */
export interface ShownQuote {
  /** `person`: an unknown person; `undefined`: not even that is known. */
  readonly by: 'bot' | 'person' | { readonly person_id: PersonId; readonly sender_name: string | undefined } | undefined
  readonly text: string | undefined
  /** Whether a message of this turn quotes it: then more of it is shown. */
  readonly current?: boolean
  /** The id of the quoted message, if it is stored. */
  readonly message_id?: MessageId
}

/** A message of the window with the notes that the model gets about it. */
export interface ShownMessage extends WindowMessage {
  /** The message that it replies to, and whether it was forwarded: `forwarded`, `replying to you: "…"`. */
  readonly mark?: string
}

/** Stands for a person whose name cannot be shown. */
export const UNNAMED = 'Someone'

/** Longest quote, in UTF-16 units, in a message to answer and in an earlier one. */
const MOST_QUOTED = 1200
const MOST_QUOTED_EARLIER = 300

/** The window with its marks and, in a group, with distinct names of its members. */
export const withMarks = (
  window: readonly WindowMessage[],
  chat_kind: ChatKind,
  quotations: ReadonlyMap<string, ShownQuote>,
): readonly ShownMessage[] => {
  const speakerOf = chat_kind === 'direct' ? undefined : speakersOf(window, UNNAMED)
  return window.map(message => {
    if (message.role !== 'user') return message
    const mark = markOf(message, quotations.get(message.message_id), speakerOf)
    const sender_name = speakerOf === undefined ? message.sender_name : speakerOf(message)
    return speakerOf === undefined && mark === ''
      ? message
      : { ...message, sender_name, ...(mark === '' ? {} : { mark }) }
  })
}

type SpeakerOf = ReturnType<typeof speakersOf>

const markOf = (message: WindowMessage, quote: ShownQuote | undefined, speakerOf: SpeakerOf | undefined): string => {
  const marks = [
    ...(message.forwarded === undefined ? [] : [message.forwarded === 'often' ? 'forwarded many times' : 'forwarded']),
    ...(quote === undefined ? [] : [quoteMark(quote, message, speakerOf)]),
  ]
  return marks.join(', ')
}

const quoteMark = (
  { by, text, current = false }: ShownQuote,
  message: WindowMessage,
  speakerOf: SpeakerOf | undefined,
): string => {
  const words =
    text === undefined ? 'a message that is not kept' : inQuotes(text, current ? MOST_QUOTED : MOST_QUOTED_EARLIER)
  const who = whoOf(by, message, speakerOf)
  return who === undefined ? `replying to ${words}` : `replying to ${who}: ${words}`
}

const whoOf = (by: ShownQuote['by'], message: WindowMessage, speakerOf: SpeakerOf | undefined): string | undefined => {
  if (by === undefined) return undefined
  if (by === 'bot') return 'you'
  if (by === 'person') return 'another message'
  if (by.person_id === message.person_id) return 'their own message'
  const named = { role: 'user', person_id: by.person_id, sender_name: by.sender_name } as const
  return (speakerOf ?? speakersOf([named], UNNAMED))(named)
}
