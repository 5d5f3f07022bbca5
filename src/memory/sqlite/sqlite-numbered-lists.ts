/** Numbered lists in `denidin.db`. */
import type { Database } from '../../database/sqlite/database.ts'
import type { Migration } from '../../database/sqlite/migrations.ts'
import type { PersonalData } from '../../people/personal-data.ts'
import type { ListedItem, NumberedLists } from '../numbered-lists.ts'

/** Table of the listings. */
export const listingMigrations: readonly Migration[] = [
  {
    id: 'listings-001',
    sql: `
      create table listings (
        person_id text not null,
        chat_id text not null,
        number integer not null,
        kind text not null check (kind in ('memory', 'message')),
        id text not null,
        scope text not null,
        primary key (person_id, chat_id, number)
      ) strict, without rowid;
    `,
  },
]

/** Listings in SQLite. */
export const createSqliteNumberedLists = (database: Database): NumberedLists & PersonalData => ({
  keep: async ({ person_id, chat_id }, items) => {
    database.transaction(() => {
      database.run('delete from listings where person_id = :person_id and chat_id = :chat_id', { person_id, chat_id })
      for (const [at, { kind, id, scope }] of items.entries()) {
        database.run('insert into listings values (:person_id, :chat_id, :number, :kind, :id, :scope)', {
          person_id,
          chat_id,
          number: at + 1,
          kind,
          id,
          scope,
        })
      }
    })
  },
  item: async ({ person_id, chat_id }, number) =>
    database.get<ListedItem & object>(
      `select kind, id, scope from listings
       where person_id = :person_id and chat_id = :chat_id and number = :number`,
      { person_id, chat_id, number },
    ),

  name: 'listings',
  tables: ['listings'],
  count: async person_id =>
    database.get<{ n: number }>('select count(*) as n from listings where person_id = :person_id', { person_id })?.n ??
    0,
  reassign: async (from, to) => {
    // Otherwise numbers shown to one person would refer to items of the other.
    if (from !== to) database.run('delete from listings where person_id = :from or person_id = :to', { from, to })
  },
  // Numbers and ids of items that other stores export anyway.
  export: async function* () {},
  erase: async person_id => database.run('delete from listings where person_id = :person_id', { person_id }),
})
