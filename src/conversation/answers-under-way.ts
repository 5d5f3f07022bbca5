/**
 * The messages to which an answer is being made, so that a change of one of them ends the work on it at once: an answer is
 * always one to what its writer wants to have said.
 */
import { LRUCache } from 'lru-cache'
import type { MessageId } from '../messages/message.ts'
import { DenidinError } from '../platform/errors.ts'

/** A message that is being answered. */
export interface AnsweredMessage {
  readonly message_id: MessageId
  readonly text: string
}

/** The work on one answer. Disposing of it ends it. */
export interface AnswerUnderWay extends Disposable {
  /** Aborted when one of the messages was edited or deleted. */
  readonly signal: AbortSignal
}

/** `talk`: edits count until the answer goes out. `command`: once it runs, only a deletion counts. */
export type AnsweredKind = 'talk' | 'command'

/**
 * What an edit finds: `none`: nothing to end; `ended`: the work was ended, and whoever did it begins again with the new
 * words; `goes_on`: it goes on in spite of the edit.
 */
export type EditedWork = 'none' | 'ended' | 'goes_on'

/** Times that edits of one message end the work on its answer; after that, the answer is to what stands. */
const MOST_EDITS = 3
const EDITS_REMEMBERED = 1000

interface Work {
  readonly texts: ReadonlyMap<MessageId, string>
  readonly kind: AnsweredKind
  readonly abort: AbortController
}

export class AnswersUnderWay {
  readonly #works = new Set<Work>()
  readonly #edits = new LRUCache<MessageId, number>({ max: EDITS_REMEMBERED })

  begin(messages: readonly AnsweredMessage[], kind: AnsweredKind): AnswerUnderWay {
    const abort = new AbortController()
    const work = { texts: new Map(messages.map(({ message_id, text }) => [message_id, text])), kind, abort }
    this.#works.add(work)
    return {
      signal: abort.signal,
      [Symbol.dispose]: () => {
        this.#works.delete(work)
      },
    }
  }

  /** A message has this text from now on. */
  edited(message_id: MessageId, text: string): EditedWork {
    const work = this.#workOn(message_id)
    if (work === undefined) return 'none'
    const edits = (this.#edits.get(message_id) ?? 0) + 1
    if (work.kind === 'command' || work.texts.get(message_id) === text || edits > MOST_EDITS) return 'goes_on'
    this.#edits.set(message_id, edits)
    end(work)
    return 'ended'
  }

  /** A message is gone. @returns whether an answer to it was being made: whoever did it goes on with what is left */
  deleted(message_id: MessageId): boolean {
    const work = this.#workOn(message_id)
    if (work !== undefined) end(work)
    return work !== undefined
  }

  #workOn(message_id: MessageId): Work | undefined {
    return [...this.#works].find(work => work.texts.has(message_id))
  }
}

const end = ({ abort }: Work): void => {
  abort.abort(new DenidinError('stopping', 'the message that is answered was changed'))
}
