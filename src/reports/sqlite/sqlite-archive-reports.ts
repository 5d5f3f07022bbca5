/** The six reports from `archive.db`: figures are read once, day by day, and summed up here. */
import type { Database } from '../../database/sqlite/database.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import { entryOf } from '../../platform/entry-of.ts'
import { Precedence } from '../../platform/precedence.ts'
import type {
  ArchiveQuery,
  ArchiveReports,
  ArchiveSpan,
  ComponentUsage,
  ErrorGroup,
  ExtractionProgress,
  ProjectActivity,
  ReportCall,
  SessionReconstruction,
  SessionSummary,
  TimelineDay,
} from '../archive-reports.ts'
import type { ReportRange } from '../report-range.ts'
import { ArchiveDirectory } from './archive-directory.ts'
import { extractionProgress } from './extraction-progress.ts'
import { FigureStream, type Figure, type FiguresOfDay } from './figure-stream.ts'
import { reconstructSession } from './session-reconstruction.ts'
import { compareNames, ComponentTally, percentOf, Tally } from './tallies.ts'

/**
 * How many samples a group of errors has, how many characters each of them has, and from how many of the newest errors
 * they are taken.
 */
const SAMPLES = 3
const SAMPLE_CHARACTERS = 100
const NEWEST_ERRORS = 20

export class SqliteArchiveReports implements ArchiveReports {
  readonly #database: Database
  readonly #figures: FigureStream
  readonly #names: ArchiveDirectory

  /** @param precedence what goes before each step */
  constructor(database: Database, precedence = new Precedence()) {
    this.#database = database
    this.#figures = new FigureStream(database, precedence)
    this.#names = new ArchiveDirectory(database)
  }

  async span(): Promise<ArchiveSpan> {
    const newest = this.#database.get<{ at: number | null }>('select max(at) as at from archive_messages')?.at
    const counted = this.#database.get<{ n: number }>('select count(*) as n from archive_messages where at is null')
    return { newest: newest ?? undefined, undated: counted?.n ?? 0 }
  }

  async projectActivity(query: ArchiveQuery, call: ReportCall): Promise<readonly ProjectActivity[]> {
    const tallies = await this.#tallies(query, call, ([, project_id]) => project_id)
    const names = this.#names.projects()
    return [...tallies]
      .map(([project_id, tally]) => ({
        name: nameIn(names, project_id),
        sessions: tally.sessions.size,
        messages: tally.messages,
        errors: tally.errors,
        started: tally.first,
        last_activity: tally.last,
        days_active: tally.days,
      }))
      .sort((a, b) => b.messages - a.messages || compareNames(a.name, b.name))
  }

