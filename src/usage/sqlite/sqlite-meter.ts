/** The usage table: one row per call to a model, from its reservation on. */
import type { Database } from '../../database/sqlite/database.ts'
import type { Migration } from '../../database/sqlite/migrations.ts'
import type { TokenUsage } from '../../models/language-model.ts'
import type { Meter, PlannedCall, ReservationId } from '../../models/meter.ts'
import { readInBatches } from '../../database/sqlite/in-batches.ts'
import { recordedTime, type PersonalData } from '../../people/personal-data.ts'
import type { PersonId } from '../../people/person.ts'
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

/**
 * The usage table: accounts for calls, adds them up, and knows who caused them. Each step is one statement. A crash of the
 * process loses none; a power cut may lose those of the last moment.
 */
export class SqliteMeter implements Meter, UsageReader, PersonalData {
  readonly name = 'usage'
  readonly tables = ['usage']
  readonly #database: Database
  readonly #clock: Clock

  constructor(database: Database, clock: Clock) {
    this.#database = database
    this.#clock = clock
  }

  async reserve(call: PlannedCall): Promise<ReservationId> {
    const { kind, provider, model, purpose, person_id = null, chat_id = null, estimated_tokens } = call
    const row = { at: this.#clock.now(), kind, provider, model, purpose, person_id, chat_id, estimated_tokens }
    const inserted = this.#database.unflushed(() =>
      this.#database.get<{ usage_id: ReservationId }>(
        `insert into usage (at, kind, provider, model, purpose, person_id, chat_id, outcome, duration_ms, input_tokens,
           output_tokens, reserved_tokens)
         values (:at, :kind, :provider, :model, :purpose, :person_id, :chat_id, 'reserved', 0, 0, 0, :estimated_tokens)
         returning usage_id`,
        row,
      ),
    )
    if (inserted === undefined) throw new DenidinError('internal', 'a reservation got no row')
    return inserted.usage_id
  }

  async commit(usage_id: ReservationId, usage: TokenUsage & { readonly duration_ms: number }): Promise<void> {
    const { input_tokens, output_tokens, duration_ms } = usage
    this.#database.unflushed(() =>
      this.#database.run(
        `update usage set outcome = 'ok', at = :at, input_tokens = :input_tokens, output_tokens = :output_tokens,
           duration_ms = :duration_ms, reserved_tokens = 0
         where usage_id = :usage_id`,
        { usage_id, at: this.#clock.now(), input_tokens, output_tokens, duration_ms },
      ),
    )
  }

  async release(usage_id: ReservationId, { duration_ms }: { readonly duration_ms: number }): Promise<void> {
    this.#database.unflushed(() =>
      this.#database.run(
        `update usage set outcome = 'failed', at = :at, duration_ms = :duration_ms, reserved_tokens = 0
         where usage_id = :usage_id`,
        { usage_id, at: this.#clock.now(), duration_ms },
      ),
    )
  }

  /**
   * Releases what calls of an earlier process had reserved: how they ended is not known. Called at the start, before any
   * call. @returns how many there were
   */
  async releaseInterrupted(): Promise<number> {
    return this.#database.run(
      `update usage set outcome = 'interrupted', reserved_tokens = 0 where outcome = 'reserved'`,
    )
  }

  async totals({ since }: { readonly since: number }): Promise<readonly UsageTotal[]> {
    return this.#database.all<UsageTotal>(
      `select kind, purpose, provider, model, count(*) as calls, sum(outcome = 'failed') as failed,
           sum(input_tokens) as input_tokens, sum(output_tokens) as output_tokens
         from usage where at >= :since and outcome in ('ok', 'failed')
         group by kind, purpose, provider, model
         order by sum(input_tokens) + sum(output_tokens) desc, kind, purpose, model`,
      { since },
    )
  }

  async count(person_id: PersonId): Promise<number> {
    const sql = 'select count(*) as rows from usage where person_id = :person_id'
    return this.#database.get<{ rows: number }>(sql, { person_id })?.rows ?? 0
  }

  async reassign(from: PersonId, to: PersonId): Promise<void> {
    this.#database.run('update usage set person_id = :to where person_id = :from', { from, to })
  }

  async *export(person_id: PersonId): ReturnType<PersonalData['export']> {
    const columns = 'at, kind, provider, model, purpose, outcome, duration_ms, input_tokens, output_tokens'
    const calls = { table: 'usage', columns, where: 'person_id = :person_id' }
    for await (const rows of readInBatches<UsageRow>(this.#database, calls, { person_id })) {
      for (const { at, ...fields } of rows) {
        yield { section: 'usage', fields: { at: recordedTime(at), ...fields } }
      }
    }
  }

  /** What calls cost stays counted; who caused them goes. */
  async erase(person_id: PersonId): Promise<number> {
    return this.#database.run('update usage set person_id = null, chat_id = null where person_id = :person_id', {
      person_id,
    })
  }
}

type UsageRow = { readonly at: number } & Readonly<Record<string, string | number>>
