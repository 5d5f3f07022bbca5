/** Writes parts of the archive's index: each into its own table, which becomes valid when it is complete. */
import type { Database } from '../../../database/sqlite/database.ts'
import { TimeSlices } from '../../../platform/yield.ts'
import type { IndexPart } from '../index-part.ts'
import type { EncodedPostings } from '../posting-encoder.ts'
import { wordsTable } from './index-parts.ts'

/** Words that are written in one transaction. */
const SLICE_WORDS = 400

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
      `create table ${wordsTable(part)} (term text primary key, found integer not null, heads blob not null,
         documents blob not null, positions blob not null) strict, without rowid`,
    )
    return part
  }

  /** Writes the words of a part in slices. @returns the changes of the vocabulary */
  async write(part: number, words: Iterable<WrittenWord>): Promise<ReadonlyMap<string, number>> {
    const slices = new TimeSlices()
    const changes = new Map<string, number>()
    const iterator = words[Symbol.iterator]()
    for (let done = false; !done;) {
      await slices.pause()
      this.#database.transaction(() => {
        for (let count = 0; count < SLICE_WORDS && !done; count++) {
          const next = iterator.next()
          if (next.done === true) {
            done = true
            return
          }
          const { term, postings, change } = next.value
          if (postings.found > 0) this.#put(part, term, postings)
          if (change !== 0) changes.set(term, change)
        }
      })
    }
    return changes
  }

  /** Removes a part that will not be recorded. */
  discard(part: number): void {
    this.#database.run(`drop table ${wordsTable(part)}`)
  }

  /** Counts words in the vocabulary; inside the transaction that records the part. @returns whether words are gone */
  count(changes: ReadonlyMap<string, number>): boolean {
    for (const [term, change] of changes) {
      this.#database.run(
        `insert into vocabulary (term, found) values (:term, :change)
         on conflict (term) do update set found = found + :change`,
        { term, change },
      )
    }
    const shrunk = [...changes.values()].some(change => change < 0)
    return shrunk && this.#database.run('delete from vocabulary where found <= 0') > 0
  }

  /** Records a part in the place of others. Inside a transaction. */
  record({ part, first, last, messages, columns, checksums }: NewPart, replaced: readonly number[]): void {
    for (const old of replaced) this.drop(old)
    this.#database.run(
      `insert into parts (part, first, last, messages, columns, checksums)
       values (:part, :first, :last, :messages, :columns, :checksums)`,
      { part, first, last, messages, columns, checksums },
    )
  }

  drop(part: number): void {
    this.#database.run('delete from parts where part = :part', { part })
    this.#database.run(`drop table ${wordsTable(part)}`)
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

  #put(part: number, term: string, { found, heads, documents, positions }: EncodedPostings): void {
    this.#database.run(
      `insert into ${wordsTable(part)} (term, found, heads, documents, positions)
       values (:term, :found, :heads, :documents, :positions)`,
      { term, found, heads, documents, positions },
    )
  }

  #tables(): readonly number[] {
    return this.#database
      .all<{ name: string }>(`select name from sqlite_schema where type = 'table' and name glob 'words_[0-9]*'`)
      .map(({ name }) => Number(name.slice('words_'.length)))
  }
}
