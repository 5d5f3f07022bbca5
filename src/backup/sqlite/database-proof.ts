/** The checksums of a database's content: its schema, and the count and digest of every table. */
import { createHash, type Hash } from 'node:crypto'
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'
import { DamagedDatabase, faultOf } from '../../database/sqlite/database-errors.ts'
import { TimeSlices } from '../../platform/yield.ts'
import type { StoredDatabase, StoredTable } from '../manifest.ts'
import { migrationsIn } from '../../database/sqlite/schema-state.ts'

/** How many rows are read between two checks of the time. */
const ROWS_AT_ONCE = 64
const DOUBLE_BYTES = 8

export interface ProofOptions {
  readonly signal: AbortSignal
}

export type DatabaseProof = Pick<StoredDatabase, 'migrations' | 'tables'>

/** A database that no one else has open, for reading. */
export class ClosedDatabase implements Disposable {
  readonly #path: string
  readonly #connection: DatabaseSync

  /** @throws DenidinError `damaged`, `unavailable` */
  constructor(path: string) {
    this.#path = path
    this.#connection = this.#guarded(() => new DatabaseSync(path, { readOnly: true, readBigInts: true }))
  }

  /** Reads every page and index. @throws DenidinError `damaged` */
  check(): void {
    const rows = this.#rows<{ integrity_check: string }>('pragma integrity_check(1)')
    const [result] = rows
    if (result?.integrity_check !== 'ok') throw new DamagedDatabase(this.#path, String(result?.integrity_check))
  }

  /** @throws DenidinError `damaged`; the reason of the signal */
  async prove({ signal }: ProofOptions): Promise<DatabaseProof> {
    const tables: StoredTable[] = []
    for (const { name, wr } of this.#tables()) tables.push(await this.#table(name, wr === 1n, signal))
    return { migrations: [...this.migrations], tables }
  }

  /** Ids of the migrations that were applied, sorted. @throws DenidinError `damaged` */
  get migrations(): readonly string[] {
    return this.#guarded(() => migrationsIn(this.#connection))
  }

  /** The value of a query's only column, in its first row. */
  value(sql: string): SQLOutputValue | undefined {
    return Object.values(this.#rows(sql)[0] ?? {})[0]
  }

  [Symbol.dispose](): void {
    this.#connection.close()
  }

  /** Virtual tables have no rows of their own; the tables behind them are listed. */
  #tables(): readonly { readonly name: string; readonly wr: bigint }[] {
    return this.#rows<{ name: string; wr: bigint }>(
      `select name, wr from pragma_table_list
       where schema = 'main' and type in ('table', 'shadow') and name <> 'sqlite_schema' order by name`,
    )
  }

  async #table(name: string, without_rowid: boolean, signal: AbortSignal): Promise<StoredTable> {
    const order = without_rowid ? this.#key(name) : 'rowid'
    const hash = createHash('sha256')
    const slices = new TimeSlices()
    let rows = 0
    const statement = this.#guarded(() => this.#connection.prepare(`select * from ${quoted(name)} order by ${order}`))
    statement.setReturnArrays(true)
    statement.setReadBigInts(true)
    const each = statement.iterate() as unknown as Iterator<readonly SQLOutputValue[]>
    for (let next = this.#next(each); next.done !== true; next = this.#next(each)) {
      addRow(hash, next.value)
      rows += 1
      if (rows % ROWS_AT_ONCE !== 0) continue
      signal.throwIfAborted()
      await slices.pause()
    }
    return { name, rows, sha256: hash.digest('hex') }
  }

  #next<T>(each: Iterator<T>): IteratorResult<T> {
    return this.#guarded(() => each.next())
  }

  #key(name: string): string {
    const columns = this.#rows<{ name: string }>(
      `select name from pragma_table_info(${literal(name)}) where pk > 0 order by pk`,
    )
    return columns.map(column => quoted(column.name)).join(', ')
  }

  #rows<T = Record<string, SQLOutputValue>>(sql: string): readonly T[] {
    return this.#guarded(() => {
      const statement = this.#connection.prepare(sql)
      statement.setReadBigInts(true)
      return statement.all() as unknown as T[]
    })
  }

  #guarded<T>(act: () => T): T {
    try {
      return act()
    } catch (error) {
      throw faultOf(error, this.#path) ?? error
    }
  }
}

/** Each value is hashed with its type and length, so that different rows never give the same bytes. */
const addRow = (hash: Hash, row: readonly SQLOutputValue[]): void => {
  let text = '('
  for (const value of row) {
    if (value === null) text += 'n'
    else if (typeof value === 'bigint') text += `i${String(value)};`
    else if (typeof value === 'string') text += `s${String(value.length)}:${value}`
    else if (typeof value === 'number') {
      const bytes = Buffer.alloc(DOUBLE_BYTES)
      bytes.writeDoubleBE(value)
      text += `f${bytes.toString('hex')}`
    } else {
      hash.update(`${text}b${String(value.length)}:`)
      hash.update(value)
      text = ''
    }
  }
  hash.update(text)
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`
