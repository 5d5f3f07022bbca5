/** Tables of the API's tokens and of the answers that are kept for repeated requests. */
import type { Migration } from '../../database/sqlite/migrations.ts'

/** They come after the tables of applied erasures, to which a trigger refers. */
export const accessMigrations: readonly Migration[] = [
  {
    id: 'access-001',
    sql: `
      create table api_tokens (
        token_id text primary key,
        name text not null unique,
        secret_hash blob not null,
        scopes text not null,
        person_id text,
        created_at integer not null,
        expires_at integer,
        last_used_at integer
      ) strict, without rowid;
      create index api_tokens_by_person on api_tokens (person_id) where person_id is not null;

      create table api_answers (
        token_id text not null references api_tokens (token_id) on delete cascade,
        key_hash text not null,
        fingerprint text not null,
        person_id text,
        status integer,
        sealed blob,
        at integer not null,
        primary key (token_id, key_hash)
      ) strict;
      create index api_answers_by_time on api_answers (at);
      create index api_answers_by_person on api_answers (person_id) where person_id is not null;

      -- An answer may hold what was forgotten: after any erasure, none is given again.
      create trigger api_answers_forgotten after insert on applied_erasures begin
        update api_answers set sealed = null where sealed is not null;
      end;
    `,
  },
]
