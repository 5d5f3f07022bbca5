/** Chooses the lines of a person's profile that go into a request. */
import type { PackedCandidate, PackingReason, PartBudget } from './packing-record.ts'
import { PROFILE_HEADING, PROFILE_PREFIX } from './render-context.ts'
import type { TokenCosts } from './token-costs.ts'

/** One line of a profile, and the memory that it is. */
export interface ProfileLine {
  readonly memory_id: string
  readonly text: string
}

export interface PackedProfile {
  readonly lines: readonly string[]
  /** Tokens in the request, with what surrounds the texts. */
  readonly tokens: number
  readonly candidates: readonly PackedCandidate[]
}

/** Takes lines in their order, until one does not fit. */
export const packProfile = (profile: readonly ProfileLine[], budget: PartBudget, costs: TokenCosts): PackedProfile => {
  const lines: string[] = []
  let content = 0
  let tokens = 0
  let stopped: PackingReason | undefined
  const candidates = profile.map(({ memory_id, text }): PackedCandidate => {
    const size = costs.repeated(text)
    const cost = costs.quotedLine(PROFILE_PREFIX, text, size)
    const block = costs.block(PROFILE_HEADING, lines.length + 1)
    if (content + size > budget.content) stopped ??= 'profile_budget'
    else if (tokens + cost + block > budget.room) stopped ??= 'request_budget'
    if (stopped !== undefined) {
      return { id: memory_id, kind: 'profile', tokens: size, outcome: 'left', reason: stopped }
    }
    lines.push(text)
    content += size
    tokens += cost
    return { id: memory_id, kind: 'profile', tokens: cost, outcome: 'taken', reason: 'fits' }
  })
  return { lines, tokens: tokens + costs.block(PROFILE_HEADING, lines.length), candidates }
}
