/** Ranks and packs patterns, and makes sure that loaded patterns use no more tokens than they were packed for. */
import { asDenidinError } from '../../platform/errors.ts'
import { TimeSlices } from '../../platform/yield.ts'
import { packByScopes, type ScopedItem, type ScopePacking } from '../packing/pack-by-scopes.ts'
import type { PatternFile } from './pattern.ts'
import { relevanceOf, type TaskSubject } from './pattern-relevance.ts'
import type { PatternTokens } from './pattern-tokens.ts'
import type { LoadBudget } from './load-budget.ts'

/** A pattern that may be loaded. */
export interface PatternCandidate extends ScopedItem {
  readonly pattern: PatternFile
  /** The agent or the task needs it; if it is left out, it counts as demand. */
  readonly needed: boolean
}

export interface PatternPackerDeps {
  readonly tokens: Pick<PatternTokens, 'known' | 'count'>
  readonly signal: AbortSignal
  readonly progress: (done: number, total: number) => void
}

/** Other tokenisers count up to a tenth less for the same text; a few tokens do not matter. */
const TOLERANCE = 1.1
const TOLERANCE_TOKENS = 16

/** The candidates of one load, with their token counts. */
export class PatternPacker {
  readonly #deps: PatternPackerDeps
  readonly #warnings: string[] = []
  /** By path; a pattern that turns out not to be text is removed. */
  readonly #candidates = new Map<string, PatternCandidate>()
  readonly #counted = new Set<string>()

  constructor(deps: PatternPackerDeps) {
    this.#deps = deps
  }

  /** Problems of patterns, each with its file. */
  get warnings(): readonly string[] {
    return this.#warnings
  }

  /**
   * Ranks patterns. The token count of a metadata file is trusted for now; a pattern without one is counted.
   * @param now milliseconds since the Unix epoch
   */
  async add(patterns: readonly PatternFile[], subject: TaskSubject, now: number): Promise<void> {
    const slices = new TimeSlices()
    for (const [at, pattern] of patterns.entries()) {
      this.#deps.signal.throwIfAborted()
      const tokens = pattern.metadata.token_count ?? (await this.#count(pattern))
      if (tokens !== undefined) {
        const { score, needed } = relevanceOf(pattern, subject, now)
        this.#candidates.set(pattern.path, { pattern, scope: pattern.scope, tokens, relevance: score, needed })
      }
      this.#deps.progress(at + 1, patterns.length)
      await slices.pause()
    }
  }

  /** Packs, and packs again if the text of a pattern turns out to be larger than its metadata file says. */
  async pack({
    tokens: budget,
    weights,
  }: Pick<LoadBudget, 'tokens' | 'weights'>): Promise<ScopePacking<PatternCandidate>> {
    for (;;) {
      this.#deps.signal.throwIfAborted()
      const isRelevant = ({ needed }: PatternCandidate): boolean => needed
      const packing = packByScopes([...this.#candidates.values()], { budget, weights, isRelevant })
      let changed = false
      for (const { item, taken } of packing.items) if (taken && (await this.#verify(item))) changed = true
      if (!changed) return packing
    }
  }

  /** Counts a candidate. @returns whether it changed */
  async #verify(candidate: PatternCandidate): Promise<boolean> {
    const { pattern, tokens: stated } = candidate
    if (this.#counted.has(pattern.path)) return false
    const tokens = await this.#count(pattern)
    if (tokens === undefined) return this.#candidates.delete(pattern.path)
    if (tokens <= stated * TOLERANCE + TOLERANCE_TOKENS) return false
    const counts = `token_count is ${stated.toLocaleString('en')}, but the text has ${tokens.toLocaleString('en')} tokens`
    this.#warnings.push(`${pattern.path}: ${counts}`)
    this.#candidates.set(pattern.path, { ...candidate, tokens })
    return true
  }

  /** `undefined`, with a warning, if the file is not text. */
  async #count(pattern: PatternFile): Promise<number | undefined> {
    this.#counted.add(pattern.path)
    try {
      return await this.#deps.tokens.count(pattern)
    } catch (error) {
      this.#warnings.push(asDenidinError(error).message)
      return undefined
    }
  }
}