  async timeline(query: ArchiveQuery, call: ReportCall): Promise<readonly TimelineDay[]> {
    const [projects, components] = [this.#names.projects(), this.#names.components()]
    const days: { readonly date: number; readonly parts: Map<number | null, ComponentTally> }[] = []
    for await (const { day: date, rows } of this.#days(query, call)) {
      if (date === undefined) continue
      if (days.at(-1)?.date !== date) days.push({ date, parts: new Map() })
      const parts = days.at(-1)?.parts ?? new Map<number | null, ComponentTally>()
      for (const row of rows) entryOf(parts, row[1], () => new ComponentTally()).add(row, date)
    }
    return days.reverse().flatMap(({ date, parts }) =>
      [...parts]
        .map(([project_id, tally]) => ({
          date,
          project: nameIn(projects, project_id),
          messages: tally.messages,
          sessions: tally.sessions.size,
          errors: tally.errors,
          components: tally.components.names(components, query.top_components),
        }))
        .sort((a, b) => b.messages - a.messages || compareNames(a.project, b.project)),
    )
  }

  async componentUsage(query: ArchiveQuery, call: ReportCall): Promise<readonly ComponentUsage[]> {
    const tallies = await this.#tallies(query, call, ([, , , component_id]) => component_id)
    const names = this.#names.components()
    return [...tallies]
      .map(([component_id, { messages, sessions, days, errors }]) => ({
        component: nameIn(names, component_id),
        occurrences: messages,
        sessions: sessions.size,
        active_days: days,
        errors,
        error_rate_pct: percentOf(errors, messages),
      }))
      .sort((a, b) => b.occurrences - a.occurrences || compareNames(a.component, b.component))
      .slice(0, query.top_components)
  }

  async errorAnalysis(query: ArchiveQuery, call: ReportCall): Promise<readonly ErrorGroup[]> {
    const groups = new Map<string, ErrorTally>()
    for await (const { day, rows } of this.#days(query, call, 'errors')) {
      for (const row of rows) {
        const key = `${String(row[3])} ${String(row[1])}`
        const group = entryOf(groups, key, () => ({ tally: new Tally(), row, newest: [] }))
        group.tally.add(row, day)
        group.newest.push(row[5])
        if (group.newest.length > 2 * NEWEST_ERRORS) group.newest.splice(0, NEWEST_ERRORS)
      }
    }
    const [projects, components] = [this.#names.projects(), this.#names.components()]
    const found = [...groups.values()]
      .map(({ tally, row: [, project_id, , component_id], newest }) => ({
        component: nameIn(components, component_id),
        project: nameIn(projects, project_id),
        error_count: tally.errors,
        affected_sessions: tally.sessions.size,
        days_with_errors: tally.days,
        newest,
      }))
      .sort(
        (a, b) =>
          b.error_count - a.error_count || compareNames(a.component, b.component) || compareNames(a.project, b.project),
      )
    const shown = topComponents(found, query.top_components)
    return shown.map(({ newest, ...group }) => ({ ...group, error_samples: this.#samples(newest) }))
  }

  async sessions(
    query: ArchiveQuery & { readonly most: number },
    call: ReportCall,
  ): Promise<readonly SessionSummary[]> {
    const sessions = new Map<number, ComponentTally>()
    for await (const { day, rows } of this.#days(query, call)) {
      for (const row of rows) {
        const session_no = row[2]
        if (session_no !== null) entryOf(sessions, session_no, () => new ComponentTally()).add(row, day)
      }
    }
    const newest = [...sessions]
      .sort(([one, a], [other, b]) => (b.last ?? 0) - (a.last ?? 0) || other - one)
      .slice(0, query.most)
    const [projects, components] = [this.#names.projects(), this.#names.components()]
    const known = this.#names.sessionIds(newest.map(([session_no]) => session_no))
    return newest.map(([session_no, tally]) => ({
      session_id: known.get(session_no)?.session_id ?? '',
      project: nameIn(projects, known.get(session_no)?.project_id ?? null),
      started_at: tally.first,
      ended_at: tally.last,
      duration_seconds: secondsBetween(tally.first, tally.last),
      messages: tally.messages,
      components: tally.components.names(components, query.top_components),
      errors: tally.errors,
    }))
  }

  async session(session_id: string, limits: Parameters<ArchiveReports['session']>[1]): Promise<SessionReconstruction> {
    const row = this.#names.session(session_id)
    const names = { projects: this.#names.projects(), components: this.#names.components() }
    return reconstructSession(this.#database, row, names, limits)
  }

  async extractionProgress(range: ReportRange, most_runs: number): Promise<ExtractionProgress> {
    return extractionProgress(this.#database, range, most_runs)
  }

  async #tallies(
    query: ArchiveQuery,
    call: ReportCall,
    keyOf: (row: Figure) => number | null,
  ): Promise<ReadonlyMap<number | null, Tally>> {
    const tallies = new Map<number | null, Tally>()
    for await (const { day, rows } of this.#days(query, call)) {
      for (const row of rows) entryOf(tallies, keyOf(row), () => new Tally()).add(row, day)
    }
    return tallies
  }

  /** The figures of the requested project, or of all projects. */
  async *#days(query: ArchiveQuery, call: ReportCall, only?: 'errors'): AsyncGenerator<FiguresOfDay> {
    if (query.project === undefined) {
      yield* this.#figures.days(query.range, call, only)
      return
    }
    const project_id = this.#names.projectNumber(query.project)
    for await (const { day, rows } of this.#figures.days(query.range, call, only)) {
      yield { day, rows: ofProject(rows, project_id) }
    }
  }

  #samples(newest: readonly number[]): readonly string[] {
    const rows = this.#database.all<{ content: string }>(
      'select content from archive_messages where seq in (select value from json_each(:seqs)) order by at desc, seq desc',
      { seqs: JSON.stringify(newest.slice(-NEWEST_ERRORS)) },
    )
    // The text may be very long, and a character has at most two UTF-16 code units.
    const beginnings = rows.map(({ content }) =>
      Array.from(content.slice(0, 2 * SAMPLE_CHARACTERS))
        .slice(0, SAMPLE_CHARACTERS)
        .join(''),
    )
    return [...new Set(beginnings)].slice(0, SAMPLES)
  }
}

interface ErrorTally {
  readonly tally: Tally
  /** A message of the group. */
  readonly row: Figure
  readonly newest: number[]
}

function* ofProject(rows: Iterable<Figure>, project_id: number): Generator<Figure> {
  for (const row of rows) if (row[1] === project_id) yield row
}

const nameIn = (names: ReadonlyMap<number, string>, id: number | null): string | undefined =>
  id === null ? undefined : names.get(id)

/** The groups of the components with the most errors. */
const topComponents = <T extends Pick<ErrorGroup, 'component' | 'error_count'>>(
  groups: readonly T[],
  most: number | undefined,
): readonly T[] => {
  if (most === undefined) return groups
  const errors = new Map<string | undefined, number>()
  for (const { component, error_count } of groups) errors.set(component, (errors.get(component) ?? 0) + error_count)
  const top = [...errors].sort(([a, n], [b, m]) => m - n || compareNames(a, b)).slice(0, most)
  const names = new Set(top.map(([component]) => component))
  return groups.filter(({ component }) => names.has(component))
}

const secondsBetween = (first: number | undefined, last: number | undefined): number =>
  first === undefined || last === undefined ? 0 : Math.round((last - first) / SECOND_MS)
