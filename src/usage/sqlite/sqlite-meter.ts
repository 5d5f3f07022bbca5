/** The usage table: one row per model call, from its reservation on. */
import type { Database } from '../../database/sqlite/database.ts'
import type { TokenUsage } from '../../models/language-model.ts'
import type { FailedCall, Meter, PlannedCall, ReservationId } from '../../models/meter.ts'
import { readInBatches } from '../../database/sqlite/in-batches.ts'
import { recordedTime, type PersonalData } from '../../people/personal-data.ts'
import type { PersonId } from '../../people/person.ts'
import { SECOND_MS, type Clock } from '../../platform/clock.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { Metrics } from '../../platform/metrics.ts'
import type { Estimate, LimitCheck } from '../limits/limit-guard.ts'
import { unitsOf } from '../prices/amount.ts'
import { costOf, writtenTariff, type Tariff } from '../prices/call-cost.ts'
import type { AppliedPrice, PriceBook } from '../prices/price-book.ts'
import type { UsageReader, UsageTotal } from '../usage-reader.ts'

export interface SqliteMeterDeps {
  readonly database: Database
  readonly clock: Clock
  readonly prices: PriceBook
  /** Refuses calls in the transaction that reserves them. */
  readonly limits: LimitCheck
  readonly metrics: Pick<Metrics, 'add' | 'observe'>
}

/** A call under way, and the price that applies to it. */
interface OpenCall {
  readonly call: PlannedCall
  readonly applied: AppliedPrice | undefined
}

/**
 * The usage table: accounts for calls, adds them up, and records who caused them. Each step is one statement. A process
 * crash loses none of them; a power cut may lose those of the last moments.
 */
export class SqliteMeter implements Meter, UsageReader, PersonalData {
  readonly name = 'usage'
  readonly tables = ['usage']
  readonly #database: Database
  readonly #clock: Clock
  readonly #deps: SqliteMeterDeps
  readonly #open = new Map<ReservationId, OpenCall>()

  constructor(deps: SqliteMeterDeps) {
    this.#deps = deps
    this.#database = deps.database
    this.#clock = deps.clock
  }

