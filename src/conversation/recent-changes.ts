/**
 * Remembers edits and deletions of messages whose texts are not stored: for as long as an answer may take, or because
 * they arrived before their message.
 */
import type { MessageId } from '../messages/message.ts'
import { afterEdit } from '../messages/message-kind.ts'
import { lru } from '../platform/lru.ts'
import type { TokenCounter } from '../text/tokens.ts'
import type { TurnMessage } from './turn-message.ts'

const MOST_REMEMBERED = 1000

type Change = { readonly kind: 'deleted' } | { readonly kind: 'edited'; readonly words: string }

/** Is notified of every edit and deletion. */
export interface ChangeListener {
  edited(message_id: MessageId, words: string): void
  deleted(message_id: MessageId): void
}

export class RecentChanges implements ChangeListener {
  readonly #tokens: TokenCounter
  readonly #changes = lru<MessageId, Change>(MOST_REMEMBERED)

  constructor(tokens: TokenCounter) {
    this.#tokens = tokens
  }

  edited(message_id: MessageId, words: string): void {
    this.#changes.set(message_id, { kind: 'edited', words })
  }

  deleted(message_id: MessageId): void {
    this.#changes.set(message_id, { kind: 'deleted' })
  }

  /** The words of a message that was edited before it arrived: what is known of a message later is in the store. */
  wordsOf(message_id: MessageId): string | undefined {
    const change = this.#changes.get(message_id)
    return change?.kind === 'edited' ? change.words : undefined
  }

  /** The current versions of messages, without deleted ones. */
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
