/** Chooses the lines of a person's profile that go into a request. */
import type { PackedCandidate, PackingReason, PartBudget } from './packing-record.ts'
import { PROFILE_HEADING, PROFILE_PREFIX, type ProfileLine } from './render-context.ts'
import type { TokenCosts } from './token-costs.ts'

export interface PackedProfile {
  readonly lines: readonly ProfileLine[]
  /** Tokens in the request, including the text around the lines. */
  readonly tokens: number
  readonly candidates: readonly PackedCandidate[]
}

/**
 * Takes lines in order until one does not fit.
 * @param isRecalled whether the request already contains what a line says
 */
export const packProfile = (
  profile: readonly ProfileLine[],
  budget: PartBudget,
  costs: TokenCosts,
  isRecalled: (line: ProfileLine) => boolean = () => false,
): PackedProfile => {
  const lines: ProfileLine[] = []
  let content = 0
  let tokens = 0
  let stopped: PackingReason | undefined
  const candidates = profile.map((line): PackedCandidate => {
    const { memory_id, text } = line
    const size = costs.repeated(text)
    if (isRecalled(line)) {
      return { id: memory_id, kind: 'profile', tokens: size, outcome: 'left', reason: 'recalled' }
    }
    const cost = costs.quotedLine(PROFILE_PREFIX, text, size)
    const block = costs.block(PROFILE_HEADING, lines.length + 1)
    if (content + size > budget.content) stopped ??= 'profile_budget'
    else if (tokens + cost + block > budget.room) stopped ??= budget.room_reason ?? 'request_budget'
    if (stopped !== undefined) {
      return { id: memory_id, kind: 'profile', tokens: size, outcome: 'left', reason: stopped }
    }
    lines.push(line)
    content += size
    tokens += cost
    return { id: memory_id, kind: 'profile', tokens: cost, outcome: 'taken', reason: 'fits' }
  })
  return { lines, tokens: tokens + costs.block(PROFILE_HEADING, lines.length), candidates }
}
