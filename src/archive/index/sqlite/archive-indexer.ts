/** Updates the index of the archive with added, removed and changed messages, and merges small parts. */
import type { Database } from '../../../database/sqlite/database.ts'
import { DenidinError } from '../../../platform/errors.ts'
import { JoinedRuns } from '../../../platform/joined-runs.ts'
import type { Logger } from '../../../platform/logger.ts'
import { yieldToEventLoop } from '../../../platform/yield.ts'
import { prepareAnalyser } from '../../../text/analyser/prepare-analyser.ts'
import type { Columns } from '../columns.ts'
import type { IndexPart } from '../index-part.ts'
import { PART_RANGE } from '../posting-encoder.ts'
import { partsToMerge } from '../merge-policy.ts'
import { PartBuilder } from '../part-builder.ts'
import { partsInThread, type PartBuildings } from '../part-building.ts'
import { ArchiveRows, checksumOf, columnValues, type IndexedRow } from './archive-rows.ts'
import { ColumnsReader } from './columns-reader.ts'
import type { IndexNames } from './index-names.ts'
import type { IndexParts } from './index-parts.ts'
import { mergeParts, type MergeSource } from './part-merger.ts'
import { PartWriter, type NewPart, type WrittenWord } from './part-writer.ts'
import { readInto } from './read-into.ts'

/** If this many messages are waiting, another thread reads their words; for fewer it need not start. */
const LEAST_BESIDE = 4096
/** How many messages at both ends of a part are compared to recognise an archive. */
const MOST_COMPARED = 5

export interface ArchiveIndexerDeps {
  readonly archive: Database
  readonly index: Database
  readonly columns: Columns
  readonly parts: IndexParts
  readonly names: IndexNames
  /** Builds parts in another thread; `undefined`: there is none. */
  readonly beside?: PartBuildings | undefined
  readonly logger: Logger
}

const NONE: ReadonlySet<number> = new Set()

/** Work that can be done again is given up, because words have to leave the index. Thrown and caught here alone. */
class PurgeFirst extends Error {}

/** The only writer of the index. Only one `sync` runs at a time; all other methods only read. */
export class ArchiveIndexer {
  readonly #deps: ArchiveIndexerDeps
  readonly #rows: ArchiveRows
  readonly #writer: PartWriter
  readonly #reader: ColumnsReader
  readonly #runs = new JoinedRuns(() => this.#run())
  #stopped = false
  /**
   * Increases when the index is recreated: what a run has read for the previous one must not be written to the new one.
   */
  #generation = 0
  /** Callers that wait until the words of removed messages have left the index. */
  #purging: PromiseWithResolvers<void>[] = []
  /** Messages are being read that are not in the index yet: some of them may be gone by now. */
  #adding = false
  /** Resolves when the next part of new messages is done. */
  #next_part = Promise.withResolvers<undefined>()

  constructor(deps: ArchiveIndexerDeps) {
    this.#deps = deps
    this.#rows = new ArchiveRows(deps.archive)
    this.#writer = new PartWriter(deps.index)
    this.#writer.removeUnfinished()
    this.#reader = new ColumnsReader(deps)
  }

  /** Resolves when the columns are in memory: before that, nothing can be searched. */
  ready = (): Promise<void> => this.#reader.ready()

  /** The highest sequence number that is indexed. */
  get reached(): number {
    return this.#deps.index.get<{ reached: number }>('select reached from progress')?.reached ?? 0
  }

  /** Indexes all messages that are in the archive now. */
  async sync(): Promise<void> {
    await this.#runs.run()
  }

