/**
 * Step of a turn: gathers texts that may be recalled for a question. The packer decides which of them the model is
 * shown.
 */
import type { MemoryReader } from '../../memory/memory-store.ts'
import type { RecalledMemory } from '../../memory/memory.ts'
import type { SharedMemory } from '../../memory/shared-memory.ts'
import type { MessageId } from '../../messages/message.ts'
import type { Scope } from '../../messages/scope.ts'
import type { Clock } from '../../platform/clock.ts'
import { isConfined } from '../../messages/confined-chat.ts'
import { ownSearchScope, type ScopePolicy } from '../../retrieval/scope-policy.ts'
import type { SearchService } from '../../retrieval/search-service.ts'
import type { WindowMessage } from '../../sessions/session.ts'
import { NOTHING_FOUND, type FoundCandidates } from '../packing/found-texts.ts'
import type { RecallOverrides } from '../recall-overrides.ts'
import { idsOf } from '../turn-message.ts'
import type { TurnContext } from '../turn-context.ts'
import { markEnds } from './mark-ends.ts'

/**
 * Most messages that are quoted for one question, as far as the tokens allow; twice as many for a question that asks
 * for a list.
 */
const MOST_QUOTES = 40

export interface GatherRecallDeps {
  readonly search: SearchService
  /** What everyone may recall, as far as a conversation has it. */
  readonly sharedOf: (scope: Scope) => Promise<SharedMemory>
  readonly scopes: Pick<ScopePolicy, 'ofQuestion' | 'audit'>
  readonly facts: Pick<MemoryReader, 'ofSources' | 'supersedersOf'>
  readonly clock: Clock
  /** Most tokens of quotes to search for; 0 while long-term memory is off: then nothing is searched for. */
  readonly recall_tokens: number
  readonly recallOverrides: Pick<RecallOverrides, 'of'>
}

/** What recall has to know about the running session. */
export interface RunningSession {
  /** Messages of its window that are found apart from all others. */
  readonly apart?: readonly WindowMessage[]
  /** When it began; `undefined`: quotes of messages that have left its window have no additional tokens. */
  readonly began_at?: number
}

/**
 * Memories and quotes that are relevant to the question of a turn, best first; never rejects.
 * @param shown messages that are not found among others: the model sees them, or they are found apart
 */
export const gatherRecall = async (
  { search, scopes, facts, clock, recall_tokens, recallOverrides }: GatherRecallDeps,
  { scope, chat_id, question, person, caller, batch, laps }: TurnContext,
  shown: readonly WindowMessage[],
  { apart: searched = [], began_at = Number.POSITIVE_INFINITY }: RunningSession = {},
): Promise<FoundCandidates> => {
  const { retrieve, most_memories } = recallOverrides.of(idsOf(batch))
  if (recall_tokens === 0 || !retrieve) return NOTHING_FOUND
  laps.enter('recall')
  const {
    memories,
    quotes,
    apart = [],
    most_quotes,
    words,
  } = await search.search(
    isConfined(chat_id) ? ownSearchScope(scope) : await scopes.ofQuestion(scope),
    { text: question, messages: 'relevant', asked_at: clock.now(), asker: person.person_id },
    {
      quotes: MOST_QUOTES,
      exclude: messageIdsOf(shown),
      asking: idsOf(batch),
      ...(searched.length === 0 ? {} : { apart: messageIdsOf(searched) }),
    },
    { ...caller, purpose: 'recall' },
  )
  const marked = await markEnds(facts, [...quotes, ...apart])
  laps.enter('pack')
  return {
    memories: memories.slice(0, most_memories),
    quotes: marked.slice(0, quotes.length),
    session: marked.slice(quotes.length),
    left_window: new Set(messageIdsOf(quotes.filter(each => each.scope === scope && each.sent_at >= began_at))),
    most_quotes,
    words,
  }
}

const messageIdsOf = (messages: readonly Pick<WindowMessage, 'message_id'>[]): readonly MessageId[] =>
  messages.map(({ message_id }) => message_id)

/** Memories that everyone may recall and that are relevant to the question of a turn, best first; never rejects. */
export const gatherShared = async (
  { sharedOf, recall_tokens, recallOverrides }: GatherRecallDeps,
  { scope, question, caller, batch }: TurnContext,
): Promise<readonly RecalledMemory[]> => {
  const { retrieve, most_memories } = recallOverrides.of(idsOf(batch))
  if (recall_tokens === 0 || !retrieve) return []
  const shared = await sharedOf(scope)
  return (await shared.find(question, { ...caller, purpose: 'recall' })).slice(0, most_memories)
}
