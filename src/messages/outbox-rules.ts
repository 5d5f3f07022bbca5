/** The states of a reply: how they follow from the states of its parts, and what a restart does with it. */
import type { InboxState } from './inbox-store.ts'
import type { OutboxState, PartState } from './outbox-store.ts'

/** The final state of a reply and of the messages that it answers. */
export interface Settlement {
  readonly reply: Exclude<OutboxState, 'intended' | 'held'>
  readonly answered: Extract<InboxState, 'answered' | 'unconfirmed' | 'failed' | 'unanswerable'>
}

/** The final state of a reply whose parts are in these states; `undefined` while a part is still to be sent. */
export const settlementOf = (parts: readonly PartState[]): Settlement | undefined => {
  const states = new Set(parts)
  if (states.has('waiting') || states.has('begun')) return undefined
  if (states.has('failed')) return { reply: 'failed', answered: 'failed' }
  const [only, ...others] = states
  if (others.length === 0 && only === 'sent') return { reply: 'sent', answered: 'answered' }
  // None of it was sent, and its text is gone.
  if (others.length === 0 && only === 'lost') return { reply: 'unconfirmed', answered: 'unanswerable' }
  return { reply: 'unconfirmed', answered: 'unconfirmed' }
}

/**
 * What the next process does with a reply none of whose parts is being sent any more.
 * - `nothing`: no part is left to be sent.
 * - `hold`: its waiting parts are sent once the channel can.
 * - `answer_again`: its text was not stored and none of it was sent: its messages wait for a new reply.
 * - `give_up`: its text was not stored and some of it was sent: the rest is lost.
 */
export type Takeover = 'nothing' | 'hold' | 'answer_again' | 'give_up'

export const takeoverOf = (
  parts: readonly { readonly state: PartState; readonly text: string | undefined }[],
): Takeover => {
  const waiting = parts.filter(each => each.state === 'waiting')
  if (waiting.length === 0) return 'nothing'
  if (waiting.every(each => each.text !== undefined)) return 'hold'
  return waiting.length === parts.length ? 'answer_again' : 'give_up'
}
