/** Takes recalled memories while they fit into a number of tokens. */
import type { RecalledMemory } from '../../memory/memory.ts'
import type { TokenCounter } from '../../text/tokens.ts'

/**
 * As many of the memories, from the first on, as fit into `most` tokens. The first is kept in any case (unless `most` is
 * 0), cut after its last line that fits; a first line that alone is too long is cut within.
 * @param sizeOf tokens of a memory's text, where the caller has counted them
 */
export const fitMemories = (
  recalled: readonly RecalledMemory[],
  most: number,
  tokens: TokenCounter,
  sizeOf: (memory: RecalledMemory) => number = ({ memory }) => tokens.count(memory.text),
): readonly RecalledMemory[] => {
  const kept: RecalledMemory[] = []
  let left = most
  for (const each of recalled) {
    const size = sizeOf(each)
    if (size > left) {
      if (kept.length > 0 || most <= 0) break
      return [{ ...each, memory: { ...each.memory, text: cutAtLineEnd(each.memory.text, most, tokens) } }]
    }
    kept.push(each)
    left -= size
  }
  return kept
}

const cutAtLineEnd = (text: string, most: number, tokens: TokenCounter): string => {
  const cut = tokens.cut(text, most, 'start')
  const end = cut.lastIndexOf('\n')
  return end > 0 ? cut.slice(0, end).trimEnd() : cut
}
