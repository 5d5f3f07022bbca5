/** The tables of the knowledge folder. */
import type { Migration } from '../../database/sqlite/migrations.ts'

/** Tables of the knowledge folder, in `denidin.db`. */
export const knowledgeMigrations: readonly Migration[] = [
  {
    id: 'knowledge-001',
    sql: `
      create table knowledge_files (
        path text primary key,
        name text not null,
        size integer not null,
        modified_at real not null,
        changed_at real not null,
        state text not null check (state in ('reading', 'read', 'refused', 'passed_over')),
        reason text,
        redacted integer not null,
        read_at integer not null
      ) strict;
      create index knowledge_files_by_name on knowledge_files (name, path);

      -- The memories that came from a file. A memory is listed here before it is stored, so that a crash leaves none
      -- that belongs to no file.
      create table knowledge_passages (
        path text not null references knowledge_files (path) on delete cascade,
        position integer not null,
        memory_id text not null,
        primary key (path, position)
      ) strict, without rowid;
    `,
  },
]
