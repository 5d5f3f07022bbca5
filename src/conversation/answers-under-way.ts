/**
 * Messages that are being answered. A change of one of them cancels the work on its answer immediately, so that an
 * answer always fits the current text.
 */
import type { MessageId } from '../messages/message.ts'
import { DenidinError } from '../platform/errors.ts'
import { lru } from '../platform/lru.ts'

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

/** `talk`: edits count until the answer is sent. `command`: once it runs, only a deletion counts. */
export type AnsweredKind = 'talk' | 'command'

/**
 * The effect of an edit: `none`: there was no work to cancel; `ended`: the work was cancelled, and its owner starts
 * again with the new text; `goes_on`: the work continues despite the edit.
 */
export type EditedWork = 'none' | 'ended' | 'goes_on'

/** How many edits of one message cancel the work on its answer; after that, the answer uses the text at hand. */
const MOST_EDITS = 3
const EDITS_REMEMBERED = 1000

interface Work {
  readonly texts: ReadonlyMap<MessageId, string>
  readonly kind: AnsweredKind
  readonly abort: AbortController
}

export class AnswersUnderWay {
  readonly #works = new Set<Work>()
  readonly #edits = lru<MessageId, number>(EDITS_REMEMBERED)

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

  /** Records that a message has this text from now on. */
  edited(message_id: MessageId, text: string): EditedWork {
    const work = this.#workOn(message_id)
    if (work === undefined) return 'none'
    const edits = (this.#edits.get(message_id) ?? 0) + 1
    if (work.kind === 'command' || work.texts.get(message_id) === text || edits > MOST_EDITS) return 'goes_on'
    this.#edits.set(message_id, edits)
    end(work)
    return 'ended'
  }

  /**
   * Records that a message was deleted. @returns whether it was being answered; whoever does that continues with the
   * remaining messages
   */
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
