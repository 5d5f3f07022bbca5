/** The names of projects, components and sessions, and the search for the one that an operator means. */
import type { Database } from '../../database/sqlite/database.ts'
import { DenidinError } from '../../platform/errors.ts'
import { suggest } from '../../platform/suggest.ts'
import { cutStart } from '../../text/cut.ts'

/** How many near matches an error names. */
const MOST_NEAR = 3
/** How many sessions are compared to find near matches. */
const MOST_COMPARED = 5000
/** An error cuts longer names. */
const SHOWN_CHARACTERS = 80

interface ProjectRow {
  readonly project_id: number
  readonly name: string
  readonly path: string
}

export interface SessionRow {
  readonly session_no: number
  readonly session_id: string
  readonly project_id: number | null
}

export class ArchiveDirectory {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Names by number. If several projects have the same name, their paths are used instead. */
  projects(): ReadonlyMap<number, string> {
    const rows = this.#database.all<ProjectRow>('select project_id, name, path from projects')
    const names = Map.groupBy(rows, ({ name }) => name)
    return new Map(
      rows.map(({ project_id, name, path }) => [project_id, (names.get(name)?.length ?? 0) > 1 ? path : name]),
    )
  }

  components(): ReadonlyMap<number, string> {
    const rows = this.#database.all<{ component_id: number; name: string }>('select component_id, name from components')
    return new Map(rows.map(({ component_id, name }) => [component_id, name]))
  }

  /** @throws DenidinError `not_found`, `invalid_input` if several projects have the name */
  projectNumber(asked: string): number {
    const rows = this.#database.all<ProjectRow>('select project_id, name, path from projects order by project_id')
    const named = namedProjects(rows, asked)
    const [one, another] = named
    if (one === undefined) {
      const known = rows.flatMap(({ name, path }) => [name, path])
      throw unknown('project', asked, nearOf(asked, known))
    }
    if (another !== undefined) {
      const paths = named.slice(0, MOST_NEAR).map(({ path }) => `"${shown(path)}"`)
      throw new DenidinError(
        'invalid_input',
        `there are ${String(named.length)} projects named "${shown(asked)}"; give the path of one: ${paths.join(', ')}`,
      )
    }
    return one.project_id
  }

  sessionIds(numbers: readonly number[]): ReadonlyMap<number, SessionRow> {
    const rows = this.#database.all<SessionRow>(
      `select session_no, session_id, project_id from archive_sessions
       where session_no in (select value from json_each(:numbers))`,
      { numbers: JSON.stringify(numbers) },
    )
    return new Map(rows.map(row => [row.session_no, row]))
  }

  /** @throws DenidinError `not_found` */
  session(asked: string): SessionRow {
    const found = this.#database.get<SessionRow>(
      'select session_no, session_id, project_id from archive_sessions where session_id = :asked',
      { asked },
    )
    if (found !== undefined) return found
    const beginning = this.#sessionIds('session_id >= :asked and session_id < :end order by session_id', MOST_NEAR, {
      asked,
      end: `${asked}\u{10ffff}`,
    })
    const near =
      beginning.length > 0
        ? beginning
        : nearOf(asked, this.#sessionIds('1 order by session_no desc', MOST_COMPARED, {}))
    throw unknown('session', asked, near)
  }

  #sessionIds(where: string, most: number, parameters: Readonly<Record<string, string>>): readonly string[] {
    return this.#database
      .all<{ session_id: string }>(`select session_id from archive_sessions where ${where} limit :most`, {
        ...parameters,
        most,
      })
      .map(({ session_id }) => session_id)
  }
}

/** The project with this path, or else those with this name, or else those with this name in another case. */
const namedProjects = (rows: readonly ProjectRow[], asked: string): readonly ProjectRow[] => {
  const [of_path, of_name] = [rows.filter(({ path }) => path === asked), rows.filter(({ name }) => name === asked)]
  if (of_path.length > 0) return of_path
  return of_name.length > 0 ? of_name : rows.filter(({ name }) => sameName(name, asked))
}

const sameName = (name: string, asked: string): boolean =>
  name.normalize('NFC').toLowerCase() === asked.normalize('NFC').toLowerCase()

const nearOf = (asked: string, known: readonly string[]): readonly string[] => {
  const lower = asked.toLowerCase()
  const containing = known.filter(each => lower.length > 1 && each.toLowerCase().includes(lower))
  const similar = suggest(asked, known)
  return [...new Set([...(similar === undefined ? [] : [similar]), ...containing])].slice(0, MOST_NEAR)
}

const shown = (text: string): string => (text.length > SHOWN_CHARACTERS ? `${cutStart(text, SHOWN_CHARACTERS)}…` : text)

const unknown = (kind: 'project' | 'session', asked: string, near: readonly string[]): DenidinError => {
  const hint =
    near.length === 0
      ? `"denidin report ${kind === 'project' ? 'project-activity' : 'session'}" lists them`
      : `did you mean ${near.map(each => `"${shown(each)}"`).join(' or ')}?`
  return new DenidinError('not_found', `the archive has no ${kind} "${shown(asked)}"; ${hint}`)
}
