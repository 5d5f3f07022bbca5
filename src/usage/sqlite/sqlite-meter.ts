/** The usage table: one row per call to a model, from its reservation on. */
import type { Database } from '../../database/sqlite/database.ts'
import type { Migration } from '../../database/sqlite/migrations.ts'
import type { Meter } from '../../models/meter.ts'
import { readInBatches } from '../../database/sqlite/in-batches.ts'
import { recordedTime, type PersonalData } from '../../people/personal-data.ts'
import type { Clock } from '../../platform/clock.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { UsageReader, UsageTotal } from '../usage-reader.ts'

/** One row per model call. */
export const usageMigrations: readonly Migration[] = [
  {
    id: 'usage-001',
    sql: `
      create table usage (
        usage_id integer primary key,
        at integer not null,
        kind text not null,
        provider text not null,
        model text not null,
        purpose text not null,
        person_id text,
        chat_id text,
        outcome text not null,
        duration_ms real not null,
        input_tokens integer not null,
        output_tokens integer not null
      ) strict;
      create index usage_at on usage (at);
      create index usage_person on usage (person_id) where person_id is not null;
    `,
  },
  {
    // The outcome is 'reserved' while a call is under way, then 'ok' or 'failed', or 'interrupted' by the end of a process.
    id: 'usage-002',
    sql: `
      alter table usage add column reserved_tokens integer not null default 0;
      create index usage_reserved on usage (usage_id) where outcome = 'reserved';
    `,
  },
]

/** The usage table: accounts for calls, adds them up, and knows who caused them. */
export interface SqliteMeter extends Meter, UsageReader, PersonalData {
  /**
   * Releases what calls of an earlier process had reserved: how they ended is not known. Called at the start, before any
   * call. @returns how many there were
   */
  releaseInterrupted(): Promise<number>
}

/**
 * Keeps every model call in SQLite, by one statement at each step. A crash of the process loses none; a power cut may lose
 * those of the last moment.
 */
export const createSqliteMeter = (database: Database, clock: Clock): SqliteMeter => ({
  name: 'usage',
  tables: ['usage'],
  reserve: async call =>
    database.unflushed(() => {
      const { kind, provider, model, purpose, person_id = null, chat_id = null, estimated_tokens } = call
      const row = { at: clock.now(), kind, provider, model, purpose, person_id, chat_id, estimated_tokens }
      const inserted = database.get<{ usage_id: number }>(
        `insert into usage (at, kind, provider, model, purpose, person_id, chat_id, outcome, duration_ms, input_tokens,
           output_tokens, reserved_tokens)
         values (:at, :kind, :provider, :model, :purpose, :person_id, :chat_id, 'reserved', 0, 0, 0, :estimated_tokens)
         returning usage_id`,
        row,
      )
      if (inserted === undefined) throw new DenidinError('internal', 'a reservation got no row')
      return inserted.usage_id
    }),
  commit: async (usage_id, { input_tokens, output_tokens, duration_ms }) => {
    database.unflushed(() =>
      database.run(
        `update usage set outcome = 'ok', at = :at, input_tokens = :input_tokens, output_tokens = :output_tokens,
           duration_ms = :duration_ms, reserved_tokens = 0
         where usage_id = :usage_id`,
        { usage_id, at: clock.now(), input_tokens, output_tokens, duration_ms },
      ),
    )
  },
  release: async (usage_id, { duration_ms }) => {
    database.unflushed(() =>
      database.run(
        `update usage set outcome = 'failed', at = :at, duration_ms = :duration_ms, reserved_tokens = 0
         where usage_id = :usage_id`,
        { usage_id, at: clock.now(), duration_ms },
      ),
    )
  },
  releaseInterrupted: async () =>
    database.run(`update usage set outcome = 'interrupted', reserved_tokens = 0 where outcome = 'reserved'`),
  totals: async ({ since }) =>
    database.all<UsageTotal>(
      `select kind, purpose, provider, model, count(*) as calls, sum(outcome = 'failed') as failed,
           sum(input_tokens) as input_tokens, sum(output_tokens) as output_tokens
         from usage where at >= :since and outcome in ('ok', 'failed')
         group by kind, purpose, provider, model
         order by sum(input_tokens) + sum(output_tokens) desc, kind, purpose, model`,
      { since },
    ),
  count: async person_id =>
    database.get<{ rows: number }>('select count(*) as rows from usage where person_id = :person_id', { person_id })
      ?.rows ?? 0,
  reassign: async (from, to) => {
    database.run('update usage set person_id = :to where person_id = :from', { from, to })
  },
  export: async function* (person_id) {
    const columns = 'at, kind, provider, model, purpose, outcome, duration_ms, input_tokens, output_tokens'
    const calls = { table: 'usage', columns, where: 'person_id = :person_id' }
    for await (const rows of readInBatches<UsageRow>(database, calls, { person_id })) {
      for (const { at, ...fields } of rows) {
        yield { section: 'usage', fields: { at: recordedTime(at), ...fields } }
      }
    }
  },
  // What calls cost stays counted; who caused them goes.
  erase: async person_id =>
    database.run('update usage set person_id = null, chat_id = null where person_id = :person_id', { person_id }),
})

type UsageRow = { readonly at: number } & Readonly<Record<string, string | number>>
