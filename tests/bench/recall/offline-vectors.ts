import type { VectorCandidates } from '../../../src/retrieval/message-search.ts'
import { nearest } from '../../../src/vectors/exact-search.ts'
import { CONTEXT_TURNS, contextualText } from '../../../src/vectors/contextual-text.ts'
import type { StoredVector } from '../../../src/vectors/vector-store.ts'
import type { Scope } from '../../../src/messages/scope.ts'
import { createOfflineEmbedder } from '../../../src/models/offline/offline-embedder.ts'
import { createTokenCounter } from '../../../src/text/tokens.ts'
import type { Dialogue } from '../../support/dialogues/dialogue.ts'
import { scopeOfDialogue } from './bench-recall.ts'

/** Every turn embedded by the offline embedder, with its neighbours; compared one by one. */
export const offlineVectors = async (dialogues: readonly Dialogue[]): Promise<VectorCandidates> => {
  const tokens = createTokenCounter()
  const embedder = createOfflineEmbedder(tokens)
  const kept = new Map<Scope, readonly StoredVector[]>()
  for (const dialogue of dialogues) {
    const scope = scopeOfDialogue(dialogue)
    const toTurn = ({ speaker, text, sent_at }: Dialogue['turns'][number]) => ({
      role: 'user' as const,
      sender_name: speaker,
      text,
      sent_at,
    })
    const texts = dialogue.turns.map((turn, _, all) => {
      const same = all.filter(each => each.session === turn.session)
      const place = same.indexOf(turn)
      const before = same.slice(Math.max(0, place - CONTEXT_TURNS), place).map(toTurn)
      const after = same.slice(place + 1, place + 1 + CONTEXT_TURNS).map(toTurn)
      return contextualText({ message: toTurn(turn), before, after }, tokens)
    })
    const { vectors } = await embedder.embed(texts, { purpose: 'memory' })
    kept.set(
      scope,
      dialogue.turns.map(({ id }, at) => ({
        item_id: `${dialogue.name} ${id}`,
        scope,
        vector: vectors[at] ?? new Float32Array(),
      })),
    )
  }
  return {
    findSimilar: async (scope, question, limit, call) => {
      const [vector = new Float32Array()] = (await embedder.embed([question], call)).vectors
      return nearest(vector, kept.get(scope) ?? [], limit).map(({ item_id, similarity }) => ({
        message_id: item_id,
        similarity,
      }))
    },
  }
}
