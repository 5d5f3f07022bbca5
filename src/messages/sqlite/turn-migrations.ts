import type { Migration } from '../../database/sqlite/migrations.ts'

/** Notes which messages were changed or went, for those who follow what was said. */
export const turnMigrations: readonly Migration[] = [
  {
    id: 'turns-001',
    // Joining a session, or another person's messages, changes nothing about what was said; whatever else may be changed
    // about a message (further columns too) does.
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
]
