/** Chooses the shared memories, such as passages of the knowledge folder, that go into a request. */
import type { RecalledMemory } from '../../memory/memory.ts'
import type { TimeZone } from '../../platform/time-zone.ts'
import type { PackedCandidate, PackingReason } from './packing-record.ts'
import { SHARED_HEADING, sharedPrefix } from './render-context.ts'
import type { TokenCosts } from './token-costs.ts'

export interface PackedShared {
  readonly memories: readonly RecalledMemory[]
  /** Tokens in the request, including the text around the memories. */
  readonly tokens: number
  readonly candidates: readonly PackedCandidate[]
}

export const NOTHING_SHARED: PackedShared = { memories: [], tokens: 0, candidates: [] }

/** Most tokens of the request, and why no more are available. */
export interface SharedRoom {
  readonly tokens: number
  readonly reason: PackingReason
}

/** Takes memories in order until one does not fit, so that more room never shows less. */
export const packShared = (
  shared: readonly RecalledMemory[],
  zone: TimeZone,
  room: SharedRoom,
  costs: TokenCosts,
): PackedShared => {
  const memories: RecalledMemory[] = []
  let tokens = 0
  let stopped = false
  const candidates = shared.map((recalled): PackedCandidate => {
    const { memory_id: id, text } = recalled.memory
    const size = costs.repeated(text)
    const line = costs.quotedLine(sharedPrefix(recalled, zone), text, size)
    stopped ||= tokens + line + costs.block(SHARED_HEADING, memories.length + 1) > room.tokens
    if (stopped) return { id, kind: 'shared', tokens: size, outcome: 'left', reason: room.reason }
    memories.push(recalled)
    tokens += line
    return { id, kind: 'shared', tokens: line, outcome: 'taken', reason: 'fits' }
  })
  return { memories, tokens: tokens + costs.block(SHARED_HEADING, memories.length), candidates }
}
