/** Offers the messages of people to the vectors, once they are old enough to have context. */
import type { MessageContext } from '../messages/message-context.ts'
import type { Scope } from '../messages/scope.ts'
import { MINUTE_MS, type Clock } from '../platform/clock.ts'
import type { TokenCounter } from '../text/tokens.ts'
import type { Embeddable, EmbeddingSource, SourcePage } from './embedding-source.ts'
import { CONTEXT_TURNS, contextualText } from './contextual-text.ts'
import { itemOfMessage, MESSAGE_ITEM_PREFIX, messageOfItem } from './item-id.ts'

/**
 * Age at which a message gets its vector: by then what was said after it is there too, so that it is embedded once. Until
 * then it is part of the running conversation, and is found by its words.
 */
const SETTLED_AFTER_MS = 10 * MINUTE_MS
/** How often it looks for new messages: the pipeline need not report them. */
const LOOK_EVERY_MS = MINUTE_MS

/** Messages that may have come, at the places of newer ones that went, before their going is followed. */
const REUSED_WITHIN = 1000

/** Every message of a person has a vector, of what was said together with what was said around it. */
export const createMessageSource = (turns: MessageContext, tokens: TokenCounter, clock: Clock): EmbeddingSource => {
  const scopesOf = async (ids: readonly string[]): Promise<ReadonlyMap<string, Scope>> => {
    const found = await turns.scopesOf(ids.map(messageOfItem))
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
      const { turns: found, reached } = await turns.inOrder(from, limit)
      if (reached === undefined) return { items: [], next: undefined }
      // A clock that differs must not hold up what comes behind.
      const fresh = found.findIndex(({ turn }) => Math.abs(now - turn.sent_at) < SETTLED_AFTER_MS)
      const settled = fresh < 0 ? found : found.slice(0, fresh)
      const items = settled.map(({ turn }) => ({ item_id: itemOfMessage(turn.message_id), scope: turn.scope }))
      if (fresh < 0) return { items, next: String(reached) }
      const next = settled.at(-1)?.seq
      return { items, next: next === undefined ? undefined : String(next) }
    },

    scopesOf,

    textsOf: async items => {
      const texts = new Map<string, string>()
      for (const [scope, members] of Map.groupBy(items, each => each.scope)) {
        const ids = members.map(each => messageOfItem(each.item_id))
        for (const found of await turns.inContext(scope, ids, CONTEXT_TURNS)) {
          texts.set(itemOfMessage(found.turn.message_id), contextualText(found, tokens))
        }
      }
      return texts
    },

    changes: async (after, limit) => {
      const changes = await turns.changes(after, limit, CONTEXT_TURNS)
      const last = changes.at(-1)
      if (last === undefined) return undefined
      const stale = [...new Set(changes.flatMap(each => [each.message_id, ...each.neighbours]))].map(itemOfMessage)
      const there = await scopesOf(stale)
      const reused_from = (await turns.newest()) - REUSED_WITHIN
      const again = changes.map(each => each.place).filter(place => place > reused_from)
      const renewed = [...there].map(([item_id, scope]): Embeddable => ({ item_id, scope }))
      const compare_again = again.length === 0 ? {} : { again_after: String(Math.min(...again) - 1) }
      return { upTo: last.change, stale, renewed, ...compare_again }
    },

    followed: upTo => turns.forgetChanges(upTo),
  }
}
