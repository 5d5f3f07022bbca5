import type { Database } from '../../database/sqlite/database.ts'
import type { Migration } from '../../database/sqlite/migrations.ts'
import type { Meter } from '../../models/meter.ts'
import { readInBatches } from '../../database/sqlite/in-batches.ts'
import { recordedTime, type PersonalData } from '../../people/personal-data.ts'
import type { Clock } from '../../platform/clock.ts'
import type { UsageReader, UsageTotal } from '../usage-reader.ts'

/** One row a model call. */
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
]

/** The usage table: takes calls down, adds them up, and knows whose they were. */
export interface SqliteMeter extends Meter, UsageReader, PersonalData {}

/** Keeps every model call in SQLite. A crash loses none; a power cut may lose those of the last moment. */
export const createSqliteMeter = (database: Database, clock: Clock): SqliteMeter => ({
  name: 'usage',
  tables: ['usage'],
  record: async call => {
    database.unflushed(() =>
      database.run(
        `insert into usage (at, kind, provider, model, purpose, person_id, chat_id, outcome, duration_ms, input_tokens,
           output_tokens)
         values (:at, :kind, :provider, :model, :purpose, :person_id, :chat_id, :outcome, :duration_ms, :input_tokens,
           :output_tokens)`,
        {
          at: clock.now(),
          kind: call.kind,
          provider: call.provider,
          model: call.model,
          purpose: call.purpose,
          person_id: call.person_id ?? null,
          chat_id: call.chat_id ?? null,
          outcome: call.outcome,
          duration_ms: call.duration_ms,
          input_tokens: call.input_tokens,
          output_tokens: call.output_tokens,
        },
      ),
    )
  },
  totals: async ({ since }) =>
    database.all<UsageTotal>(
      `select kind, purpose, provider, model, count(*) as calls, sum(outcome = 'failed') as failed,
           sum(input_tokens) as input_tokens, sum(output_tokens) as output_tokens
         from usage where at >= :since
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
  // What calls cost stays counted; whose they were goes.
  erase: async person_id =>
    database.run('update usage set person_id = null, chat_id = null where person_id = :person_id', { person_id }),
})

type UsageRow = { readonly at: number } & Readonly<Record<string, string | number>>
