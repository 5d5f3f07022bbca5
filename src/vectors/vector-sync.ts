/** One round of synchronising the vectors of a source with it. */
import { CallRefused } from '../models/call-refused.ts'
import { DenidinError } from '../platform/errors.ts'
import type { SetAside } from '../platform/set-aside.ts'
import { yieldToEventLoop } from '../platform/yield.ts'
import type { Scope } from '../messages/scope.ts'
import type { Embedding, Worded } from './embedding.ts'
import type { Embeddable, EmbeddingSource } from './embedding-source.ts'
import type { VectorIndex } from './vector-index.ts'
import { takesLength, type VectorStore } from './vector-store.ts'

/** Ids that are handled in one step; between two steps other work gets its turn. */
export const PAGE = 500
/** Texts per embedding request. */
const EMBEDDING_BATCH = 32

/** The embedding model returns vectors of another size than before, although its name is the same. */
export class OtherVectorSize extends DenidinError {
  constructor(space: string, before: number, now: number) {
    super(
      'unavailable',
      `the embedding model ${space} gives vectors of ${String(now)} numbers, not ${String(before)} as before: everything is embedded again`,
      { retryable: true },
    )
  }
}

/** The problem of storing a vector of `length` numbers in a space; `undefined`: none. */
export const otherSize = async (
  vectors: Pick<VectorStore, 'lengthOf'>,
  space: string,
  length: number,
): Promise<OtherVectorSize | undefined> => {
  const held = await vectors.lengthOf(space)
  return held === undefined || takesLength(held, length) ? undefined : new OtherVectorSize(space, held, length)
}

export interface VectorSyncDeps {
  readonly source: EmbeddingSource
  readonly vectors: VectorStore
  readonly index: Pick<VectorIndex, 'catchUp'>
  readonly embedding: Embedding
  readonly space: string
  readonly setAside: SetAside
  /** Whether items without a vector get one. If not, existing vectors are only kept in sync. */
  readonly embeds: boolean
}

/** Deletes vectors with words that were changed or deleted since the vectors last followed their source. */
export const deleteStaleVectors = async (
  { source, vectors }: Pick<VectorSyncDeps, 'source' | 'vectors'>,
  signal?: AbortSignal,
): Promise<void> => {
  let after = 0
  for (;;) {
    signal?.throwIfAborted()
    const changes = await source.changes(after, PAGE)
    if (changes === undefined) return
    await vectors.delete(changes.stale)
    after = changes.upTo
    await yieldToEventLoop()
  }
}

/** Synchronises the vectors of one source with it. Every step may be interrupted and repeated. */
export class VectorSync {
  readonly #deps: VectorSyncDeps
  readonly #signal: AbortSignal
  /** Why items of this round have no vector yet; they are not lost. */
  #put_off: CallRefused | undefined

  constructor(deps: VectorSyncDeps, signal: AbortSignal) {
    this.#deps = deps
    this.#signal = signal
  }

  /** Reports items that a limit refused since the last time. @throws CallRefused if there was such an item */
  reportPutOff(): void {
    const put_off = this.#put_off
    this.#put_off = undefined
    if (put_off !== undefined) throw put_off
  }

  /** Deletes all vectors of the space: every item is embedded again. */
  async dropAll(): Promise<void> {
    const { vectors, space } = this.#deps
    while (!(await vectors.dropSpace(space))) await yieldToEventLoop()
    await vectors.setMark(space, undefined)
  }

