/** Creates the entry of the recall log: the content that a reply was given, so that its person can ask why. */
import type { Access, GivenAs, LeftOut, RecalledItem, RecallRecord, ReplyBudget } from '../../memory/memory-log.ts'
import type { MessageId } from '../../messages/message.ts'
import type { Reply } from '../../messages/outbox-store.ts'
import type { PackedContext, PackedTurn } from '../packing/context-packer.ts'
import type { CandidateKind, PackedCandidate, TurnRecord } from '../packing/packing-record.ts'

const GIVEN_AS: Readonly<Partial<Record<CandidateKind, GivenAs>>> = {
  profile: 'profile',
  shared: 'recall',
  memory: 'recall',
  quote: 'recall',
}

/** A message that was given because an answered message quotes it. */
const quotedItem = (message_id: MessageId): RecalledItem => ({
  memory_id: undefined,
  message_id,
  similarity: undefined,
  score: 1,
  given_as: 'recall',
})

/**
 * The quoted messages, profile, memories, quotes and tone in the form in which the packer put them into the request,
 * and the budget of the turn. The entry has the id of the reply.
 * @param message_id id under which the reply is stored, once it was sent
 */
export const recallLogEntry = (
  reply: Reply,
  message_id: MessageId | undefined,
  { record, shared, recall, tone, quoted_ids }: PackedTurn,
  at: number,
): RecallRecord => {
  const scores = new Map<string, Pick<RecalledItem, 'score' | 'similarity'>>([
    ...[...shared.memories, ...recall.memories].map(
      ({ memory, similarity, score }) => [memory.memory_id, { similarity, score }] as const,
    ),
    ...recall.quotes.map(
      ({ message_id, similarity, lexical }) => [message_id, { similarity, score: lexical }] as const,
    ),
  ])
  return {
    recall_id: reply.outbox_id,
    scope: reply.scope,
    chat_id: reply.chat_id,
    at,
    tone,
    ...(record.turn === undefined ? {} : { budget: replyBudget(record.turn, record.candidates) }),
    message_ids: [...reply.answers, ...(message_id === undefined ? [] : [message_id])],
    items: [
      ...quoted_ids.map(quotedItem),
      ...record.candidates.flatMap(({ id, kind, outcome }): readonly RecalledItem[] => {
        const given_as = GIVEN_AS[kind]
        if (given_as === undefined || outcome === 'left') return []
        const { similarity, score } = (kind === 'profile' ? undefined : scores.get(id)) ?? {
          similarity: undefined,
          score: 0,
        }
        const ids =
          kind === 'quote' ? { memory_id: undefined, message_id: id } : { memory_id: id, message_id: undefined }
        return [{ ...ids, similarity, score, given_as }]
      }),
    ],
  }
}

/** Memories that were left out because their source is quoted count as used. */
export const usedThroughQuotes = ({ scope }: Reply, { record }: PackedContext, at: number): readonly Access[] =>
  record.candidates
    .filter(({ reason }) => reason === 'quoted')
    .map(({ id }) => ({ scope, memory_id: id, type: 'recall', at }))

/** The record of the budget without ids and text. */
const replyBudget = (turn: TurnRecord, candidates: readonly PackedCandidate[]): ReplyBudget => {
  const { role, profile, complexity, raised, detected, previous, need, budget, demand, scopes, alerts } = turn
  return {
    role,
    profile,
    complexity,
    raised,
    detected: detected.complexity,
    confidence: detected.confidence,
    signals: detected.signals.map(signal => ({ complexity: signal.complexity, weight: signal.weight })),
    previous,
    need,
    budget,
    demand,
    scopes,
    alerts: alerts.map(({ level }) => level),
    left: leftOut(candidates),
  }
}

const leftOut = (candidates: readonly PackedCandidate[]): readonly LeftOut[] => {
  const left: { -readonly [Field in keyof LeftOut]: LeftOut[Field] }[] = []
  for (const { kind, reason, outcome, tokens } of candidates) {
    if (outcome === 'taken' || kind === 'system' || kind === 'tone') continue
    // There are hundreds of candidates, and a handful of groups.
    const group = left.find(each => each.kind === kind && each.reason === reason && each.outcome === outcome)
    if (group === undefined) {
      left.push({ kind, reason, outcome, count: 1, tokens })
    } else {
      group.count += 1
      group.tokens += tokens
    }
  }
  return left
}
