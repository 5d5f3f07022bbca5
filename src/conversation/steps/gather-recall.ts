/** Step of a turn: gathers what may be recalled for a question. What of it the model is shown, the packer decides. */
import type { MemoryReader } from '../../memory/memory-store.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Quote } from '../../retrieval/quote.ts'
import type { ScopePolicy } from '../../retrieval/scope-policy.ts'
import type { SearchService } from '../../retrieval/search-service.ts'
import type { WindowMessage } from '../../sessions/session.ts'
import type { FoundCandidates } from '../packing/pack-recall.ts'
import type { TurnContext } from '../turn-context.ts'

/** Messages that are quoted for one question, as far as the tokens reach; twice as many for one that asks for a list. */
const MOST_QUOTES = 40

export interface GatherRecallDeps {
  readonly search: SearchService
  readonly scopes: Pick<ScopePolicy, 'ofQuestion' | 'audit'>
  readonly facts: Pick<MemoryReader, 'ofSources'>
  readonly clock: Clock
  /** Most tokens of quotes that are looked for; 0 while long-term memory is off: then nothing is looked for. */
  readonly recall_tokens: number
}

/**
 * Memories and quotes that bear on the question of a turn, the best first; never rejects.
 * @param shown messages that the model has before it anyway
 */
export const gatherRecall = async (
  { search, scopes, facts, clock, recall_tokens }: GatherRecallDeps,
  { scope, question, person, caller }: TurnContext,
  shown: readonly WindowMessage[],
): Promise<FoundCandidates> => {
  if (recall_tokens === 0) return { memories: [], quotes: [], most_quotes: 0, words: new Map() }
  const { memories, quotes, most_quotes, words } = await search.search(
    await scopes.ofQuestion(scope),
    { text: question, messages: 'relevant', asked_at: clock.now(), asker: person.person_id },
    { quotes: MOST_QUOTES, exclude: new Set(shown.map(message => message.message_id)) },
    { ...caller, purpose: 'recall' },
  )
  return { memories, quotes: await withEnds(facts, quotes), most_quotes, words }
}

/** Adds to quotes whose every fact has ended since when: what was said stays said, but it is history. */
const withEnds = async (facts: GatherRecallDeps['facts'], quotes: readonly Quote[]): Promise<readonly Quote[]> => {
  const learned = (
    await Promise.all(
      [...Map.groupBy(quotes, quote => quote.scope)].map(([scope, ofScope]) =>
        facts.ofSources(
          scope,
          ofScope.map(quote => quote.message_id),
        ),
      ),
    )
  ).flat()
  return quotes.map(quote => {
    // A fact that was merged has not ended: the one that replaced it has this source too.
    const current = learned.filter(fact => fact.merged_into === undefined)
    const ends = current.filter(fact => fact.sources.includes(quote.message_id)).map(fact => fact.valid_to)
    const held_until = ends.includes(undefined)
      ? undefined
      : ends
          .filter(end => end !== undefined)
          .sort((a, b) => a - b)
          .at(-1)
    return held_until === undefined ? quote : { ...quote, held_until }
  })
}
