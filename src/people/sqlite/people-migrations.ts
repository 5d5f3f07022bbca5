import type { Migration } from '../../database/sqlite/migrations.ts'

/** Tables of the people. Other tables name persons without a foreign key: a merge takes the person away first. */
export const peopleMigrations: readonly Migration[] = [
  {
    id: 'people-001',
    sql: `
      -- number: the order in which people were first met; clocks may go back, this does not.
      create table persons (
        number integer primary key autoincrement,
        person_id text not null unique,
        name text,
        role text not null check (role in ('client', 'godfather', 'blocked')),
        created_at integer not null
      ) strict;

      create table identities (
        kind text not null check (kind in ('phone', 'lid')),
        value text not null,
        person_id text not null references persons (person_id),
        primary key (kind, value)
      ) strict, without rowid;
      create index identities_of_person on identities (person_id);

      -- Who went over into whom. due_at: when what is held about from_id must (again) be given to into_id; null: never
      -- again. The row stays, so that an id that was handed out before still leads to the person.
      create table merges (
        from_id text primary key,
        into_id text not null references persons (person_id),
        merged_at integer not null,
        due_at integer,
        passes integer not null default 0
      ) strict, without rowid;
      create index merges_by_survivor on merges (into_id, due_at);
    `,
  },
]
