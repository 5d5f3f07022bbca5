/** An archive in a folder of its own, in this process, into which a test loads files. */
import { join } from 'node:path'
import { SqliteArchiveMaintenance } from '../../../src/archive/sqlite/sqlite-archive-maintenance.ts'
import { openArchive } from '../../../src/archive/sqlite/open-archive.ts'
import { SqliteArchiveStore } from '../../../src/archive/sqlite/sqlite-archive-store.ts'
import type { Database } from '../../../src/database/sqlite/database.ts'
import { Ingest, type IngestOptions } from '../../../src/ingest/ingest.ts'
import type { IngestReport, IngestRequest } from '../../../src/ingest/ingest-report.ts'
import { silentLogger } from '../../../src/platform/logger.ts'
import { FakeClock } from '../fake-clock.ts'
import { temporaryFolder, type TemporaryFolder } from '../temporary-folder.ts'
import { writeSource } from './read-source.ts'

export class IngestRig implements AsyncDisposable {
  readonly clock = new FakeClock()
  readonly #folder: TemporaryFolder
  database: Database
  store: SqliteArchiveStore
  maintenance: SqliteArchiveMaintenance
  /** Called after each batch. */
  written: () => Promise<void> = async () => undefined
  #ingest: Ingest

  private constructor(folder: TemporaryFolder) {
    this.#folder = folder
    this.database = openArchive(join(folder.path, 'archive.db'))
    this.store = new SqliteArchiveStore(this.database, this.clock)
    this.maintenance = new SqliteArchiveMaintenance(this.database, this.clock)
    this.#ingest = this.#newIngest()
  }

  static async open(): Promise<IngestRig> {
    return new IngestRig(await temporaryFolder())
  }

  /** A path below the folder of the sources. */
  path(...names: readonly string[]): string {
    return join(this.#folder.path, 'sources', ...names)
  }

  /** Writes a source; returns its path. */
  async write(name: string, content: string | Buffer): Promise<string> {
    return await writeSource(this.path(), name, content)
  }

  async load(
    path: string,
    request: Partial<IngestRequest> = {},
    options: Partial<IngestOptions> = {},
  ): Promise<IngestReport> {
    return await this.#ingest.load(
      { path, dry_run: false, started_by: 'operator', ...request },
      { signal: new AbortController().signal, progress: () => undefined, ...options },
    )
  }

  /** Closes the archive and opens it again, as after a crash. */
  reopen(): void {
    const { path } = this.database
    this.database[Symbol.dispose]()
    this.database = openArchive(path)
    this.store = new SqliteArchiveStore(this.database, this.clock)
    this.maintenance = new SqliteArchiveMaintenance(this.database, this.clock)
    this.#ingest = this.#newIngest()
  }

  rows(sql: string): readonly object[] {
    return this.database.all(sql).map(row => ({ ...row }))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.database[Symbol.dispose]()
    await this.#folder[Symbol.asyncDispose]()
  }

  #newIngest(): Ingest {
    return new Ingest({ store: this.store, written: () => this.written(), clock: this.clock, logger: silentLogger })
  }
}
