/** Gathers what the model is given from long-term memory and from earlier messages. */
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/logger.ts'
import type { MemoryReader } from '../memory/memory-store.ts'
import type { Quote } from '../retrieval/quote.ts'
import { packRecall, type PackedRecall } from '../retrieval/pack-recall.ts'
import type { ScopePolicy } from '../retrieval/scope-policy.ts'
import type { SearchService } from '../retrieval/search-service.ts'
import type { Scope } from '../messages/scope.ts'
import type { CallContext } from '../models/language-model.ts'
import type { PersonId } from '../people/person.ts'
import type { WindowMessage } from '../sessions/session.ts'
import type { TokenCounter } from '../text/tokens.ts'

/** Messages that are quoted for one question, as far as the tokens reach; twice as many for one that asks for a list. */
const MOST_QUOTES = 40

export interface GatherRecallDeps {
  readonly search: SearchService
  readonly scopes: Pick<ScopePolicy, 'ofQuestion' | 'audit'>
  readonly facts: Pick<MemoryReader, 'ofSources'>
  readonly tokens: TokenCounter
  readonly clock: Clock
  readonly logger: Logger
  /** Most tokens of what is recalled; with 0 nothing is asked and nothing logged. */
  readonly settings: { readonly recall_tokens: number }
}

/** What is asked, and what the model has before it anyway. */
export interface AskedNow {
  readonly scope: Scope
  readonly text: string
  readonly asker: PersonId
  readonly window: readonly WindowMessage[]
}

/** What is remembered and what was said before, together within the tokens that recall may take; never rejects. */
export const gatherRecall = async (
  deps: GatherRecallDeps,
  { scope, text, asker, window }: AskedNow,
  call: Omit<CallContext, 'purpose'>,
): Promise<PackedRecall> => {
  const { recall_tokens } = deps.settings
  if (recall_tokens === 0) return { memories: [], quotes: [], covered: [] }
  const begun = deps.clock.now()
  const search_scope = await deps.scopes.ofQuestion(scope)
  const hits = await deps.search.search(
    search_scope,
    { text, messages: 'relevant', asked_at: deps.clock.now(), asker },
    { quotes: MOST_QUOTES, exclude: new Set(window.map(message => message.message_id)) },
    { ...call, purpose: 'recall' },
  )
  const packed = packRecall(hits, recall_tokens, deps.tokens)
  deps.scopes.audit(search_scope, { ...packed, memories: [...packed.memories, ...packed.covered] })
  const given = { memories: packed.memories.length, quotes: packed.quotes.length }
  deps.logger.for('memory.recall').info(`Recalled ${String(given.memories + given.quotes)} memories`, {
    ...given,
    took_ms: deps.clock.now() - begun,
  })
  return { ...packed, quotes: await dated(deps.facts, packed.quotes) }
}

/** Says of quotes whose every fact has ended since when: what was said stays said, but it is history. */
const dated = async (facts: GatherRecallDeps['facts'], quotes: readonly Quote[]): Promise<readonly Quote[]> => {
  const learned = (
    await Promise.all(
      [...Map.groupBy(quotes, quote => quote.scope)].map(([scope, there]) =>
        facts.ofSources(
          scope,
          there.map(quote => quote.message_id),
        ),
      ),
    )
  ).flat()
  return quotes.map(quote => {
    // A fact that was merged has not ended: the one that stands for it has this source too.
    const standing = learned.filter(fact => fact.merged_into === undefined)
    const ends = standing.filter(fact => fact.sources.includes(quote.message_id)).map(fact => fact.valid_to)
    const held_until = ends.includes(undefined)
      ? undefined
      : ends
          .filter(end => end !== undefined)
          .sort((a, b) => a - b)
          .at(-1)
    return held_until === undefined ? quote : { ...quote, held_until }
  })
}
