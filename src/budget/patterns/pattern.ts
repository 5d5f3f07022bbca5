/** A pattern: a Markdown file with knowledge of agents, and its metadata. */
import type { BudgetScope } from '../profiles/budget-profiles.ts'

/** The content of a pattern's metadata file. Other systems write it; DeniDin only reads it. */
export interface PatternMetadata {
  /** Tokens of the text, as another tokeniser may have counted them. */
  readonly token_count: number | undefined
  /** How often the pattern was used. */
  readonly use_count: number
  /** From 0 to 1. */
  readonly confidence: number | undefined
  /** Milliseconds since the Unix epoch. */
  readonly last_used: number | undefined
  readonly used_by_agents: readonly string[]
}

/** A pattern without a metadata file, or with an invalid one. */
export const NO_METADATA: PatternMetadata = {
  token_count: undefined,
  use_count: 0,
  confidence: undefined,
  last_used: undefined,
  used_by_agents: [],
}

/** A pattern that may be loaded. */
export interface PatternFile {
  /** Path below the folder of patterns, with slashes. */
  readonly path: string
  /** The topic of the pattern, from the names of its file and folders, without those of the layout. */
  readonly topic: string
  readonly scope: BudgetScope
  /** Whether it is in the agent's folder. */
  readonly own: boolean
  readonly bytes: number
  /** Milliseconds since the Unix epoch. */
  readonly changed_at: number
  readonly metadata: PatternMetadata
}
