/** Numbers of projects, sessions, components and source files in `archive.db`, with a cache. */
import { basename } from 'node:path'
import type { Database } from '../../database/sqlite/database.ts'

/** How many names of each kind are cached; when there are more, all are looked up again. */
const MOST_KEPT = 20_000

/** A session, with its project if it is known. */
export interface KnownSession {
  readonly session_no: number
  readonly project_id: number | undefined
}

/** Finds the number of a name, or assigns one. Works within the open transaction. */
export class ArchiveNames {
  readonly #database: Database
  readonly #projects = new Map<string, number>()
  readonly #sessions = new Map<string, KnownSession>()
  readonly #components = new Map<string, number>()
  readonly #files = new Map<string, number>()

  constructor(database: Database) {
    this.#database = database
  }

  /** Call this after a failed transaction: the numbers that it assigned are not on disk. */
  forget(): void {
    for (const kept of [this.#projects, this.#sessions, this.#components, this.#files]) kept.clear()
  }

  /** @param path as given by the source: a path, or a bare name */
  project(path: string): number {
    return this.#number(this.#projects, path, 'projects', 'project_id', 'path', { name: nameOf(path) })
  }

  component(name: string): number {
    return this.#number(this.#components, name, 'components', 'component_id', 'name', {})
  }

  sourceFile(path: string): number {
    return this.#number(this.#files, path, 'source_files', 'source_file_id', 'path', {})
  }

  /**
   * If the session has no project yet, it gets the given one, and so do its messages that were loaded before the
   * project was known.
   */
  session(session_id: string, project_id: number | undefined): KnownSession {
    let session = this.#sessions.get(session_id) ?? this.#findSession(session_id) ?? this.#addSession(session_id)
    if (session.project_id === undefined && project_id !== undefined) {
      const { session_no } = session
      this.#database.run('update archive_sessions set project_id = :project_id where session_no = :session_no', {
        session_no,
        project_id,
      })
      this.#database.run(
        `update archive_messages set project_id = :project_id where session_no = :session_no and project_id is null`,
        { session_no, project_id },
      )
      session = { session_no, project_id }
    }
    keep(this.#sessions, session_id, session)
    return session
  }

  #findSession(session_id: string): KnownSession | undefined {
    const row = this.#database.get<{ session_no: number; project_id: number | null }>(
      'select session_no, project_id from archive_sessions where session_id = :session_id',
      { session_id },
    )
    return row === undefined ? undefined : { session_no: row.session_no, project_id: row.project_id ?? undefined }
  }

  #addSession(session_id: string): KnownSession {
    const row = this.#database.get<{ session_no: number }>(
      'insert into archive_sessions (session_id) values (:session_id) returning session_no',
      { session_id },
    )
    return { session_no: (row as { session_no: number }).session_no, project_id: undefined }
  }

  #number(
    kept: Map<string, number>,
    value: string,
    table: string,
    key: string,
    column: string,
    further: Readonly<Record<string, string>>,
  ): number {
    const known = kept.get(value)
    if (known !== undefined) return known
    const names = [column, ...Object.keys(further)]
    const row =
      this.#database.get<{ no: number }>(`select ${key} as no from ${table} where ${column} = :value`, { value }) ??
      this.#database.get<{ no: number }>(
        `insert into ${table} (${names.join(', ')}) values (${names.map(each => `:${each}`).join(', ')})
         returning ${key} as no`,
        { ...further, [column]: value },
      )
    const { no } = row as { no: number }
    keep(kept, value, no)
    return no
  }
}

const keep = <V>(kept: Map<string, V>, key: string, value: V): void => {
  if (kept.size >= MOST_KEPT) kept.clear()
  kept.set(key, value)
}

/** The last part of a path of any operating system. */
const nameOf = (path: string): string => basename(path.replaceAll('\\', '/')) || path
