/** Numbers for the scopes, persons, chats and senders in the columns of the index. */
import type { Database } from '../../../database/sqlite/database.ts'
import type { Columns } from '../columns.ts'

export const NAME_KINDS = ['scope', 'person', 'chat', 'sender'] as const
export type NameKind = (typeof NAME_KINDS)[number]

export class IndexNames {
  readonly #database: Database
  readonly #numbers = new Map<NameKind, Map<string, number>>()

  constructor(database: Database) {
    this.#database = database
    this.reload()
  }

  reload(): void {
    for (const kind of NAME_KINDS) {
      const rows = this.#database.all<{ number: number; name: string }>(
        'select number, name from names where kind = :kind',
        { kind },
      )
      this.#numbers.set(kind, new Map(rows.map(({ number, name }) => [name, number])))
    }
  }

  /** The number of a name; 0 if no message has it. */
  find(kind: NameKind, name: string): number {
    return this.#numbers.get(kind)?.get(name) ?? 0
  }

  /** The numbers of the names that pass. */
  matching(kind: NameKind, passes: (name: string) => boolean): readonly number[] {
    return [...(this.#numbers.get(kind) ?? [])].filter(([name]) => passes(name)).map(([, number]) => number)
  }

  /** The number of a name; adds it if it is new. */
  numberOf(kind: NameKind, name: string | null): number {
    if (name === null || name === '') return 0
    const known = this.find(kind, name)
    if (known !== 0) return known
    const number =
      (this.#database.get<{ number: number | null }>('select max(number) number from names where kind = :kind', {
        kind,
      })?.number ?? 0) + 1
    this.#database.run('insert into names (kind, number, name) values (:kind, :number, :name)', { kind, number, name })
    this.#numbers.get(kind)?.set(name, number)
    return number
  }

  /** Removes names that no message has any more. */
  prune(columns: Columns): void {
    const roles = columns.column('role')
    for (const kind of NAME_KINDS) {
      const column = columns.column(kind)
      const used = new Set<number>()
      for (let seq = 0; seq < columns.size; seq++) if ((roles[seq] ?? 0) !== 0) used.add(column[seq] ?? 0)
      for (const [name, number] of this.#numbers.get(kind) ?? []) {
        if (used.has(number)) continue
        this.#database.run('delete from names where kind = :kind and number = :number', { kind, number })
        this.#numbers.get(kind)?.delete(name)
      }
    }
  }
}
