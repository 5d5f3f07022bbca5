/** Folders of patterns for tests: texts of exactly as many tokens as wanted. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createTokenCounter } from '../../../src/text/tokens.ts'

const counter = createTokenCounter()

/** A Markdown text of this many tokens. */
export const textOf = (tokens: number, title = 'Pattern'): string => {
  const heading = `# ${title}\n`
  const text = `${heading}${' word'.repeat(Math.max(0, tokens - counter.count(heading)))}`
  if (counter.count(text) !== tokens) throw new Error(`a text of ${String(tokens)} tokens cannot be made`)
  return text
}

/** Writes a pattern, `path` without its ending, and its metadata if any. */
export const writePattern = (root: string, path: string, tokens: number, metadata?: unknown): void => {
  write(root, `${path}.md`, textOf(tokens))
  if (metadata !== undefined) write(root, `${path}.metadata.json`, JSON.stringify(metadata))
}

export const write = (root: string, path: string, content: string | Uint8Array): void => {
  const whole = join(root, path)
  mkdirSync(dirname(whole), { recursive: true })
  writeFileSync(whole, content)
}

/** Tokens of the patterns of a specialist that use 98.1 % of 30,000 tokens, and pass 75 % and 90 % on the way. */
const SPECIALIST = [4200, 4000, 3900, 3600, 3052, 2800, 2200, 3497, 2187]
/** The rest of 24 patterns of a role: 44.5 % of 61,410 tokens are its own. */
const ROLE_OWN = [...Array.from({ length: 10 }, () => 2500), 2327]
const SHARED = [...Array.from({ length: 12 }, () => 2600), 2883]

/**
 * The two loads that the specification works out: 9 patterns of a narrow specialist, and 24 patterns of which 11 belong
 * to an architect. Their order of relevance is that of the lists.
 */
export const writeWorkedExamples = (root: string, now: number): void => {
  const metadata = (token_count: number, at: number): object => ({
    token_count,
    use_count: 40 - at,
    confidence: 0.9,
    last_used: new Date(now - at * 86_400_000).toISOString(),
    used_by_agents: [],
  })
  SPECIALIST.forEach((tokens, at) => {
    writePattern(root, `specialists/dbt-expert/patterns/lesson-${String(at)}`, tokens, metadata(tokens, at))
  })
  ROLE_OWN.forEach((tokens, at) => {
    writePattern(root, `roles/data-architect-role/patterns/lesson-${String(at)}`, tokens, metadata(tokens, at))
  })
  SHARED.forEach((tokens, at) => {
    writePattern(root, `patterns/cross-tool/lesson-${String(at)}`, tokens, metadata(tokens, at))
  })
}
