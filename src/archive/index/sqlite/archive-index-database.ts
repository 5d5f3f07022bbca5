/** Opens `archive-index.db`, and starts a new one if it cannot be used. */
import { DerivedDatabase } from '../../../database/sqlite/derived-database.ts'
import type { Migration } from '../../../database/sqlite/migrations.ts'
import type { Clock } from '../../../platform/clock.ts'
import type { Logger } from '../../../platform/logger.ts'
import { ANALYSER_VERSION } from '../../../text/analyser/analyser.ts'

/** Increase this whenever the layout changes. */
const LAYOUT_VERSION = 2
/** An index of another version is rebuilt. */
const ARCHIVE_INDEX_VERSION = LAYOUT_VERSION * 1000 + ANALYSER_VERSION

/** KiB of pages kept in memory while the index is open. */
const CACHE_KIB = 48 * 1024

/** Tables of the index. The words of each part have their own table, `words_<part>`. */
const archiveIndexMigrations: readonly Migration[] = [
  {
    id: 'archive-index-001',
    sql: `
      create table progress (
        one integer primary key check (one = 1),
        version integer not null,
        -- Highest sequence number that is indexed.
        reached integer not null
      ) strict;
      -- Messages from one sequence number to another, both included.
      create table parts (
        part integer primary key,
        first integer not null,
        last integer not null,
        messages integer not null,
        columns blob not null,
        -- 4 bytes for each message, to tell a changed text from another change.
        checksums blob not null
      ) strict;
      -- Parts of which the vocabulary counts only the words of the pages up to this one.
      create table uncounted (part integer primary key, reached text not null) strict;
      create table vocabulary (term text primary key, found integer not null) strict, without rowid;
      -- Numbers that the columns have for names.
      create table names (
        kind text not null check (kind in ('scope', 'person', 'chat', 'sender')),
        number integer not null,
        name text not null,
        primary key (kind, number),
        unique (kind, name)
      ) strict, without rowid;
    `,
  },
]

export interface ArchiveIndexDatabaseDeps {
  readonly path: string
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * A damaged index is set aside, one of another version is removed, and a new one is started: all its content is derived
 * from `archive.db`.
 */
export const openArchiveIndexDatabase = ({ path, clock, logger }: ArchiveIndexDatabaseDeps): DerivedDatabase =>
  new DerivedDatabase({
    path,
    name: 'archive index',
    migrations: archiveIndexMigrations,
    rebuilt: 'from the archive',
    // A full check would read hundreds of megabytes and delay the first search; damage is handled when it is
    // encountered.
    checks: false,
    accepts: database =>
      database.get<{ version: number }>('select version from progress')?.version === ARCHIVE_INDEX_VERSION,
    prepare: (database, isNew) => {
      database.run('pragma synchronous = normal')
      database.leaveCheckpoints()
      database.get(`pragma cache_size = -${String(CACHE_KIB)}`)
      if (!isNew) return
      database.run('insert into progress (one, version, reached) values (1, :version, 0)', {
        version: ARCHIVE_INDEX_VERSION,
      })
    },
    clock,
    logger,
  })
