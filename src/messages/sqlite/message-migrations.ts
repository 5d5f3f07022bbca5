import type { Migration } from '../../database/sqlite/migrations.ts'

/** Tables of the message store. */
export const messageMigrations: readonly Migration[] = [
  {
    id: 'messages-001',
    sql: `
      create table messages (
        seq integer primary key,
        message_id text not null unique,
        chat_id text not null,
        chat_kind text not null check (chat_kind in ('direct', 'group')),
        scope text not null,
        person_id text not null,
        role text not null check (role in ('user', 'assistant')),
        sender_name text,
        text text not null,
        tokens integer not null,
        sent_at integer not null,
        session_id text
      ) strict;
      create index messages_by_session on messages (session_id, seq) where session_id is not null;
      create index messages_by_person on messages (person_id);

      create table inbox (
        message_id text primary key,
        chat_id text not null,
        chat_kind text not null,
        scope text not null,
        person_id text not null,
        addressed integer not null,
        state text not null check
          (state in ('received', 'answered', 'unconfirmed', 'heard', 'ignored', 'unanswerable')),
        sent_at integer not null,
        received_at integer not null,
        settled_at integer
      ) strict;
      create index inbox_open on inbox (received_at) where state = 'received';
      create index inbox_by_state on inbox (state);
      create index inbox_by_person on inbox (person_id);

      create table outbox (
        outbox_id text primary key,
        chat_id text not null,
        chat_kind text not null,
        scope text not null,
        person_id text not null,
        state text not null check (state in ('intended', 'sent', 'unconfirmed', 'held')),
        text text,
        tokens integer not null,
        session_id text,
        message_id text,
        created_at integer not null,
        settled_at integer
      ) strict;
      create index outbox_by_state on outbox (state, created_at);
      create index outbox_by_person on outbox (person_id);

      create table outbox_answers (
        outbox_id text not null references outbox (outbox_id) on delete cascade,
        message_id text not null,
        primary key (outbox_id, message_id)
      ) strict, without rowid;
    `,
  },
  {
    id: 'messages-002',
    sql: `
      create table ratings (
        message_id text not null,
        person_id text not null,
        value integer not null check (value in (-1, 1)),
        rated_at integer not null,
        primary key (message_id, person_id)
      ) strict, without rowid;
      create index ratings_by_person on ratings (person_id);

      -- Sessions that lost a message after it was summarised, until the summary has been made anew.
      create table changed_sessions (session_id text primary key) strict, without rowid;
    `,
  },
  {
    id: 'messages-003',
    sql: `
      create table outbox_parts (
        outbox_id text not null references outbox (outbox_id) on delete cascade,
        part integer not null,
        state text not null check (state in ('waiting', 'begun', 'sent', 'unconfirmed', 'lost')),
        text text,
        message_id text,
        settled_at integer,
        primary key (outbox_id, part)
      ) strict, without rowid;
      create index outbox_parts_by_message on outbox_parts (message_id) where message_id is not null;
      insert into outbox_parts (outbox_id, part, state, text, message_id, settled_at)
        select outbox_id, 0, case state when 'held' then 'waiting' when 'intended' then 'begun' else state end,
          case when state in ('held', 'intended') then text end, message_id, settled_at
        from outbox;
      create index inbox_by_chat on inbox (chat_id);
    `,
  },
  {
    id: 'messages-unlearned-001',
    sql: `
      -- Said while its person wanted nobody to learn from it, or an answer to that.
      alter table messages add column unlearned integer not null default 0 check (unlearned in (0, 1));
      create index if not exists messages_by_scope on messages (scope, seq);
    `,
  },
]
