/** Offers people's messages for embedding, once they are old enough to have context. */
import type { ChangeLog } from '../messages/change-log.ts'
import type { MessageContext } from '../messages/message-context.ts'
import type { Scope } from '../messages/scope.ts'
import { MINUTE_MS, type Clock } from '../platform/clock.ts'
import type { TokenCounter } from '../text/tokens.ts'
import type { Embeddable, EmbeddingSource, SourcePage } from './embedding-source.ts'
import { CONTEXT_TURNS, contextualText } from './contextual-text.ts'
import { itemOfMessage, MESSAGE_ITEM_PREFIX, messageOfItem } from './item-id.ts'

/**
 * Age at which a message gets its vector: by then the messages after it exist too, so that it is embedded only once.
 * Until then it is part of the running conversation, and full-text search finds it.
 */
const SETTLED_AFTER_MS = 10 * MINUTE_MS
/** How often it looks for new messages: the pipeline need not report them. */
const LOOK_EVERY_MS = MINUTE_MS

/**
 * How far back to compare again: new messages may have taken the numbers of deleted newer ones before the deletion was
 * followed.
 */
const REUSED_WITHIN = 1000

export interface MessageSourceDeps {
  readonly context: MessageContext
  readonly changeLog: Pick<ChangeLog, 'contentChanges' | 'advance'>
  readonly tokens: TokenCounter
  readonly clock: Clock
}

/** Gives every message of a person a vector of its text together with the surrounding messages. */
export const createMessageSource = ({ context, changeLog, tokens, clock }: MessageSourceDeps): EmbeddingSource => {
  const scopesOf = async (ids: readonly string[]): Promise<ReadonlyMap<string, Scope>> => {
    const found = await context.scopesOf(ids.map(messageOfItem))
    return new Map([...found].map(([message_id, scope]) => [itemOfMessage(message_id), scope]))
  }

  return {
    name: 'messages',
    prefix: MESSAGE_ITEM_PREFIX,
    growing: true,
    looked_at_every_ms: LOOK_EVERY_MS,

    page: async ({ limit, after }): Promise<SourcePage> => {
      const now = clock.now()
      const from = Number(after ?? 0)
      const { messages: found, reached } = await context.inOrder(from, limit)
      if (reached === undefined) return { items: [], next: undefined }
      // A message with a wrong clock must not hold up the messages after it.
      const fresh = found.findIndex(({ message }) => Math.abs(now - message.sent_at) < SETTLED_AFTER_MS)
      const settled = fresh < 0 ? found : found.slice(0, fresh)
      const items = settled.map(({ message }) => ({ item_id: itemOfMessage(message.message_id), scope: message.scope }))
      if (fresh < 0) return { items, next: String(reached) }
      const next = settled.at(-1)?.seq
      return { items, next: next === undefined ? undefined : String(next) }
    },

    scopesOf,

    textsOf: async items => {
      const texts = new Map<string, string>()
      for (const [scope, members] of Map.groupBy(items, each => each.scope)) {
        const ids = members.map(each => messageOfItem(each.item_id))
        for (const found of await context.inContext(scope, ids, CONTEXT_TURNS)) {
          texts.set(itemOfMessage(found.message.message_id), contextualText(found, tokens))
        }
      }
      return texts
    },

    changes: async (after, limit) => {
      const changes = await changeLog.contentChanges('vectors', { after, limit })
      const last = changes.at(-1)
      if (last === undefined) return undefined
      const stale_ids = new Set(changes.map(each => each.message_id))
      for (const change of changes) {
        for (const neighbour of await context.neighbours(change, CONTEXT_TURNS)) stale_ids.add(neighbour)
      }
      const stale = [...stale_ids].map(itemOfMessage)
      const there = await scopesOf(stale)
      const reused_from = (await context.newest()) - REUSED_WITHIN
      const again = changes.map(each => each.seq).filter(seq => seq > reused_from)
      const renewed = [...there].map(([item_id, scope]): Embeddable => ({ item_id, scope }))
      const compare_again = again.length === 0 ? {} : { again_after: String(Math.min(...again) - 1) }
      return { upTo: last.change, stale, renewed, ...compare_again }
    },

    followed: upTo => changeLog.advance('vectors', upTo),
  }
}
