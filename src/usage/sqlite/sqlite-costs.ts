/** Adds up the costs of calls, a day at a time, so that other work goes on in between. */
import type { Database } from '../../database/sqlite/database.ts'
import type { Clock } from '../../platform/clock.ts'
import { TimeSlices } from '../../platform/yield.ts'
import { addTotals, type CostKey, type CostReader, type CostTotal, type DayRange } from '../cost-reader.ts'

const COLUMNS: Readonly<Record<Exclude<CostKey, 'day'>, string>> = {
  person: 'person_id',
  chat: 'chat_id',
  purpose: 'purpose',
  provider: 'provider',
  model: 'model',
}

/** Units and billionths apart: no sum of either leaves the whole numbers that can be read exactly. */
interface Row extends Omit<CostTotal, 'key' | 'currency' | 'cost'> {
  readonly key: string | null
  readonly currency: string | null
  readonly units: number
  readonly billionths: number
}

/** Whose calls alone are added up. */
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
    for (let day = first; day <= last; day++) {
      for (const total of this.#ofDay(day, by, { person_id, chat_id })) {
        const name = JSON.stringify([total.key, total.currency])
        const before = totals.get(name)
        totals.set(name, before === undefined ? total : addTotals(before, total))
      }
      await slices.pause()
    }
    return [...totals.values()]
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
