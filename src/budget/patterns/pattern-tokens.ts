/** Counts the tokens of patterns, and stores the counts in a file: a text is counted again only if it changed. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { asDenidinError } from '../../platform/errors.ts'
import { writeFileAtomic, readOwnText } from '../../platform/files.ts'
import type { Logger } from '../../platform/logger.ts'
import { countInSlices, type TokenCounter } from '../../text/tokens.ts'
import type { PatternFile } from './pattern.ts'
import type { PatternFolder } from './pattern-folder.ts'

/** Most counts that are kept; the ones not counted for longest are dropped first. */
const MOST_COUNTS = 50_000
const DIGEST_CHARACTERS = 22

const fileSchema = z.object({
  /** Path → size, time of the last change, digest of the text, tokens. */
  counts: z.record(z.string(), z.tuple([z.number(), z.number(), z.string(), z.number()])),
})

interface Count {
  readonly bytes: number
  readonly changed_at: number
  readonly digest: string
  readonly tokens: number
}

export interface PatternTokensDeps {
  readonly path: string
  readonly folder: Pick<PatternFolder, 'read'>
  readonly counter: Pick<TokenCounter, 'count'>
  readonly logger: Logger
}

export class PatternTokens {
  readonly #deps: PatternTokensDeps
  /** The most recently counted come last. */
  #counts: Promise<Map<string, Count>> | undefined
  readonly #byDigest = new Map<string, number>()
  #changed = false

  constructor(deps: PatternTokensDeps) {
    this.#deps = deps
  }

  /** The token count of a pattern, if it was counted since its last change. */
  async known({ path, bytes, changed_at }: PatternFile): Promise<number | undefined> {
    const count = (await this.#loaded()).get(path)
    return count?.bytes === bytes && count.changed_at === changed_at ? count.tokens : undefined
  }

  /** Counts a pattern if necessary. @throws DenidinError `damaged` if it is not text or cannot be read */
  async count(pattern: PatternFile): Promise<number> {
    const known = await this.known(pattern)
    if (known !== undefined) return known
    const text = await this.#deps.folder.read(pattern)
    const digest = createHash('sha256').update(text).digest('base64url').slice(0, DIGEST_CHARACTERS)
    const tokens = this.#byDigest.get(digest) ?? (await countInSlices(this.#deps.counter, text))
    this.#keep(await this.#loaded(), pattern.path, { ...pattern, digest, tokens })
    this.#changed = true
    return tokens
  }

  /** Writes new counts to the disk. If that fails, they are counted again another time. */
  async save(): Promise<void> {
    if (!this.#changed) return
    this.#changed = false
    const counts = [...(await this.#loaded())].slice(-MOST_COUNTS)
    const rows = counts.map(
      ([path, { bytes, changed_at, digest, tokens }]) => [path, [bytes, changed_at, digest, tokens]] as const,
    )
    try {
      await writeFileAtomic(this.#deps.path, JSON.stringify({ counts: Object.fromEntries(rows) }))
    } catch (error) {
      const reason = asDenidinError(error).message
      this.#deps.logger.for('budget').warn('The token counts of patterns could not be written', { reason })
    }
  }

  #keep(counts: Map<string, Count>, path: string, { bytes, changed_at, digest, tokens }: Count): void {
    counts.delete(path)
    counts.set(path, { bytes, changed_at, digest, tokens })
    this.#byDigest.set(digest, tokens)
  }

  #loaded(): Promise<Map<string, Count>> {
    return (this.#counts ??= this.#load())
  }

  /** If the file cannot be read, everything is counted again. */
  async #load(): Promise<Map<string, Count>> {
    const text = await readOwnText(this.#deps.path).catch(() => '{}')
    const counts = new Map<string, Count>()
    try {
      const file = fileSchema.parse(JSON.parse(text) as unknown)
      for (const [path, [bytes, changed_at, digest, tokens]] of Object.entries(file.counts)) {
        this.#keep(counts, path, { bytes, changed_at, digest, tokens })
      }
    } catch {
      counts.clear()
    }
    return counts
  }
}
