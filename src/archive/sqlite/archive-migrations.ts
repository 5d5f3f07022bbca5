/** History of the tables in `archive.db`. */
import type { Migration } from '../../database/sqlite/migrations.ts'

/** Tables of the archive. Times are milliseconds since the Unix epoch. */
export const archiveMigrations: readonly Migration[] = [
  {
    id: 'archive-001',
    sql: `
      create table projects (
        project_id integer primary key,
        path text not null unique,
        name text not null,
        description text,
        active integer not null default 1 check (active in (0, 1)),
        metadata text
      ) strict;

      -- Sessions of the sources; those of the bot have their own table in denidin.db.
      create table archive_sessions (
        session_no integer primary key,
        session_id text not null unique,
        project_id integer references projects (project_id)
      ) strict;
      create index archive_sessions_by_project on archive_sessions (project_id);

      create table components (
        component_id integer primary key,
        name text not null unique
      ) strict;

      create table extraction_runs (
        run_id integer primary key autoincrement,
        source_type text not null,
        phase integer check (phase between 1 and 7),
        source_file text not null,
        file_size_bytes integer not null,
        -- SHA-256 of the file before it is read and after.
        source_checksum text not null,
        destination_checksum text,
        -- Where the next run goes on, as the reader of the source counts; how many lines are before it.
        position integer not null default 0,
        lines integer not null default 0,
        messages_extracted integer not null default 0,
        new_unique_messages integer not null default 0,
        duplicate_messages integer not null default 0,
        -- Messages of people who had them forgotten: not taken.
        forgotten_messages integer not null default 0,
        errors_count integer not null default 0,
        started_by text not null,
        started_at integer not null,
        completed_at integer,
        status text not null check (status in ('running', 'interrupted', 'completed', 'failed')),
        notes text
      ) strict;
      create index extraction_runs_by_source on extraction_runs (source_file, source_checksum);

      create table rejected_lines (
        run_id integer not null references extraction_runs (run_id) on delete cascade,
        line integer not null,
        reason text not null,
        excerpt text not null,
        primary key (run_id, line)
      ) strict, without rowid;

      -- seq: order of arrival, never given twice. scope, person_id, chat_id, message_id: of the bot's own messages.
      create table archive_messages (
        seq integer primary key autoincrement,
        hash blob not null unique,
        content text not null,
        role text not null check (role in ('user', 'assistant', 'system', 'tool')),
        at integer,
        project_id integer references projects (project_id),
        session_no integer references archive_sessions (session_no),
        source_type text not null,
        phase integer check (phase between 1 and 7),
        component_id integer references components (component_id),
        level text check (level in ('TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL')),
        sender_name text,
        occurrence integer not null default 1,
        scope text,
        person_id text,
        chat_id text,
        message_id text,
        metadata text
      ) strict;
      create unique index archive_messages_by_message on archive_messages (message_id) where message_id is not null;
      create index archive_messages_of_conversations on archive_messages (seq) where message_id is not null;
      create index archive_messages_by_person on archive_messages (person_id) where person_id is not null;
      create index archive_messages_by_session on archive_messages (session_no, at) where session_no is not null;
      -- What reports count, without a look at the contents.
      create index archive_messages_figures on archive_messages (at, project_id, session_no, component_id, level);

      create table places (
        seq integer not null references archive_messages (seq) on delete cascade,
        source_file_id integer not null references source_files (source_file_id),
        source_line integer not null,
        run_id integer not null references extraction_runs (run_id),
        primary key (seq, source_file_id, source_line)
      ) strict, without rowid;
      create table source_files (
        source_file_id integer primary key,
        path text not null unique
      ) strict;

      create table tags (
        seq integer not null references archive_messages (seq) on delete cascade,
        category text not null check (category in ('topic', 'action', 'artifact', 'command')),
        value text not null,
        confidence real not null check (confidence between 0 and 1),
        primary key (seq, category, value)
      ) strict, without rowid;
      create index tags_by_value on tags (category, value);

      create table file_references (
        seq integer not null references archive_messages (seq) on delete cascade,
        path text not null,
        operation text not null check (operation in ('read', 'write', 'edit', 'mention')),
        primary key (seq, path, operation)
      ) strict, without rowid;
      create index file_references_by_path on file_references (path);

      -- What the index of words has to take out: messages that are gone. What came is found by its seq.
      create table removed_messages (seq integer primary key) strict;
      create trigger archive_messages_removed after delete on archive_messages begin
        insert into removed_messages (seq)
          select old.seq where not exists (select 1 from removed_messages where seq = old.seq);
      end;

      -- What the index of words has to read again: messages that changed (a project became known, an edit).
      -- Not by “or ignore”: a trigger takes that from the statement that it runs for.
      create table changed_messages (seq integer primary key) strict;
      create trigger archive_messages_changed after update on archive_messages begin
        insert into changed_messages (seq)
          select new.seq where not exists (select 1 from changed_messages where seq = new.seq);
      end;

      -- How far the bot's messages are followed: at first in their order, then by their change log.
      create table followed (
        one integer primary key check (one = 1),
        filled_to integer,
        change integer not null
      ) strict;
    `,
  },
  {
    id: 'archive-002',
    sql: `
      -- The conversation that a file was loaded into; null for loads into the archive itself.
      alter table extraction_runs add column conversation text;
    `,
  },
  {
    id: 'archive-003',
    sql: `
      -- Of the copied conversations: who is merged with whom, and what is erased, is found by it.
      create index archive_messages_by_scope on archive_messages (scope) where scope is not null;
      -- Reports read messages without a time in pages.
      create index archive_messages_undated on archive_messages (seq, project_id, session_no, component_id, level)
        where at is null;
    `,
  },
  {
    id: 'archive-004',
    sql: `
      -- How many messages after the position are written and counted already.
      alter table extraction_runs add column ahead integer not null default 0;
    `,
  },
]
