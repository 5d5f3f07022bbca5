/** Reads the figures for the reports, day by day, from one index; never the contents of messages. */
import type { Database } from '../../database/sqlite/database.ts'
import type { Precedence } from '../../platform/precedence.ts'
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

/** Messages of one day (in days since 1970; `undefined`: without a time). A day with many of them comes in several pages. */
export interface FiguresOfDay {
  readonly day: number | undefined
  /** In the order of their times; to be read to their end before anything else is awaited. */
  readonly rows: Iterable<Figure>
}

/** The condition for errors. */
export const IS_ERROR = `level in ('ERROR', 'FATAL')`

const FIGURE = `at, project_id, session_no, component_id, coalesce(${IS_ERROR}, 0) as error, seq`
const DATED = `${FIGURE} from archive_messages indexed by archive_messages_figures`
const UNDATED = `${FIGURE} from archive_messages indexed by archive_messages_undated`

/** How many messages are read at a time. */
const PAGE_ROWS = 20_000

/** After how many days a long report reports its progress. */
const PROGRESS_DAYS = 50

export class FigureStream {
  readonly #database: Database
  readonly #precedence: Pick<Precedence, 'giveWay'>

  /** @param precedence what goes before each page */
  constructor(database: Database, precedence: Pick<Precedence, 'giveWay'>) {
    this.#database = database
    this.#precedence = precedence
  }

  /**
   * The days of a range on which there is something. Between pages, everything else that waits goes first.
   * @param only `errors`: nothing but errors is read
   * @throws the reason of the signal
   */
  async *days(range: ReportRange, { signal, progress }: ReportCall, only?: 'errors'): AsyncGenerator<FiguresOfDay> {
    const { zone } = range
    const { begins, ends } = instantsOf(range)
    const which = only === undefined ? '' : `and ${IS_ERROR}`
    if (range.first === undefined && range.last === undefined) {
      for (const rows of this.#undated(which)) {
        yield { day: undefined, rows }
        await this.#pause(signal)
      }
    }
    let next = this.#firstFrom(begins)
    for (let done = 1; next !== undefined && next < ends; done++) {
      const day = zone.dayOf(next)
      const end = zone.beginOf(day + 1)
      for (const rows of this.#between(next, end, which)) {
        yield { day, rows }
        await this.#pause(signal)
      }
      if (done % PROGRESS_DAYS === 0) progress(done)
      // Days without messages are skipped.
      next = this.#firstFrom(end)
    }
  }

  async #pause(signal: AbortSignal): Promise<void> {
    await this.#precedence.giveWay()
    signal.throwIfAborted()
  }

  *#undated(which: string): Generator<readonly Figure[]> {
    for (let after: number | undefined = 0; after !== undefined;) {
      const page: readonly Figure[] = this.#database.lists<Figure>(
        `select ${UNDATED} where at is null and seq > :after ${which} order by seq limit :most`,
        { after, most: PAGE_ROWS },
      )
      yield page
      after = page.length < PAGE_ROWS ? undefined : page.at(-1)?.[5]
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

  *#between(from: number, to: number, which: string): Generator<readonly Figure[]> {
    let page = this.#page({ from, to, most: PAGE_ROWS }, which)
    while (page.length === PAGE_ROWS) {
      // Further messages of the last instant may follow the full page.
      const last = page.at(-1)?.[0] ?? to
      const before = page.findIndex(([at]) => at === last)
      yield before === 0 ? this.#page({ from: last, to: last + 1, most: -1 }, which) : page.slice(0, before)
      page = this.#page({ from: before === 0 ? last + 1 : last, to, most: PAGE_ROWS }, which)
    }
    yield page
  }

  #page(page: { readonly from: number; readonly to: number; readonly most: number }, which: string): readonly Figure[] {
    return this.#database.lists<Figure>(
      `select ${DATED} where at >= :from and at < :to ${which} order by at limit :most`,
      page,
    )
  }
}