  async reserve(call: PlannedCall): Promise<ReservationId> {
    const { kind, provider, model, purpose, person_id = null, chat_id = null, estimated_tokens } = call
    const { prices, limits } = this.#deps
    const at = this.#clock.now()
    const estimate = estimateOf(call, prices.priceOf(call))
    const { applied } = estimate
    const row = {
      at,
      day: this.#clock.zone.dayOf(at),
      kind,
      provider,
      model,
      purpose,
      person_id,
      chat_id,
      estimated_tokens,
      reserved_nano: estimate.cost,
      currency: applied?.currency ?? null,
      price: applied === undefined ? null : writtenTariff(applied.tariff),
    }
    const inserted = this.#database.unflushed(() => {
      limits.check(call, estimate)
      return this.#database.get<{ usage_id: ReservationId }>(
        `insert into usage (at, day, kind, provider, model, purpose, person_id, chat_id, outcome, duration_ms, input_tokens,
           output_tokens, reserved_tokens, reserved_nano, currency, price)
         values (:at, :day, :kind, :provider, :model, :purpose, :person_id, :chat_id, 'reserved', 0, 0, 0,
           :estimated_tokens, :reserved_nano, :currency, :price)
         returning usage_id`,
        row,
      )
    })
    if (inserted === undefined) throw new DenidinError('internal', 'a reservation got no row')
    this.#open.set(inserted.usage_id, { call, applied })
    return inserted.usage_id
  }

  async commit(usage_id: ReservationId, usage: TokenUsage & { readonly duration_ms: number }): Promise<void> {
    this.#settle(usage_id, 'ok', usage.duration_ms, usage)
  }

  async release(usage_id: ReservationId, { duration_ms, usage }: FailedCall): Promise<void> {
    this.#settle(usage_id, 'failed', duration_ms, usage)
  }

  async cancel(usage_id: ReservationId): Promise<void> {
    this.#database.unflushed(() => this.#database.run('delete from usage where usage_id = :usage_id', { usage_id }))
    this.#open.delete(usage_id)
  }

  /** Ends a call. A failed call costs its reported usage; if none was reported, it has no cost. */
  #settle(usage_id: ReservationId, outcome: 'ok' | 'failed', duration_ms: number, usage: TokenUsage | undefined): void {
    const { input_tokens = 0, output_tokens = 0, cached_tokens = 0 } = usage ?? {}
    const open = this.#open.get(usage_id)
    const applied = usage === undefined ? undefined : open?.applied
    const cost =
      applied === undefined ? undefined : costOf(applied.tariff, { input_tokens, output_tokens, cached_tokens })
    const row = {
      usage_id,
      outcome,
      at: this.#clock.now(),
      duration_ms,
      input_tokens,
      output_tokens,
      cached_tokens: Math.min(cached_tokens, input_tokens),
      cost_nano: cost ?? null,
    }
    this.#database.unflushed(() =>
      this.#database.run(
        `update usage set outcome = :outcome, at = :at, duration_ms = :duration_ms, input_tokens = :input_tokens,
           output_tokens = :output_tokens, cached_tokens = :cached_tokens, cost_nano = :cost_nano, reserved_tokens = 0,
           reserved_nano = 0
         where usage_id = :usage_id`,
        row,
      ),
    )
    this.#open.delete(usage_id)
    if (open !== undefined) this.#measure(open, { ...row, cost })
  }

  #measure(
    { call, applied }: OpenCall,
    { outcome, duration_ms, input_tokens, cached_tokens, output_tokens, cost }: SettledCall,
  ): void {
    const { metrics } = this.#deps
    const { kind, model, purpose } = call
    const labels = { kind, purpose, model }
    metrics.add('model_calls_total', { ...labels, outcome })
    metrics.observe('model_call_seconds', { kind, model }, duration_ms / SECOND_MS)
    metrics.add('model_tokens_total', { ...labels, direction: 'input' }, input_tokens)
    metrics.add('model_tokens_total', { ...labels, direction: 'cached_input' }, cached_tokens)
    metrics.add('model_tokens_total', { ...labels, direction: 'output' }, output_tokens)
    if (applied?.currency === undefined || cost === undefined) return
    metrics.add('model_cost_total', { ...labels, currency: applied.currency }, unitsOf(cost))
  }

  /**
   * Releases the reservations of an earlier process, whose calls ended in an unknown way. Called at the start, before
   * any call. @returns how many there were
   */
  async releaseInterrupted(): Promise<number> {
    return this.#database.run(
      `update usage set outcome = 'interrupted', reserved_tokens = 0, reserved_nano = 0 where outcome = 'reserved'`,
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
    const columns =
      'at, kind, provider, model, purpose, chat_id, outcome, duration_ms, input_tokens, cached_tokens, output_tokens, currency, cost_nano'
    const calls = { table: 'usage', columns, where: 'person_id = :person_id' }
    for await (const rows of readInBatches<UsageRow>(this.#database, calls, { person_id })) {
      for (const { at, cost_nano, ...fields } of rows) {
        const cost = cost_nano === null ? null : unitsOf(BigInt(cost_nano))
        yield { section: 'usage', fields: { at: recordedTime(at), ...fields, cost } }
      }
    }
  }

  /** The cost of calls stays counted; the person who caused them is removed. */
  async erase(person_id: PersonId): Promise<number> {
    return this.#database.run('update usage set person_id = null, chat_id = null where person_id = :person_id', {
      person_id,
    })
  }
}

/**
 * The most that a call may use: its request at the higher of the two input prices, cached or not, and the longest
 * answer.
 */
const estimateOf = (call: PlannedCall, applied: AppliedPrice | undefined): Estimate => {
  const { estimated_tokens, estimated_answer_tokens: output_tokens = 0 } = call
  const taken = { input_tokens: estimated_tokens - output_tokens, output_tokens }
  const cost = applied === undefined ? 0n : costOf(withDearestInput(applied.tariff), taken)
  return { applied, cost, tokens: BigInt(estimated_tokens) }
}

const withDearestInput = (tariff: Tariff): Tariff => ({
  ...tariff,
  input: tariff.cached_input > tariff.input ? tariff.cached_input : tariff.input,
})

/** What a call took in the end. */
interface SettledCall extends Required<TokenUsage> {
  readonly outcome: 'ok' | 'failed'
  readonly duration_ms: number
  readonly cost: bigint | undefined
}

interface UsageRow extends Readonly<Record<string, string | number | null>> {
  readonly at: number
  readonly cost_nano: number | null
}
