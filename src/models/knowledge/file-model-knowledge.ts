/** Keeps what was learned about models in one private file. It holds hashes of ids, and no text. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { DAY_MS, type Clock } from '../../platform/clock.ts'
import { asDenidinError } from '../../platform/errors.ts'
import { writeFileAtomic, readOwnText } from '../../platform/files.ts'
import type { Logger } from '../../platform/logger.ts'
import type { LearnedTraits, ModelKey, ModelKnowledge, ModelTraits } from './model-knowledge.ts'

/** After this time a model is asked in the usual way again: by then another one may answer to the same name. */
const TRAITS_LAST_MS = 7 * DAY_MS
/** How many refused texts of one model are kept. Only the newest count: older ones are unlikely to be sent again. */
const MOST_REFUSED = 5000
const DIGEST_CHARACTERS = 22

const positive = z.number().positive().optional()
const entrySchema = z.object({
  learned_at: z.number(),
  traits: z.object({
    window_tokens: positive,
    output_tokens: positive,
    tokens_ratio: positive,
    cut_at_tokens: positive,
    limit: z.enum(['max_tokens', 'max_completion_tokens']).optional(),
    without: z.array(z.enum(['temperature', 'response_format', 'system'])).optional(),
    batch_texts: positive,
  }),
})
const fileSchema = z.object({
  models: z.record(z.string(), entrySchema),
  /** For each model: digests of ids, and until when (milliseconds since the Unix epoch) each is left out. */
  refused: z.record(z.string(), z.record(z.string(), z.number())),
})

interface Entry {
  readonly learned_at: number
  readonly traits: ModelTraits
}

export interface FileModelKnowledgeDeps {
  /** `undefined`: nothing is written. */
  readonly path: string | undefined
  readonly clock: Clock
  readonly logger: Logger
}

/** Knowledge about models in a JSON file. If it cannot be read or written, DeniDin learns it again. */
export class FileModelKnowledge implements ModelKnowledge {
  readonly #deps: FileModelKnowledgeDeps
  readonly #models = new Map<ModelKey, Entry>()
  readonly #refused = new Map<ModelKey, Map<string, number>>()

  constructor(deps: FileModelKnowledgeDeps) {
    this.#deps = deps
  }

  /** Reads the file. */
  static async open(deps: FileModelKnowledgeDeps): Promise<FileModelKnowledge> {
    const knowledge = new FileModelKnowledge(deps)
    if (deps.path === undefined) return knowledge
    const text = await readOwnText(deps.path).catch(() => undefined)
    if (text !== undefined) knowledge.#load(text)
    return knowledge
  }

  traitsOf(key: ModelKey): ModelTraits {
    const entry = this.#models.get(key)
    const age_ms = this.#deps.clock.now() - (entry?.learned_at ?? 0)
    return entry === undefined || age_ms > TRAITS_LAST_MS ? {} : entry.traits
  }

  async learn(key: ModelKey, learned: LearnedTraits): Promise<void> {
    const known = this.traitsOf(key)
    const without = [...new Set([...(known.without ?? []), ...(learned.without ?? [])])]
    const traits = withoutUnset({ ...known, ...learned, without: without.length === 0 ? undefined : without })
    this.#models.set(key, { traits, learned_at: this.#deps.clock.now() })
    await this.#save()
  }

  refused(key: ModelKey, ids: () => readonly string[]): ReadonlySet<string> {
    const known = this.#refused.get(key)
    if (known === undefined) return new Set()
    const now = this.#deps.clock.now()
    return new Set(ids().filter(id => (known.get(digestOf(id)) ?? 0) > now))
  }

  async refuse(key: ModelKey, ids: readonly string[], lasts_ms: number): Promise<void> {
    const now = this.#deps.clock.now()
    const known = [...(this.#refused.get(key) ?? [])].filter(([, until]) => until > now)
    const added = ids.map(id => [digestOf(id), now + lasts_ms] as const)
    this.#refused.set(key, new Map([...known, ...added].slice(-MOST_REFUSED)))
    await this.#save()
  }

  #load(text: string): void {
    try {
      const { models, refused } = fileSchema.parse(JSON.parse(text))
      for (const [key, { learned_at, traits }] of Object.entries(models)) {
        this.#models.set(key, { learned_at, traits: withoutUnset(traits) })
      }
      for (const [key, digests] of Object.entries(refused)) this.#refused.set(key, new Map(Object.entries(digests)))
    } catch {
      this.#deps.logger.for('model').warn('The file of learned model traits cannot be read; they are learned again')
    }
  }

  async #save(): Promise<void> {
    const { path, logger } = this.#deps
    if (path === undefined) return
    const content = {
      models: Object.fromEntries(this.#models),
      refused: Object.fromEntries([...this.#refused].map(([key, digests]) => [key, Object.fromEntries(digests)])),
    }
    try {
      await writeFileAtomic(path, `${JSON.stringify(content, undefined, 1)}\n`)
    } catch (error) {
      const reason = asDenidinError(error).message
      logger.for('model').warn('Learned model traits could not be saved', { reason })
    }
  }
}

const digestOf = (id: string): string => createHash('sha256').update(id).digest('base64url').slice(0, DIGEST_CHARACTERS)

const withoutUnset = (traits: LearnedTraits): ModelTraits =>
  Object.fromEntries(Object.entries(traits).filter(([, value]) => value !== undefined))
