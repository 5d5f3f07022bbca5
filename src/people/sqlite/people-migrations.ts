/** Tables of people, their identities and merges. */
import type { Migration } from '../../database/sqlite/migrations.ts'

/**
 * Tables of the people. Other tables refer to people without a foreign key, because a merge removes the person first.
 */
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
  {
    id: 'people-002',
    sql: `
      -- passed_from: another account had this name before, the operator has not said that it is the same person.
      create table identities_2 (
        kind text not null check (kind in ('phone', 'lid', 'username')),
        value text not null,
        person_id text not null references persons (person_id),
        passed_from text,
        primary key (kind, value)
      ) strict, without rowid;
      insert into identities_2 (kind, value, person_id) select kind, value, person_id from identities;
      drop table identities;
      alter table identities_2 rename to identities;
      create index identities_of_person on identities (person_id);

      -- Names that a person went by before. A number that the configuration blocks goes on blocking whoever had it.
      create table former_identities (
        person_id text not null references persons (person_id),
        kind text not null check (kind in ('phone', 'lid', 'username')),
        value text not null,
        until_at integer not null,
        primary key (person_id, kind, value)
      ) strict, without rowid;
    `,
  },
  {
    // Whether a person is on the allow list.
    id: 'people-003',
    sql: 'alter table persons add column allowed integer not null default 0',
  },
]
