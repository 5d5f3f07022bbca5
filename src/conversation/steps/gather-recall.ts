/** Step of a turn: gathers what may be recalled for a question. What of it the model is shown, the packer decides. */
import { ownSearchScope } from '../../memory/fact-search.ts'
import type { LongTermMemory } from '../../memory/long-term-memory.ts'
import type { MemoryStore } from '../../memory/memory-store.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Quote } from '../../retrieval/message-recall.ts'
import type { MessageSearch } from '../../retrieval/message-search.ts'
import type { WindowMessage } from '../../sessions/session.ts'
import type { RecallCandidates } from '../packing/pack-recall.ts'
import type { TurnContext } from '../turn-context.ts'

/** Messages that are quoted for one question, as far as the tokens reach; twice as many for one that asks for a list. */
const MOST_QUOTES = 40

export interface GatherRecallDeps {
  readonly memory: LongTermMemory
  readonly past: Pick<MessageSearch, 'recall'>
  readonly facts: Pick<MemoryStore, 'ofSources'>
  readonly clock: Clock
  /** Most tokens of quotes that are looked for; 0 while long-term memory is off: then nothing is looked for. */
  readonly recall_tokens: number
}

/**
 * Memories and quotes that bear on the question of a turn, the best first; never rejects.
 * @param shown messages that the model has before it anyway
 */
export const gatherRecall = async (
  { memory, past, facts, clock, recall_tokens }: GatherRecallDeps,
  { scope, question, person, caller }: TurnContext,
  shown: readonly WindowMessage[],
): Promise<RecallCandidates> => {
  if (recall_tokens === 0) return { memories: [], quotes: [] }
  const call = { ...caller, purpose: 'recall' } as const
  const exclude = new Set(shown.map(message => message.message_id))
  const [{ memories }, quotes] = await Promise.all([
    memory.recall(scope, question, call),
    past.recall(
      ownSearchScope(scope),
      { text: question, asked_at: clock.now(), asker: person.person_id },
      { quotes: MOST_QUOTES, tokens: recall_tokens, exclude },
      call,
    ),
  ])
  return { memories, quotes: await withEnds(facts, quotes) }
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
