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
    // The outcome is 'reserved' while a call is under way, then 'ok' or 'failed', or 'interrupted' if the process
    // ended.
    id: 'usage-002',
    sql: `
      alter table usage add column reserved_tokens integer not null default 0;
      create index usage_reserved on usage (usage_id) where outcome = 'reserved';
    `,
  },
  {
    // Amounts are billionths of a currency unit. The day is that on which the call began, in the installation's zone,
    // in days since 1970. Calls from before this migration have neither day nor cost.
    id: 'usage-003',
    sql: `
      alter table usage add column day integer;
      alter table usage add column cached_tokens integer not null default 0;
      alter table usage add column currency text;
      alter table usage add column price text;
      alter table usage add column cost_nano integer;
      alter table usage add column reserved_nano integer not null default 0;
      create index usage_day on usage (day);
    `,
  },
  {
    // Spending by day, person and currency ('': none), reservations included; the person '' is everyone. A call keeps
    // its day and its currency from its reservation to its end. Calls to built-in models count as no spending.
    id: 'usage-004',
    sql: `
      create table spending (
        day integer not null,
        person_id text not null,
        currency text not null,
        cost_nano integer not null,
        tokens integer not null,
        primary key (person_id, day, currency)
      ) strict, without rowid;
      create index spending_day on spending (day);
      create trigger usage_reserved_spending after insert on usage when new.day is not null and new.provider <> 'offline' begin
        insert into spending (day, person_id, currency, cost_nano, tokens)
          select new.day, column1, coalesce(new.currency, ''), new.reserved_nano, new.reserved_tokens
            from (values (''), (new.person_id)) where column1 is not null
          on conflict do update set cost_nano = cost_nano + excluded.cost_nano, tokens = tokens + excluded.tokens;
      end;
      create trigger usage_settled_spending after update of outcome on usage
      when new.day is not null and new.provider <> 'offline' begin
        -- Also where the sums of the person are not there yet, because two persons are being merged.
        insert into spending (day, person_id, currency, cost_nano, tokens)
          select new.day, column1, coalesce(new.currency, ''),
              coalesce(new.cost_nano, 0) + new.reserved_nano - coalesce(old.cost_nano, 0) - old.reserved_nano,
              new.input_tokens + new.output_tokens + new.reserved_tokens
                - old.input_tokens - old.output_tokens - old.reserved_tokens
            from (values (''), (new.person_id)) where column1 is not null
          on conflict do update set cost_nano = cost_nano + excluded.cost_nano, tokens = tokens + excluded.tokens;
      end;
      -- The last warning about each limit: the day on which its period began.
      create table limit_warnings (
        person_id text not null,
        limit_name text not null,
        day integer not null,
        primary key (person_id, limit_name)
      ) strict, without rowid;
    `,
  },
]
