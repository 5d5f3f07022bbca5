/** The tables of learning: processed messages and reflections. */
import type { Migration } from '../../database/sqlite/migrations.ts'

/** Tables of learning, in `denidin.db`. */
export const learningMigrations: readonly Migration[] = [
  {
    id: 'learning-001',
    sql: `
      -- Messages that facts were taken from; the digest tells whether their words are still the same.
      create table learnt_messages (
        message_id text primary key,
        session_id text not null,
        scope text not null,
        digest text not null
      ) strict, without rowid;
      create index learnt_messages_of_session on learnt_messages (session_id);
      create index learnt_messages_of_scope on learnt_messages (scope);

      create table reflections (
        session_id text primary key,
        scope text not null,
        text text not null,
        valence real,
        created_at integer not null
      ) strict, without rowid;
      create index reflections_of_scope on reflections (scope);
    `,
  },
]
