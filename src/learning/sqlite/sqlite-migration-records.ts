/** Records migrations of long-term memory in SQLite. Their tables contain ids and numbers, no text of people. */
import type { Database } from '../../database/sqlite/database.ts'
import type { Migration } from '../../database/sqlite/migrations.ts'
import type { MigratedSummary, MigrationRecord, MigrationRecords } from '../schema-migration/migration-records.ts'

export const memorySchemaMigrations: readonly Migration[] = [
  {
    id: 'memory-schema-001',
    sql: `
      create table memory_schema_migrations (
        id integer primary key autoincrement,
        started_at integer not null,
        completed_at integer,
        status text not null check (status in ('running', 'interrupted', 'completed', 'failed')),
        started_by text not null,
        backup_id text,
        error text
      ) strict;
      create table migrated_summaries (
        memory_id text primary key,
        migration_id integer not null references memory_schema_migrations (id),
        outcome text not null check (outcome in ('learned', 'converted', 'kept')),
        facts integer not null,
        at integer not null
      ) strict, without rowid;
      create index migrated_summaries_of_migration on migrated_summaries (migration_id);
    `,
  },
]

type Row = Omit<MigrationRecord, 'from' | 'to' | 'completed_at' | 'backup_id' | 'error'> & {
  readonly completed_at: number | null
  readonly backup_id: string | null
  readonly error: string | null
}

export const createSqliteMigrationRecords = (database: Database): MigrationRecords => ({
  begin: async ({ started_at, started_by, backup_id }) =>
    database.get<{ id: number }>(
      `insert into memory_schema_migrations (started_at, status, started_by, backup_id)
       values (:started_at, 'running', :started_by, :backup_id) returning id`,
      { started_at, started_by, backup_id: backup_id ?? null },
    )?.id ?? 0,
  add: async (migration_id, { memory_id, outcome, facts }, at) => {
    database.run(
      `insert or ignore into migrated_summaries (memory_id, migration_id, outcome, facts, at)
       values (:memory_id, :migration_id, :outcome, :facts, :at)`,
      { memory_id, migration_id, outcome, facts, at },
    )
  },
  end: async (id, { completed_at, status, error }) => {
    database.run(
      'update memory_schema_migrations set completed_at = :completed_at, status = :status, error = :error where id = :id',
      { id, completed_at: completed_at ?? null, status, error: error ?? null },
    )
  },
  interrupt: async at => {
    database.run(
      `update memory_schema_migrations set completed_at = :at, status = 'interrupted', error = 'DeniDin stopped meanwhile'
       where status = 'running'`,
      { at },
    )
  },
  history: async limit =>
    database
      .all<Row>(
        `select id, started_at, completed_at, status, started_by, backup_id, error,
           (select count(*) from migrated_summaries s where s.migration_id = m.id) migrated,
           (select coalesce(sum(facts), 0) from migrated_summaries s where s.migration_id = m.id) facts
         from memory_schema_migrations m order by id desc limit :limit`,
        { limit },
      )
      .map(toRecord),
  migrated: async memory_ids =>
    new Map(
      database
        .all<MigratedSummary>(
          `select memory_id, outcome, facts from migrated_summaries
           where memory_id in (select value from json_each(:ids))`,
          { ids: JSON.stringify(memory_ids) },
        )
        .map(each => [each.memory_id, each]),
    ),
})

const toRecord = ({ completed_at, backup_id, error, ...row }: Row): MigrationRecord => ({
  ...row,
  from: 'v1',
  to: 'v2',
  completed_at: completed_at ?? undefined,
  backup_id: backup_id ?? undefined,
  error: error ?? undefined,
})
