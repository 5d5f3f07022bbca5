/** Writes parts of the archive's index: each into its own table, which becomes valid when it is complete. */
import type { Database } from '../../../database/sqlite/database.ts'
import { TimeSlices } from '../../../platform/yield.ts'
import type { IndexPart } from '../index-part.ts'
import { isSpelled } from '../part-builder.ts'
import type { EncodedPostings } from '../posting-encoder.ts'
import { PageBuilder, PageReader, type WordPage } from '../word-pages.ts'
import { wordsTable } from './index-parts.ts'

/** Words, or pages of them, between two looks at the clock. */
const SLICE_WORDS = 50
const SLICE_PAGES = 8
/** Pages whose words are counted at a time: a word that is counted may need a page of its own in the vocabulary. */
const COUNTED_PAGES = 2

/** A word to write, and the change of its count in the vocabulary. */
export interface WrittenWord {
  readonly term: string
  readonly postings: EncodedPostings
  readonly change: number
}

/** The data with which a finished part is recorded. */
export interface NewPart extends IndexPart {
  readonly columns: Uint8Array
  readonly checksums: Uint8Array
  /** Whether the vocabulary counts its words already. */
  readonly counted: boolean
}

interface UncountedPart {
  readonly part: number
  readonly reached: string
}

export class PartWriter {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Removes tables that a crash left incomplete. */
  removeUnfinished(): void {
    const known = new Set(this.#database.all<{ part: number }>('select part from parts').map(({ part }) => part))
    for (const number of this.#tables()) {
      if (!known.has(number)) this.#database.run(`drop table ${wordsTable(number)}`)
    }
    this.#database.run('drop table if exists vocabulary_next')
  }

  /** Begins a part. @returns its number */
  begin(): number {
    const taken = new Set(this.#tables())
    let part = 1
    while (taken.has(part)) part++
    this.#database.run(
      `create table ${wordsTable(part)} (first text primary key, words blob not null, positions blob not null)
         strict, without rowid`,
    )
    return part
  }

  /**
   * Writes the words of a part, in their order, in slices. After `undefined`, which stands for a step towards the next word,
   * a slice may end.
   * @returns the changes of the vocabulary
   */
  async write(part: number, words: Iterable<WrittenWord | undefined>): Promise<ReadonlyMap<string, number>> {
    const changes = new Map<string, number>()
    const pages = new PageBuilder()
    const slices = new TimeSlices()
    const iterator = words[Symbol.iterator]()
    for (let done = false; !done;) {
      await slices.pause()
      this.#database.transaction(() => {
        for (let count = 1, looks = false; !done && !(looks && slices.isOver); count++) {
          const next = iterator.next()
          done = next.done === true
          looks = count % SLICE_WORDS === 0 || next.value === undefined
          if (next.done === true) this.#put(part, pages.end())
          else if (next.value !== undefined) {
            const { term, postings, change } = next.value
            if (postings.found > 0) this.#put(part, pages.add({ term, postings }))
            if (change !== 0 && isSpelled(term)) changes.set(term, change)
          }
        }
      })
      await this.#database.checkpointIfLong()
    }
    return changes
  }

  /** Writes pages that were built elsewhere, in their order. @param check called before each step; may throw */
  async writePages(part: number, pages: AsyncIterable<readonly WordPage[]>, check: () => void): Promise<void> {
    for await (const some of pages) {
      check()
      this.#database.transaction(() => {
        this.#put(part, some)
      })
      await this.#database.checkpointIfLong()
    }
  }

  /** Counts words in the vocabulary; inside a transaction. @returns whether words are gone */
  count(changes: ReadonlyMap<string, number>): boolean {
    if (changes.size === 0) return false
    this.#database.run(
      `insert into vocabulary (term, found) select value ->> 0, value ->> 1 from json_each(:changes) where true
       on conflict (term) do update set found = found + excluded.found`,
      { changes: JSON.stringify([...changes]) },
    )
    const shrunk = [...changes.values()].some(change => change < 0)
    return shrunk && this.#database.run('delete from vocabulary where found <= 0') > 0
  }

  /** Counts the words of all parts that the vocabulary does not count yet, in slices that hold after a crash. */
  async countNew(): Promise<void> {
    const slices = new TimeSlices()
    for (let next = this.#uncounted(); next !== undefined; next = this.#uncounted()) {
      this.#database.transaction(() => {
        for (
          let more: UncountedPart | undefined = next;
          more !== undefined;
          more = slices.isOver ? undefined : this.#uncounted()
        )
          this.#countPages(more)
      })
      await slices.pause()
      await this.#database.checkpointIfLong()
    }
  }

  /** The next part with words that the vocabulary does not count, and the last page that it counts. */
  #uncounted(): UncountedPart | undefined {
    return this.#database.get<UncountedPart>('select part, reached from uncounted limit 1')
  }

  /** Counts the words of the next pages. */
  #countPages({ part, reached }: UncountedPart): void {
    const pages = this.#database.all<{ first: string; words: Uint8Array }>(
      `select first, words from ${wordsTable(part)} where first > :reached order by first limit ${String(COUNTED_PAGES)}`,
      { reached },
    )
    const changes = new Map<string, number>()
    for (const { words } of pages) {
      const reader = new PageReader(words)
      while (reader.next()) {
        const { term, found } = reader
        if (isSpelled(term)) changes.set(term, found)
      }
    }
    this.count(changes)
    const last = pages.at(-1)
    if (pages.length < COUNTED_PAGES || last === undefined)
      this.#database.run('delete from uncounted where part = :part', { part })
    else this.#database.run('update uncounted set reached = :first where part = :part', { part, first: last.first })
  }

  /** Records a part in the place of others, which `discard` has to follow. Inside a transaction. */
  record({ part, first, last, messages, columns, checksums, counted }: NewPart, replaced: readonly number[]): void {
    for (const old of replaced) this.forget(old)
    this.#database.run(
      `insert into parts (part, first, last, messages, columns, checksums)
       values (:part, :first, :last, :messages, :columns, :checksums)`,
      { part, first, last, messages, columns, checksums },
    )
    if (!counted) this.#database.run(`insert into uncounted (part, reached) values (:part, '')`, { part })
  }

  /** Takes a part out of the index; inside a transaction. Its words stay until `discard`. */
  forget(part: number): void {
    this.#database.run('delete from parts where part = :part', { part })
    this.#database.run('delete from uncounted where part = :part', { part })
  }

  /** Removes the words of parts that are forgotten. Overwriting them takes time, so it is done in slices. */
  async discard(parts: readonly number[]): Promise<void> {
    const slices = new TimeSlices()
    for (const part of parts) {
      const table = wordsTable(part)
      const some = `select first from ${table} limit ${String(SLICE_PAGES)}`
      while (this.#database.run(`delete from ${table} where first in (${some})`) > 0) {
        await slices.pause()
        await this.#database.checkpointIfLong()
      }
      this.#database.run(`drop table ${table}`)
    }
  }

  /**
   * Writes the vocabulary into a new table: a row that was moved between pages leaves a copy behind, and dropping a
   * table overwrites all of its pages.
   */
  async rewriteVocabulary(): Promise<void> {
    const slices = new TimeSlices()
    this.#database.run(
      'create table vocabulary_next (term text primary key, found integer not null) strict, without rowid',
    )
    for (let after: string | undefined = ''; after !== undefined;) {
      await slices.pause()
      await this.#database.checkpointIfLong()
      this.#database.run(
        `insert into vocabulary_next select term, found from vocabulary where term > :after order by term limit 5000`,
        { after },
      )
      const reached: string | undefined =
        this.#database.get<{ term: string | null }>('select max(term) term from vocabulary_next')?.term ?? undefined
      after = reached === after ? undefined : reached
    }
    this.#database.transaction(() => {
      this.#database.run('drop table vocabulary')
      this.#database.run('alter table vocabulary_next rename to vocabulary')
    })
  }

  #put(part: number, pages: readonly WordPage[]): void {
    for (const { first, words, positions } of pages) {
      this.#database.run(
        `insert into ${wordsTable(part)} (first, words, positions) values (:first, :words, :positions)`,
        { first, words, positions },
      )
    }
  }

  #tables(): readonly number[] {
    return this.#database
      .all<{ name: string }>(`select name from sqlite_schema where type = 'table' and name glob 'words_[0-9]*'`)
      .map(({ name }) => Number(name.slice('words_'.length)))
  }
}