  /** Deletes all vectors of changed or deleted words, whether or not the new words can be embedded. */
  async deleteVectors(): Promise<void> {
    await deleteStaleVectors(this.#deps, this.#signal)
  }

  /** Applies the changes: deletes outdated vectors, then embeds the new texts. */
  async changes(): Promise<void> {
    await this.deleteVectors()
    const { source, vectors } = this.#deps
    for (;;) {
      this.#signal.throwIfAborted()
      const changes = await source.changes(0, PAGE)
      if (changes === undefined) return
      await vectors.delete(changes.stale)
      if (this.#deps.embeds) await this.#embed(changes.renewed)
      await this.#goBack(changes.again_after)
      // If items of this page got no vector, the next round compares everything.
      if (this.#put_off !== undefined) await vectors.setMark(this.#deps.space, undefined)
      await source.followed(changes.upTo)
      await yieldToEventLoop()
    }
  }

  /** Items that were compared before may have changed: moves the mark back to them. */
  async #goBack(again_after: string | undefined): Promise<void> {
    const { vectors, space } = this.#deps
    const mark = again_after === undefined ? undefined : await vectors.mark(space)
    if (mark !== undefined && Number(again_after) < Number(mark)) await vectors.setMark(space, again_after)
  }

  /** Compares all items of the source; for a growing source only those that came since the last time. */
  async everything(): Promise<void> {
    const { source, vectors, index } = this.#deps
    if (!this.#deps.embeds) return
    let after = source.growing ? await vectors.mark(this.#deps.space) : undefined
    const whole = after === undefined
    for (;;) {
      this.#signal.throwIfAborted()
      const { items, next } = await source.page({ limit: PAGE, after })
      const embedded = await this.#bringIntoStep(items)
      if (next === undefined) break
      after = next
      // Items before the mark are not compared again.
      if (source.growing && this.#put_off === undefined) await vectors.setMark(this.#deps.space, next)
      if (embedded > 0) await index.catchUp(this.#signal).catch(() => undefined)
      await yieldToEventLoop()
    }
    if (whole) await this.#forgetOrphans()
  }

  async #bringIntoStep(items: readonly Embeddable[]): Promise<number> {
    if (items.length === 0) return 0
    const known = await this.#deps.vectors.scopesOf(
      this.#deps.space,
      items.map(each => each.item_id),
    )
    await this.#rescope(items, known)
    const missing = items.filter(each => !known.has(each.item_id))
    await this.#embed(missing)
    return missing.length
  }

  /** Vectors of items whose scope has changed follow them. */
  async #rescope(items: readonly Embeddable[], known: ReadonlyMap<string, Scope>): Promise<void> {
    for (const { item_id, scope } of items) {
      const kept = known.get(item_id)
      if (kept !== undefined && kept !== scope) await this.#deps.vectors.rescope(kept, scope, [item_id])
    }
  }

  /** Deletes the vectors of items that no longer exist. */
  async #forgetOrphans(): Promise<void> {
    const { source, vectors } = this.#deps
    let after: string | undefined
    for (;;) {
      this.#signal.throwIfAborted()
      const ids = await vectors.idsOf(source.prefix, { limit: PAGE, ...(after === undefined ? {} : { after }) })
      after = ids.at(-1)
      if (after === undefined) return
      const there = await source.scopesOf(ids)
      await vectors.delete(ids.filter(id => !there.has(id)))
      await yieldToEventLoop()
    }
  }

  /** A comparison that was running when these items came may have embedded some of them already. */
  async added(items: readonly Embeddable[]): Promise<void> {
    const known = await this.#deps.vectors.scopesOf(
      this.#deps.space,
      items.map(each => each.item_id),
    )
    await this.#embed(items.filter(each => !known.has(each.item_id)))
  }

  async #embed(items: readonly Embeddable[]): Promise<void> {
    const { source, setAside } = this.#deps
    for (let at = 0; at < items.length; at += EMBEDDING_BATCH) {
      this.#signal.throwIfAborted()
      const worded: Worded[] = []
      const read = async (batch: readonly Embeddable[]): Promise<void> => {
        const texts = await source.textsOf(batch)
        for (const each of batch) {
          const text = texts.get(each.item_id)
          if (text !== undefined) worded.push({ ...each, text })
        }
      }
      await setAside.attemptAll(`reading ${source.name}`, items.slice(at, at + EMBEDDING_BATCH), idOf, read)
      // Embeds each conversation separately: a call is made for one person, whose limit may refuse it.
      for (const of_scope of Map.groupBy(worded, ({ scope }) => scope).values()) await this.#embedAllowed(of_scope)
    }
  }

  /** The limit of one person holds up no one else's items; that person's items wait for another round. */
  async #embedAllowed(worded: readonly Worded[]): Promise<void> {
    try {
      await this.#embedTexts(worded)
    } catch (error) {
      if (!(error instanceof CallRefused) || !error.ofPerson) throw error
      this.#put_off ??= error
    }
  }

  async #embedTexts(worded: readonly Worded[]): Promise<void> {
    const { source, embedding, vectors, setAside, space } = this.#deps
    const embedded = await embedding.ofTexts(worded, this.#signal)
    if (embedded.length === 0) return
    // Items that were deleted while they were embedded must not come back.
    const there = await source.scopesOf(embedded.map(each => each.item_id))
    const current = embedded.filter(each => there.get(each.item_id) === each.scope)
    const [first] = current
    if (first === undefined) return
    const other = await otherSize(vectors, space, first.vector.length)
    if (other !== undefined) throw other
    await setAside.attemptAll(`storing vectors of ${source.name}`, current, idOf, each => vectors.put(space, each))
  }
}

const idOf = ({ item_id }: Embeddable): string => item_id
