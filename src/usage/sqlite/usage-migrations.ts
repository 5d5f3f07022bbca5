/** The tables of model calls. */
import type { Migration } from '../../database/sqlite/migrations.ts'

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
  {
    // Amounts are billionths of the currency's unit. The day is that of the installation's zone, in days since 1970: the
    // day on which the call began. Calls from before this migration have none, and no cost.
    id: 'usage-003',
    sql: `
      alter table usage add column day integer;
      alter table usage add column cached_tokens integer not null default 0;
      alter table usage add column currency text;
      alter table usage add column price text;
      alter table usage add column cost_nano integer;
      create index usage_day on usage (day);
    `,
  },
]