  /** Indexes what is there now, and resolves when a part of it is done: the load that waits goes on beside the rest. */
  async advance(): Promise<void> {
    const all = this.sync()
    all.catch(() => undefined)
    await Promise.race([all, this.#next_part.promise])
  }

  /** Whether the index was made from this archive, and not from one that a restored copy has replaced. */
  fits(): boolean {
    if (this.reached > this.#rows.highest()) return false
    const changed = new Set(this.#changed())
    const { parts } = this.#deps.parts
    // Archives with the same beginning differ from some message on, so the last messages tell them apart.
    return parts.every((part, at) => {
      if (at > 0 && at < parts.length - 1) return true
      const checksums = this.#deps.parts.checksums(part)
      const ends = Array.from({ length: MOST_COMPARED }, (_, step) => [part.first + step, part.last - step]).flat()
      const rows = this.#rows.of(ends).filter(({ seq }) => seq >= part.first && seq <= part.last)
      return rows.every(({ seq, content }) => changed.has(seq) || checksums[seq - part.first] === checksumOf(content))
    })
  }

  /** Immediately removes deleted messages from the results; the next `sync` removes their words. */
  hideRemoved(): void {
    for (const seq of this.#rows.noted('removed_messages', this.reached)) this.#deps.columns.remove(seq)
  }

  /** The index was recreated: `ready` reads its columns. */
  reload(): void {
    this.#generation++
    this.#reader.restart()
  }

  /** Resolves when the words of all messages that are gone have left the index. Goes before the adding of new ones. */
  async purge(): Promise<void> {
    if (this.#gone().length === 0 && !this.#adding) return
    const purged = Promise.withResolvers<void>()
    this.#purging.push(purged)
    this.sync().catch(purged.reject)
    await purged.promise
  }

  /** How many messages are not indexed yet. */
  get waiting(): number {
    return Math.max(0, this.#rows.newest() - this.reached)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#reader.stop()
    await this.#runs.run()
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const generation = this.#generation
      try {
        await this.ready()
        await prepareAnalyser()
        await this.#follow()
        return
      } catch (error) {
        // The index was recreated in the meantime, and is filled from the beginning.
        if (generation === this.#generation) throw error
      }
    }
  }

  async #follow(): Promise<void> {
    for (let isMore = true; isMore;) {
      await this.#writer.countNew()
      await this.#removeGone()
      for (const each of this.#purging.splice(0)) each.resolve()
      await this.#rereadChanged()
      try {
        await this.#mergeSmall()
        isMore = await this.#addNew()
      } catch (error) {
        if (!(error instanceof PurgeFirst)) throw error
      }
    }
  }

  #unlessPurging(): void {
    if (this.#purging.length > 0) throw new PurgeFirst()
  }

  /** Writes the words of a part; given up when words have to leave the index first. */
  async #write(part: number, words: Iterable<WrittenWord | undefined>): Promise<ReadonlyMap<string, number>> {
    const check = (): void => {
      this.#unlessPurging()
    }
    const checked = function* (): Generator<WrittenWord | undefined, void> {
      for (const word of words) {
        check()
        yield word
      }
    }
    return await this.#orDiscard(part, () => this.#writer.write(part, checked()))
  }

  /** Removes a part that is given up. */
  async #orDiscard<T>(part: number, act: () => Promise<T>): Promise<T> {
    try {
      return await act()
    } catch (error) {
      if (error instanceof PurgeFirst) await this.#writer.discard([part])
      throw error
    }
  }

  /**
   * Writes a part that was prepared in slices, all or nothing. If that fails, the data in memory is read again: a name
   * must not keep a number that is not on disk, because another name would get that number later.
   */
  #commit(generation: number, act: () => void): void {
    if (generation !== this.#generation)
      throw new DenidinError('unavailable', 'the index of the archive is being rebuilt')
    try {
      this.#deps.index.transaction(act)
    } catch (error) {
      this.#deps.names.reload()
      throw error
    }
  }

  /** @returns false if there was nothing to add */
  async #addNew(): Promise<boolean> {
    const first = this.#rows.after(this.reached, 1)[0]?.seq
    if (first === undefined) return false
    this.#adding = true
    try {
      return await this.#addFrom(first)
    } finally {
      this.#adding = false
    }
  }

  async #addFrom(first: number): Promise<boolean> {
    const { index, columns, names, beside } = this.#deps
    const generation = this.#generation
    const building = (this.waiting >= LEAST_BESIDE ? beside : undefined) ?? partsInThread
    const built = building.begin(first)
    const added = await readInto(built, first, {
      rows: this.#rows,
      columns,
      names,
      goesOn: () => {
        this.#unlessPurging()
        return !this.#stopped
      },
    })
    const last = added.at(-1)?.seq
    if (last === undefined || this.#stopped) return false
    const part = this.#writer.begin()
    await this.#orDiscard(part, () =>
      this.#writer.writePages(part, built.pages(), () => {
        this.#unlessPurging()
      }),
    )
    const checksums = new Uint32Array(last - first + 1)
    for (const { seq, checksum } of added) checksums[seq - first] = checksum
    // After a power cut, the index must not be ahead of the archive.
    await this.#deps.archive.flushed()
    this.#commit(generation, () => {
      columns.show(added)
      this.#record({ part, first, last, messages: added.length, counted: false }, checksums, [])
      index.run('update progress set reached = :last', { last })
    })
    this.#deps.parts.reload()
    this.#next_part.resolve(undefined)
    this.#next_part = Promise.withResolvers()
    // After the first one, what has just arrived may still wait for this turn of the event loop.
    await yieldToEventLoop()
    await yieldToEventLoop()
    await this.#writer.countNew()
    return true
  }

  async #mergeSmall(): Promise<void> {
    const { parts } = this.#deps.parts
    const [from, to] = partsToMerge(parts)
    if (to > from + 1) {
      const sources = parts.slice(from, to).map(part => ({ part, counted: true, superseded: NONE }))
      await this.#merge(sources, (part, words) => this.#write(part, words))
    }
  }

  /**
   * Merges several parts into one. Where they overlap, `superseded` contains the messages that are taken from another
   * part.
   */
  async #merge(
    sources: readonly MergeSource[],
    write: PartWriter['write'] = (part, words) => this.#writer.write(part, words),
  ): Promise<boolean> {
    const { index, columns, parts } = this.#deps
    const all = sources.map(({ part }) => part)
    const first = Math.min(...all.map(each => each.first))
    const last = Math.max(...all.map(each => each.last))
    const generation = this.#generation
    const part = this.#writer.begin()
    const changes = await write(part, mergeParts(index, sources, columns, first))
    const checksums = this.#checksumsOf(all, first, last)
    const old = all.map(each => each.part)
    let gone = false
    let messages = 0
    this.#commit(generation, () => {
      gone = this.#writer.count(changes)
      messages = columns.count(first, last)
      if (messages > 0) this.#record({ part, first, last, messages, counted: true }, checksums, old)
      else for (const each of old) this.#writer.forget(each)
    })
    for (const each of all) parts.forget(each.part)
    parts.reload()
    await this.#writer.discard(messages > 0 ? old : [...old, part])
    return gone
  }

  #record(part: IndexPart & Pick<NewPart, 'counted'>, checksums: Uint32Array, replaced: readonly number[]): void {
    const recorded: NewPart = {
      ...part,
      columns: this.#deps.columns.encode(part.first, part.last),
      checksums: new Uint8Array(checksums.buffer, checksums.byteOffset, checksums.byteLength),
    }
    this.#writer.record(recorded, replaced)
  }

  #checksumsOf(all: readonly IndexPart[], first: number, last: number): Uint32Array {
    const checksums = new Uint32Array(last - first + 1)
    for (const part of all) checksums.set(this.#deps.parts.checksums(part), part.first - first)
    return checksums
  }

  /** Rewrites the parts that contain removed messages, so that the file no longer contains their words. */
  async #removeGone(): Promise<void> {
    const { columns, parts, names, index } = this.#deps
    for (let gone = this.#gone(); gone.length > 0 && !this.#stopped; gone = this.#gone()) {
      for (const seq of gone) columns.remove(seq)
      let words_gone = false
      for (const part of parts.parts.filter(({ first, last }) => gone.some(seq => seq >= first && seq <= last))) {
        if (await this.#merge([{ part, counted: true, superseded: NONE }])) words_gone = true
      }
      if (words_gone) await this.#writer.rewriteVocabulary()
      names.prune(columns)
      this.#rows.followed('removed_messages', gone)
      index.scrub()
    }
  }

  #gone(): readonly number[] {
    return this.#rows.noted('removed_messages', this.reached)
  }

  /** Reads changed messages again: their columns, and their words if the text has changed. */
  async #rereadChanged(): Promise<void> {
    for (let noted = this.#changed(); noted.length > 0 && !this.#stopped; noted = this.#changed()) {
      const rows = this.#rows.of(noted)
      for (const part of this.#deps.parts.parts) {
        const own = rows.filter(({ seq }) => seq >= part.first && seq <= part.last)
        if (own.length > 0) await this.#reread(part, own)
      }
      // The note of a message that changed again in the meantime is kept.
      const now = new Map(this.#rows.of(noted).map(row => [row.seq, JSON.stringify(row)]))
      const read = new Map(rows.map(row => [row.seq, JSON.stringify(row)]))
      this.#rows.followed(
        'changed_messages',
        noted.filter(seq => now.get(seq) === read.get(seq)),
      )
      this.#deps.index.scrub()
    }
  }

  #changed(): readonly number[] {
    return this.#rows.noted('changed_messages', this.reached)
  }

  async #reread(part: IndexPart, rows: readonly IndexedRow[]): Promise<void> {
    const { columns, names, index } = this.#deps
    const checksums = this.#deps.parts.checksums(part)
    const isOther = ({ seq, content }: IndexedRow): boolean => checksums[seq - part.first] !== checksumOf(content)
    const other = rows.filter(isOther)
    const lengths = columns.column('words')
    const builder = new PartBuilder(part.first, PART_RANGE)
    const words = new Map(other.map(({ seq, content }) => [seq, builder.add(seq, content)]))
    this.#commit(this.#generation, () => {
      for (const row of rows) {
        columns.set(row.seq, columnValues(row, names, words.get(row.seq) ?? lengths[row.seq] ?? 1))
        checksums[row.seq - part.first] = checksumOf(row.content)
      }
      index.run('update parts set columns = :columns where part = :part', {
        columns: columns.encode(part.first, part.last),
        part: part.part,
      })
    })
    if (other.length === 0) return
    const overlay = this.#writer.begin()
    await builder.sort()
    await this.#writer.write(overlay, newWords(builder))
    const superseded = new Set(other.map(({ seq }) => seq))
    const gone = await this.#merge([
      { part, counted: true, superseded },
      { part: { ...part, part: overlay, messages: other.length }, counted: false, superseded: NONE },
    ])
    index.run('update parts set checksums = :checksums where first = :first', {
      checksums: new Uint8Array(checksums.buffer),
      first: part.first,
    })
    if (gone) await this.#writer.rewriteVocabulary()
  }
}

function* newWords(builder: PartBuilder): Generator<WrittenWord, void> {
  for (const [term, postings] of builder.postings()) yield { term, postings, change: 0 }
}
