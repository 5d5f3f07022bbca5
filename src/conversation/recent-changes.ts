/** What became of messages whose texts are not kept: their edits and deletions, for as long as an answer may take. */
import { LRUCache } from 'lru-cache'
import type { MessageId } from '../messages/message.ts'
import { afterEdit } from '../messages/message-kind.ts'
import type { TokenCounter } from '../text/tokens.ts'
import type { TurnMessage } from './turn-message.ts'

const MOST_REMEMBERED = 1000

type Change = { readonly kind: 'deleted' } | { readonly kind: 'edited'; readonly words: string }

/** Is told of every edit and deletion. */
export interface ChangeListener {
  edited(message_id: MessageId, words: string): void
  deleted(message_id: MessageId): void
}

/** Where texts are kept, they are read again: changes need not be remembered. */
export const ignoredChanges: ChangeListener = { edited: () => undefined, deleted: () => undefined }

export class RecentChanges implements ChangeListener {
  readonly #tokens: TokenCounter
  readonly #changes = new LRUCache<MessageId, Change>({ max: MOST_REMEMBERED })

  constructor(tokens: TokenCounter) {
    this.#tokens = tokens
  }

  edited(message_id: MessageId, words: string): void {
    this.#changes.set(message_id, { kind: 'edited', words })
  }

  deleted(message_id: MessageId): void {
    this.#changes.set(message_id, { kind: 'deleted' })
  }

  /** The messages as their writers want them by now, without those that they took back. */
  apply(batch: readonly TurnMessage[]): readonly TurnMessage[] {
    return batch.flatMap(message => {
      const change = this.#changes.get(message.message_id)
      if (change === undefined) return [message]
      if (change.kind === 'deleted') return []
      const { kind, text } = afterEdit(message, change.words)
      return [{ ...message, kind, text, tokens: this.#tokens.count(text) }]
    })
  }
}
