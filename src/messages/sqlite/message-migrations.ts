/** Tables of the message store, and the triggers that record changes for the indexes. */
import type { Migration } from '../../database/sqlite/migrations.ts'
import { isCommand } from '../message-kind.ts'
import { knownMessageMigrations } from './sqlite-known-messages.ts'
import { changeCursorMigrations } from './sqlite-change-log.ts'
import { importMigrations } from './sqlite-imported-messages.ts'
import { laterMigrations } from './later-message-migrations.ts'
import { messageExpiryMigrations } from './sqlite-message-expiry.ts'
import { messageQuoteMigrations, replyToMigrations } from './sqlite-message-quotes.ts'

/** How a reply outside any conversation was distinguished from other messages before `messages-007`. */
const NOTICE = `role = 'assistant' and session_id is null and (
  message_id like 'reply:%' or exists (select 1 from outbox_parts p where p.message_id = messages.message_id))`
/** Records of old replies are removed after a time; messages of the account owner are in the inbox, replies are not. */
const OLD_NOTICE = `role = 'assistant' and session_id is null
  and not exists (select 1 from inbox i where i.message_id = messages.message_id)`

/** In the order in which they run. */
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
    id: 'messages-004',
    // A check cannot be changed in place. Referenced tables are dropped last and created first, so that no row is
    // deleted along with the row that it refers to.
    sql: `
      create table inbox_new (
        message_id text primary key,
        chat_id text not null,
        chat_kind text not null,
        scope text not null,
        person_id text not null,
        addressed integer not null,
        state text not null check
          (state in ('received', 'answered', 'unconfirmed', 'failed', 'heard', 'ignored', 'unanswerable')),
        sent_at integer not null,
        received_at integer not null,
        settled_at integer
      ) strict;
      insert into inbox_new
        (rowid, message_id, chat_id, chat_kind, scope, person_id, addressed, state, sent_at, received_at, settled_at)
        select rowid, message_id, chat_id, chat_kind, scope, person_id, addressed, state, sent_at, received_at,
          settled_at
        from inbox;
      drop table inbox;
      alter table inbox_new rename to inbox;
      create index inbox_open on inbox (received_at) where state = 'received';
      create index inbox_by_state on inbox (state);
      create index inbox_by_person on inbox (person_id);
      create index inbox_by_chat on inbox (chat_id, sent_at);

      create table outbox_new (
        outbox_id text primary key,
        chat_id text not null,
        chat_kind text not null,
        scope text not null,
        person_id text not null,
        state text not null check (state in ('intended', 'sent', 'unconfirmed', 'held', 'failed')),
        text text,
        tokens integer not null,
        session_id text,
        message_id text,
        created_at integer not null,
        settled_at integer
      ) strict;
      insert into outbox_new
        (rowid, outbox_id, chat_id, chat_kind, scope, person_id, state, text, tokens, session_id, message_id,
          created_at, settled_at)
        select rowid, outbox_id, chat_id, chat_kind, scope, person_id, state, text, tokens, session_id, message_id,
          created_at, settled_at
        from outbox;
      create table outbox_answers_new (
        outbox_id text not null references outbox_new (outbox_id) on delete cascade,
        message_id text not null,
        primary key (outbox_id, message_id)
      ) strict, without rowid;
      insert into outbox_answers_new (outbox_id, message_id) select outbox_id, message_id from outbox_answers;
      create table outbox_parts_new (
        outbox_id text not null references outbox_new (outbox_id) on delete cascade,
        part integer not null,
        state text not null check (state in ('waiting', 'begun', 'sent', 'unconfirmed', 'lost', 'failed')),
        text text,
        message_id text,
        begun_at integer,
        settled_at integer,
        primary key (outbox_id, part)
      ) strict, without rowid;
      insert into outbox_parts_new (outbox_id, part, state, text, message_id, settled_at)
        select outbox_id, part, state, text, message_id, settled_at from outbox_parts;
      drop table outbox_answers;
      drop table outbox_parts;
      drop table outbox;
      alter table outbox_new rename to outbox;
      alter table outbox_answers_new rename to outbox_answers;
      alter table outbox_parts_new rename to outbox_parts;
      create index outbox_by_state on outbox (state, created_at);
      create index outbox_by_person on outbox (person_id);
      create index outbox_by_chat on outbox (chat_id, created_at);
      create index outbox_parts_by_message on outbox_parts (message_id) where message_id is not null;
      create index outbox_parts_in_doubt on outbox_parts (begun_at) where state = 'unconfirmed' and message_id is null;

      -- Up to when everything that was said in a chat has been recorded.
      create table heard_until (chat_id text primary key, until integer not null) strict, without rowid;
      insert into heard_until (chat_id, until) select chat_id, max(sent_at) from inbox group by chat_id;
    `,
  },
  {
    id: 'messages-005',
    sql: `
      -- Messages that came, were changed or went since the index of words last looked: each once, the latest change last.
      create table message_changes (
        change integer primary key autoincrement,
        message_id text not null unique
      ) strict;
      create trigger messages_came after insert on messages begin
        delete from message_changes where message_id = new.message_id;
        insert into message_changes (message_id) values (new.message_id);
      end;
      create trigger messages_changed
        after update of scope, person_id, role, sender_name, text, sent_at on messages begin
        delete from message_changes where message_id = new.message_id;
        insert into message_changes (message_id) values (new.message_id);
      end;
      create trigger messages_went after delete on messages begin
        delete from message_changes where message_id = old.message_id;
        insert into message_changes (message_id) values (old.message_id);
      end;
      create index messages_by_scope on messages (scope, seq);
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
  {
    id: 'messages-006',
    sql: `
      -- What answered a message, and what a message answered, found without going through all replies.
      create index outbox_by_message on outbox (message_id) where message_id is not null;
      create index outbox_answers_by_message on outbox_answers (message_id);
    `,
  },
  {
    id: 'turns-001',
    // Joining a session, or being reassigned to another person, does not change the content of a message; any other
    // change (further columns included) does.
    sql: `
      create table turn_changes (
        change integer primary key autoincrement,
        message_id text not null unique,
        session_id text,
        place integer not null
      ) strict;
      create trigger turns_changed after update on messages
        when old.text is not new.text
          or (old.session_id is new.session_id and old.person_id is new.person_id and old.scope is new.scope)
      begin
        delete from turn_changes where message_id = new.message_id;
        insert into turn_changes (message_id, session_id, place) values (new.message_id, new.session_id, new.seq);
      end;
      create trigger turns_went after delete on messages begin
        delete from turn_changes where message_id = old.message_id;
        insert into turn_changes (message_id, session_id, place) values (old.message_id, old.session_id, old.seq);
      end;
    `,
  },
  {
    id: 'messages-007',
    functions: {
      is_command: text => Number(isCommand(String(text))),
      began_like_a_command: text => Number(/^\s*\/\p{L}/u.test(String(text))),
    },
    sql: `
      -- What a message is, until now read from its id, its text and the parts of replies each time.
      alter table messages rename column unlearned to learning_opt_out;
      alter table messages add column kind text not null default 'chat'
        check (kind in ('chat', 'command', 'notice', 'imported', 'unreadable'));

      -- The kind alone is no change that the indexes have to follow: the triggers wait.
      drop trigger messages_changed;
      drop trigger turns_changed;
      update messages set kind = case
        when message_id like 'unreadable:%' then 'unreadable'
        when message_id like 'told:%' then 'imported'
        when (${NOTICE}) or (${OLD_NOTICE}) then 'notice'
        else 'command' end
      where message_id like 'unreadable:%' or message_id like 'told:%' or is_command(text)
        or (${NOTICE}) or (${OLD_NOTICE});

      -- The rules for commands differed between the two indexes: both look again at what they may have read differently,
      -- and at what neither should hold.
      create temp table reread as select message_id, session_id, seq from messages
        where kind in ('command', 'unreadable')
          or kind = 'chat' and began_like_a_command(text)
          or kind = 'notice' and not (${NOTICE});
      delete from message_changes where message_id in (select message_id from reread);
      insert into message_changes (message_id) select message_id from reread;
      delete from turn_changes where message_id in (select message_id from reread);
      insert into turn_changes (message_id, session_id, place) select message_id, session_id, seq from reread;
      drop table reread;

      create trigger messages_changed
        after update of scope, person_id, role, kind, sender_name, text, sent_at, learning_opt_out on messages begin
        delete from message_changes where message_id = new.message_id;
        insert into message_changes (message_id) values (new.message_id);
      end;
      create trigger turns_changed
        after update of role, kind, sender_name, text, sent_at, learning_opt_out on messages begin
        delete from turn_changes where message_id = new.message_id;
        insert into turn_changes (message_id, session_id, place) values (new.message_id, new.session_id, new.seq);
      end;
    `,
  },
  {
    id: 'messages-008',
    sql: `
      -- One log with a cursor for each follower, instead of three: message_changes (full-text index), turn_changes
      -- (vectors) and changed_sessions (learning). The numbers of message_changes go on: the full-text index holds one.
      drop trigger messages_came;
      drop trigger messages_changed;
      drop trigger messages_went;
      drop trigger turns_changed;
      drop trigger turns_went;

      -- A row is the last change of a message, or (without one) a session that has to be learned from again.
      -- content_change: number of its last change of content; null when it was only added or moved.
      create table message_changes_new (
        change integer primary key autoincrement,
        content_change integer,
        message_id text unique,
        session_id text,
        seq integer
      ) strict;
      insert into message_changes_new (change, message_id, session_id, seq)
        select c.change, c.message_id, m.session_id, m.seq
        from message_changes c left join messages m on m.message_id = c.message_id;
      delete from sqlite_sequence where name = 'message_changes_new';
      insert into sqlite_sequence (name, seq)
        select 'message_changes_new', coalesce((select seq from sqlite_sequence where name = 'message_changes'), 0);
      drop table message_changes;
      alter table message_changes_new rename to message_changes;
      create index message_changes_of_content on message_changes (content_change) where content_change is not null;

      -- follows: all changes, or those of content alone. What every cursor has passed is removed.
      create table change_cursors (
        name text primary key,
        follows text not null check (follows in ('all', 'content')),
        up_to integer not null
      ) strict, without rowid;
      insert into change_cursors (name, follows, up_to) values ('full_text', 'all', 0);
      insert into change_cursors (name, follows, up_to)
        select 'vectors', 'content', seq from sqlite_sequence where name = 'message_changes';

      -- What the vectors still had to follow: learning has been told of it in its own way.
      delete from message_changes where message_id in (select message_id from turn_changes);
      insert into message_changes (message_id, session_id, seq)
        select message_id, session_id, place from turn_changes order by change;
      update message_changes set content_change = change
        where message_id in (select message_id from turn_changes);
      insert into change_cursors (name, follows, up_to)
        select 'learning', 'content', seq from sqlite_sequence where name = 'message_changes';
      insert into message_changes (session_id) select session_id from changed_sessions;
      update message_changes set content_change = change where message_id is null;
      drop table turn_changes;
      drop table changed_sessions;

      create trigger messages_added after insert on messages begin
        insert or replace into message_changes (message_id, session_id, seq, content_change)
          select new.message_id, new.session_id, new.seq,
            (select content_change from message_changes where message_id = new.message_id);
      end;
      create trigger messages_moved after update of scope, person_id on messages begin
        insert or replace into message_changes (message_id, session_id, seq, content_change)
          select new.message_id, new.session_id, new.seq,
            (select content_change from message_changes where message_id = new.message_id);
      end;
      -- Joining a session changes nothing about what was said; nor does a column that is not named here.
      create trigger messages_changed
        after update of role, kind, sender_name, text, sent_at, learning_opt_out on messages
        when (old.role, old.kind, old.sender_name, old.text, old.sent_at, old.learning_opt_out)
          is not (new.role, new.kind, new.sender_name, new.text, new.sent_at, new.learning_opt_out)
      begin
        insert or replace into message_changes (message_id, session_id, seq)
          values (new.message_id, new.session_id, new.seq);
        update message_changes set content_change = change where message_id = new.message_id;
      end;
      create trigger messages_removed after delete on messages begin
        insert or replace into message_changes (message_id, session_id, seq)
          values (old.message_id, old.session_id, old.seq);
        update message_changes set content_change = change where message_id = old.message_id;
      end;
    `,
  },
  ...replyToMigrations,
  ...knownMessageMigrations,
  ...messageQuoteMigrations,
  ...messageExpiryMigrations,
  ...changeCursorMigrations,
  ...importMigrations,
  ...laterMigrations,
]
