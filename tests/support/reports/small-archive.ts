// An archive in memory that a test fills with a few words for each message.
import type { SourceMessage } from '../../../src/archive/archive-message.ts'
import { archiveMigrations } from '../../../src/archive/sqlite/archive-migrations.ts'
import { SqliteArchiveStore } from '../../../src/archive/sqlite/sqlite-archive-store.ts'
import { Database } from '../../../src/database/sqlite/database.ts'
import type { ReportCall } from '../../../src/reports/archive-reports.ts'
import { SqliteArchiveReports } from '../../../src/reports/sqlite/sqlite-archive-reports.ts'
import { FakeClock } from '../fake-clock.ts'

/** Nothing is called off, and no one looks at the progress. */
export const reportCall: ReportCall = { signal: new AbortController().signal, progress: () => undefined }

export const archived = (content: string, more: Partial<SourceMessage> = {}): SourceMessage => ({
  content,
  role: 'system',
  source_type: 'debug',
  ...more,
})

export class SmallArchive implements Disposable {
  readonly database = new Database(':memory:', archiveMigrations)
  readonly clock = new FakeClock()
  readonly store = new SqliteArchiveStore(this.database, this.clock)
  readonly reports = new SqliteArchiveReports(this.database)

  /** In one run of the file. */
  async load(messages: readonly SourceMessage[], source_file = '/logs/debug.txt'): Promise<number> {
    const { run_id } = await this.store.begin({
      source_type: 'debug',
      phase: 2,
      source_file,
      file_size_bytes: 1000,
      source_checksum: `sum of ${source_file}`,
      started_by: 'operator',
    })
    await this.store.write(run_id, {
      found: messages.map((message, index) => ({ message, line: index + 1 })),
      rejected: [],
      reached: { position: messages.length, lines: messages.length, ahead: 0 },
    })
    return run_id
  }

  [Symbol.dispose](): void {
    this.database[Symbol.dispose]()
  }
}
