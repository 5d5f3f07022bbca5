/** A database that keeps the text of every statement that runs on it, so that a test can look at how SQLite runs them. */
import type { SQLOutputValue } from 'node:sqlite'
import { Database, type Parameters, type Row } from '../../src/database/sqlite/database.ts'

export class RecordingDatabase extends Database {
  readonly statements = new Set<string>()

  override run(sql: string, parameters?: Parameters): number {
    this.statements.add(sql)
    return super.run(sql, parameters)
  }

  override get<T extends object = Row>(sql: string, parameters?: Parameters): T | undefined {
    this.statements.add(sql)
    return super.get<T>(sql, parameters)
  }

  override all<T extends object = Row>(sql: string, parameters?: Parameters): T[] {
    this.statements.add(sql)
    return super.all<T>(sql, parameters)
  }

  override lists<T extends readonly SQLOutputValue[]>(sql: string, parameters?: Parameters): T[] {
    this.statements.add(sql)
    return super.lists<T>(sql, parameters)
  }

  /** What SQLite reads from beginning to end, for each statement that ran. */
  scans(): readonly { readonly sql: string; readonly scan: string }[] {
    return [...this.statements].flatMap(sql =>
      /^\s*(?:select|with|insert|update|delete)/i.test(sql)
        ? super
            .all<{ detail: string }>(`explain query plan ${sql}`)
            .filter(({ detail }) => /^SCAN (?!json_each|CONSTANT)/.test(detail))
            .map(({ detail }) => ({ sql: sql.replace(/\s+/g, ' ').trim(), scan: detail.slice('SCAN '.length) }))
        : [],
    )
  }
}
