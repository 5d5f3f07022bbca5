/** History of the tables in `index.db`. */
import type { Migration } from '../../database/sqlite/migrations.ts'

/** Tables of the full-text index, in `index.db`. Every row belongs to one scope, except those of the progress. */
export const indexMigrations: readonly Migration[] = [
  {
    id: 'index-001',
    sql: `
      create table progress (
        one integer primary key check (one = 1),
        version integer not null,
        change integer not null,
        filled_to integer
      ) strict;

      -- ordinals: how many were given out; numbers of scopes are never given twice.
      create table scopes (
        scope_no integer primary key autoincrement,
        scope text not null unique,
        ordinals integer not null default 0
      ) strict;

      create table speakers (
        scope_no integer not null references scopes (scope_no),
        speaker integer not null,
        person_id text not null,
        bot integer not null check (bot in (0, 1)),
        names text not null,
        primary key (scope_no, speaker)
      ) strict, without rowid;
      create index speakers_by_person on speakers (person_id);

      -- stems: subject words in their order, so that a message can be taken out again when its text is gone.
      create table documents (
        scope_no integer not null references scopes (scope_no),
        ordinal integer not null,
        message_id text not null,
        stems text not null,
        primary key (scope_no, ordinal)
      ) strict, without rowid;
      create unique index documents_by_message on documents (message_id);

      -- columns: 16 bytes for each of the 1,024 ordinals of a part.
      create table parts (
        scope_no integer not null references scopes (scope_no),
        part integer not null,
        columns blob not null,
        primary key (scope_no, part)
      ) strict, without rowid;

      -- body: three bytes an entry: place in the part of 16,384 ordinals (2), how often (1).
      create table postings (
        scope_no integer not null references scopes (scope_no),
        stem text not null,
        part integer not null,
        body blob not null,
        primary key (scope_no, stem, part)
      ) strict, without rowid;
    `,
  },
]
