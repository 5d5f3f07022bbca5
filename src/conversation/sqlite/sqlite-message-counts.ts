/** How many messages of each person were answered on the last day on which they wrote, in SQLite. */
import type { Database } from '../../database/sqlite/database.ts'
import type { Migration } from '../../database/sqlite/migrations.ts'
import type { PersonalData } from '../../people/personal-data.ts'
import type { PersonId } from '../../people/person.ts'
import { DAY_MS, isoDay } from '../../platform/clock.ts'
import type { MessageCounts } from '../pacing/message-rate.ts'

export const messageCountMigrations: readonly Migration[] = [
  {
    // day: in the zone of the installation, in days since 1970.
    id: 'message-counts-001',
    sql: `
      create table message_counts (
        person_id text primary key,
        day integer not null,
        messages integer not null
      ) strict, without rowid;
    `,
  },
]

export class SqliteMessageCounts implements MessageCounts, PersonalData {
  readonly name = 'message counts'
  readonly tables = ['message_counts']
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  of(person_id: PersonId, day: number): number {
    const sql = 'select messages from message_counts where person_id = :person_id and day = :day'
    return this.#database.get<{ messages: number }>(sql, { person_id, day })?.messages ?? 0
  }

  add(person_id: PersonId, day: number, messages: number): void {
    this.#database.unflushed(() =>
      this.#database.run(
        `insert into message_counts (person_id, day, messages) values (:person_id, :day, :messages)
         on conflict do update set day = excluded.day,
           messages = excluded.messages + iif(day = excluded.day, message_counts.messages, 0)`,
        { person_id, day, messages },
      ),
    )
  }

  async count(person_id: PersonId): Promise<number> {
    const sql = 'select count(*) as rows from message_counts where person_id = :person_id'
    return this.#database.get<{ rows: number }>(sql, { person_id })?.rows ?? 0
  }

  /** The count of the newer day; if both have the same day, their sum. */
  async reassign(from: PersonId, to: PersonId): Promise<void> {
    if (from === to) return
    this.#database.transaction(() => {
      this.#database.run(
        `insert into message_counts (person_id, day, messages)
           select :to, day, messages from message_counts where person_id = :from
         on conflict do update set
           messages = iif(excluded.day > day, excluded.messages,
             messages + iif(excluded.day = day, excluded.messages, 0)),
           day = max(day, excluded.day)`,
        { from, to },
      )
      this.#database.run('delete from message_counts where person_id = :from', { from })
    })
  }

  async *export(person_id: PersonId): ReturnType<PersonalData['export']> {
    const sql = 'select day, messages from message_counts where person_id = :person_id'
    const counted = this.#database.get<{ day: number; messages: number }>(sql, { person_id })
    if (counted === undefined) return
    const { day, messages } = counted
    yield { section: 'message counts', fields: { day: isoDay(day * DAY_MS), messages } }
  }

  async erase(person_id: PersonId): Promise<number> {
    return this.#database.run('delete from message_counts where person_id = :person_id', { person_id })
  }
}
