/** Adds up the costs of calls, one day at a time, so that other work can run in between. */
import type { Database } from '../../database/sqlite/database.ts'
import type { Clock } from '../../platform/clock.ts'
import { TimeSlices } from '../../platform/yield.ts'
import { unitsOf } from '../prices/amount.ts'
import { addTotals, type CostKey, type CostReader, type CostTotal, type DayRange } from '../cost-reader.ts'

const COLUMNS: Readonly<Record<Exclude<CostKey, 'day'>, string>> = {
  person: 'person_id',
  chat: 'chat_id',
  purpose: 'purpose',
  provider: 'provider',
  model: 'model',
}

/** Units and billionths are kept separately, so that each sum stays an integer that can be represented exactly. */
interface Row extends Omit<CostTotal, 'key' | 'currency' | 'cost'> {
  readonly key: string | null
  readonly currency: string | null
  readonly units: number
  readonly billionths: number
}

/** First and last day, and the times of the first and last call without a day. */
interface Bounds {
  readonly first: number | null
  readonly last: number | null
  readonly begin: number | null
  readonly end: number | null
}

/** Restricts the sum to the calls of one person or chat. */
interface CallsOf {
  readonly person_id: string | undefined
  readonly chat_id: string | undefined
}

const BILLION = 1_000_000_000n

export class SqliteCosts implements CostReader {
  readonly #database: Database
  readonly #clock: Clock

  constructor(database: Database, clock: Clock) {
    this.#database = database
    this.#clock = clock
  }

  async costs(
    { first, last }: DayRange,
    by: CostKey,
    person_id?: string,
    chat_id?: string,
  ): Promise<readonly CostTotal[]> {
    const slices = new TimeSlices()
    const totals = new Map<string, CostTotal>()
    const recorded = this.#recordedDays()
    for (let day = Math.max(first, recorded.first); day <= Math.min(last, recorded.last); day++) {
      for (const total of this.#ofDay(day, by, { person_id, chat_id })) {
        const name = JSON.stringify([total.key, total.currency])
        const before = totals.get(name)
        totals.set(name, before === undefined ? total : addTotals(before, total))
      }
      await slices.pause()
    }
    return [...totals.values()]
  }

  /**
   * The cost of the calls for a person that began at or after an instant, in units of the currency; `undefined` if none
   * has a price.
   */
  async ofPersonSince(person_id: string, since: number): Promise<number | undefined> {
    const { nano } = this.#database.get<{ nano: number | null }>(
      `select sum(cost_nano) as nano from usage indexed by usage_person
       where person_id = :person_id and at >= :since and outcome <> 'reserved'`,
      { person_id, since },
    ) ?? { nano: null }
    return nano === null ? undefined : unitsOf(BigInt(nano))
  }

  /** The days with recorded calls, so that an open range is read as fast as any; an empty range if there are none. */
  #recordedDays(): DayRange {
    const { first, last, begin, end } = this.#database.get<Bounds>(
      `select (select min(day) from usage) as first, (select max(day) from usage) as last,
         min(at) as begin, max(at) as end from usage indexed by usage_day where day is null`,
    ) ?? { first: null, last: null, begin: null, end: null }
    const { zone } = this.#clock
    const days = [first, last, begin === null ? null : zone.dayOf(begin), end === null ? null : zone.dayOf(end)]
    const known = days.filter(day => day !== null)
    return { first: Math.min(...known), last: Math.max(...known) }
  }

  #ofDay(day: number, by: CostKey, of: CallsOf): readonly CostTotal[] {
    const { zone } = this.#clock
    const key = by === 'day' ? `'${String(day)}'` : COLUMNS[by]
    const rows = this.#database.all<Row>(
      `select ${key} as key, currency, count(*) as calls, sum(outcome <> 'ok') as failed,
           sum(outcome = 'ok' and cost_nano is null) as unpriced, sum(input_tokens) as input_tokens,
           sum(cached_tokens) as cached_tokens, sum(output_tokens) as output_tokens,
           coalesce(sum(cost_nano / ${String(BILLION)}), 0) as units,
           coalesce(sum(cost_nano % ${String(BILLION)}), 0) as billionths
         from usage
         where (day = :day or (day is null and at >= :begins and at < :ends)) and outcome <> 'reserved'
           and (:person_id is null or person_id = :person_id) and (:chat_id is null or chat_id = :chat_id)
         group by 1, 2`,
      {
        day,
        begins: zone.beginOf(day),
        ends: zone.beginOf(day + 1),
        person_id: of.person_id ?? null,
        chat_id: of.chat_id ?? null,
      },
    )
    return rows.map(({ key: found, currency, units, billionths, ...counts }) => ({
      ...counts,
      key: found ?? undefined,
      currency: currency ?? undefined,
      cost: BigInt(units) * BILLION + BigInt(billionths),
    }))
  }
}
