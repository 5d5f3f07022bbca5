/** Reads the figures for the reports, day by day, from one index; never the contents of messages. */
import type { Database } from '../../database/sqlite/database.ts'
import { TimeSlices } from '../../platform/yield.ts'
import type { ReportCall } from '../archive-reports.ts'
import { instantsOf, type ReportRange } from '../report-range.ts'

/** One message. `error`: 1 or 0. */
export type Figure = readonly [
  at: number | null,
  project_id: number | null,
  session_no: number | null,
  component_id: number | null,
  error: number,
  seq: number,
]

/** The messages of one day (in days since 1970; `undefined`: those without a time), in the order of their times. */
export interface FiguresOfDay {
  readonly day: number | undefined
  /** To be read to their end before anything else is awaited. */
  readonly rows: Iterable<Figure>
}

/** The condition for errors. */
export const IS_ERROR = `level in ('ERROR', 'FATAL')`

const COLUMNS = `at, project_id, session_no, component_id, coalesce(${IS_ERROR}, 0) as error, seq
  from archive_messages indexed by archive_messages_figures`

/** How many messages are read at a time. */
const PAGE_ROWS = 20_000

/** After how many days a long report reports its progress. */
const PROGRESS_DAYS = 50

export class FigureStream {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /**
   * The days of a range on which there is something. Between days, everything else that waits goes first.
   * @param only `errors`: nothing but errors is read
   * @throws the reason of the signal
   */
  async *days(range: ReportRange, { signal, progress }: ReportCall, only?: 'errors'): AsyncGenerator<FiguresOfDay> {
    const { zone } = range
    const { begins, ends } = instantsOf(range)
    const which = only === undefined ? '' : `and ${IS_ERROR}`
    const slices = new TimeSlices()
    if (range.first === undefined && range.last === undefined) {
      yield { day: undefined, rows: this.#database.lists<Figure>(`select ${COLUMNS} where at is null ${which}`) }
    }
    let next = this.#firstFrom(begins)
    for (let done = 1; next !== undefined && next < ends; done++) {
      signal.throwIfAborted()
      const day = zone.dayOf(next)
      const end = zone.beginOf(day + 1)
      yield { day, rows: this.#between(next, end, which) }
      if (done % PROGRESS_DAYS === 0) progress(done)
      await slices.pause()
      // Days without messages are skipped.
      next = this.#firstFrom(end)
    }
  }

  #firstFrom(at: number): number | undefined {
    const from = Number.isFinite(at) ? at : Number.MIN_SAFE_INTEGER
    const found = this.#database.get<{ at: number | null }>(
      'select min(at) as at from archive_messages where at >= :from',
      { from },
    )
    return found?.at ?? undefined
  }

  /** One page is read at once; a day with very many messages does not take their memory together. */
  #between(from: number, to: number, which: string): Iterable<Figure> {
    const page = this.#page({ from, to, most: PAGE_ROWS }, which)
    return page.length < PAGE_ROWS ? page : this.#pages(page, to, which)
  }

  *#pages(first: readonly Figure[], to: number, which: string): Generator<Figure> {
    let page = first
    while (page.length === PAGE_ROWS) {
      // Further messages of the last instant may follow the full page.
      const last = page.at(-1)?.[0] ?? to
      const before = page.findIndex(([at]) => at === last)
      yield* page.slice(0, before)
      if (before === 0) yield* this.#page({ from: last, to: last + 1, most: -1 }, which)
      page = this.#page({ from: before === 0 ? last + 1 : last, to, most: PAGE_ROWS }, which)
    }
    yield* page
  }

  #page(page: { readonly from: number; readonly to: number; readonly most: number }, which: string): readonly Figure[] {
    return this.#database.lists<Figure>(
      `select ${COLUMNS} where at >= :from and at < :to ${which} order by at limit :most`,
      page,
    )
  }
}
