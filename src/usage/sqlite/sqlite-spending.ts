/** Spending by day, person and currency: sums that triggers keep beside the rows of the calls. */
import type { Database } from '../../database/sqlite/database.ts'
import type { PersonalData } from '../../people/personal-data.ts'
import type { PersonId } from '../../people/person.ts'
import { DAY_MS, isoDay, type Clock } from '../../platform/clock.ts'
import type { DayRange } from '../cost-reader.ts'
import { unitsOf } from '../prices/amount.ts'
import type { PersonSpent, SpendingReader } from '../spending-reader.ts'
import type { Spent } from '../limits/limit-guard.ts'
import type { WarningStore } from '../limits/limit-warnings.ts'

/** The id under which the calls of everyone are summed. */
const EVERYONE = ''

interface DaySum extends Spent {
  readonly day: number
  readonly currency: string
}

interface SumRow {
  readonly day: number
  readonly currency: string
  /** As text, because the sums may exceed the exact range of a number. */
  readonly cost: string
  readonly tokens: string
}

export class SqliteSpending implements SpendingReader, WarningStore, PersonalData {
  readonly name = 'spending'
  readonly tables = ['spending', 'limit_warnings']
  readonly #database: Database
  readonly #clock: Clock
  /**
   * Today's spending of people who were forgotten since. It is not on disk; without it, `/forget` would lift a limit.
   */
  readonly #forgotten = new Map<string, readonly DaySum[]>()

  constructor(database: Database, clock: Clock) {
    this.#database = database
    this.#clock = clock
  }

  spent({ first, last }: DayRange, person_id: string | undefined, currency: string | undefined): Spent {
    const sums = [...this.#sums(first, last, person_id ?? EVERYONE), ...this.#beforeErasure(first, last, person_id)]
    return sums.reduce(
      (total, each) => ({
        cost: total.cost + (each.currency === (currency ?? '') ? each.cost : 0n),
        tokens: total.tokens + each.tokens,
      }),
      { cost: 0n, tokens: 0n },
    )
  }

  top({ first, last }: DayRange, currency: string | undefined, persons: number): readonly PersonSpent[] {
    return this.#database
      .all<{ person_id: string; cost: string; tokens: string }>(
        `select person_id, cast(sum(iif(currency = :currency, cost_nano, 0)) as text) as cost,
             cast(sum(tokens) as text) as tokens
           from spending where day between :first and :last and person_id <> '' group by person_id
           order by sum(iif(currency = :currency, cost_nano, 0)) desc, sum(tokens) desc, person_id limit :persons`,
        { first, last, currency: currency ?? '', persons },
      )
      .map(({ person_id, cost, tokens }) => ({ person_id, cost: BigInt(cost), tokens: BigInt(tokens) }))
  }

  firstWarning({ person_id, limit, day }: Parameters<WarningStore['firstWarning']>[0]): boolean {
    return (
      this.#database.run(
        `insert into limit_warnings (person_id, limit_name, day) values (:person_id, :limit, :day)
         on conflict (person_id, limit_name) do update set day = excluded.day where day < excluded.day`,
        { person_id, limit, day },
      ) > 0
    )
  }

  async count(person_id: PersonId): Promise<number> {
    const sql = `select (select count(*) from spending where person_id = :person_id) +
      (select count(*) from limit_warnings where person_id = :person_id) as rows`
    return this.#database.get<{ rows: number }>(sql, { person_id })?.rows ?? 0
  }

  async reassign(from: PersonId, to: PersonId): Promise<void> {
    if (from === to) return
    this.#database.transaction(() => {
      this.#database.run(
        `insert into spending (day, person_id, currency, cost_nano, tokens)
           select day, :to, currency, cost_nano, tokens from spending where person_id = :from
         on conflict do update set cost_nano = cost_nano + excluded.cost_nano, tokens = tokens + excluded.tokens`,
        { from, to },
      )
      this.#database.run('delete from spending where person_id = :from', { from })
      this.#database.run(
        `insert into limit_warnings (person_id, limit_name, day)
           select :to, limit_name, day from limit_warnings where person_id = :from
         on conflict do update set day = max(day, excluded.day)`,
        { from, to },
      )
      this.#database.run('delete from limit_warnings where person_id = :from', { from })
    })
    this.#forgotten.set(to, [...(this.#forgotten.get(to) ?? []), ...(this.#forgotten.get(from) ?? [])])
    this.#forgotten.delete(from)
  }

  async *export(person_id: PersonId): ReturnType<PersonalData['export']> {
    for (const { day, currency, cost, tokens } of this.#sums(0, Number.MAX_SAFE_INTEGER, person_id)) {
      const fields = { day: isoDay(day * DAY_MS), currency }
      yield { section: 'spending', fields: { ...fields, cost: unitsOf(cost), tokens: Number(tokens) } }
    }
  }

  /** The sums of everyone stay. */
  async erase(person_id: PersonId): Promise<number> {
    const today = this.#clock.zone.dayOf(this.#clock.now())
    const spent = [...this.#beforeErasure(today, today, person_id), ...this.#sums(today, today, person_id)]
    if (spent.length > 0) this.#forgotten.set(person_id, spent)
    return this.#database.transaction(
      () =>
        this.#database.run('delete from spending where person_id = :person_id', { person_id }) +
        this.#database.run('delete from limit_warnings where person_id = :person_id', { person_id }),
    )
  }

  #sums(first: number, last: number, person_id: string): readonly DaySum[] {
    return this.#database
      .all<SumRow>(
        `select day, currency, cast(cost_nano as text) as cost, cast(tokens as text) as tokens
           from spending where day between :first and :last and person_id = :person_id`,
        { first, last, person_id },
      )
      .map(({ cost, tokens, ...sum }) => ({ ...sum, cost: BigInt(cost), tokens: BigInt(tokens) }))
  }

  #beforeErasure(first: number, last: number, person_id: string | undefined): readonly DaySum[] {
    if (person_id === undefined) return []
    const today = this.#clock.zone.dayOf(this.#clock.now())
    const kept = (this.#forgotten.get(person_id) ?? []).filter(({ day }) => day === today)
    if (kept.length === 0) this.#forgotten.delete(person_id)
    return kept.filter(({ day }) => day >= first && day <= last)
  }
}
