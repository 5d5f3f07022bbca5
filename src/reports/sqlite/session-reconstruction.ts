/** One session of the archive with its messages in the order of their times. */
import type { Database } from '../../database/sqlite/database.ts'
import type { Scope } from '../../messages/scope.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import type { ArchiveReports, SessionMessage, SessionReconstruction } from '../archive-reports.ts'
import type { SessionRow } from './archive-directory.ts'
import { IS_ERROR } from './figure-stream.ts'

interface Names {
  readonly projects: ReadonlyMap<number, string>
  readonly components: ReadonlyMap<number, string>
}

interface MessageRow {
  readonly at: number | null
  readonly role: SessionMessage['role']
  readonly sender_name: string | null
  readonly component_id: number | null
  readonly level: Exclude<SessionMessage['level'], undefined> | null
  readonly content: string
  readonly source_type: SessionMessage['source_type']
  readonly scope: Scope | null
}

interface Totals {
  readonly messages: number
  readonly started: number | null
  readonly ended: number | null
  readonly errors: number | null
}

export const reconstructSession = (
  database: Database,
  { session_no, session_id, project_id }: SessionRow,
  { projects, components }: Names,
  limits: Parameters<ArchiveReports['session']>[1],
): SessionReconstruction => {
  const of_session = { session_no }
  const totals = database.get<Totals>(
    `select count(*) as messages, min(at) as started, max(at) as ended, sum(${IS_ERROR}) as errors
     from archive_messages where session_no = :session_no`,
    of_session,
  )
  const used = database.all<{ component_id: number }>(
    `select component_id from archive_messages join components using (component_id) where session_no = :session_no
     group by component_id order by count(*) desc, components.name limit :most`,
    { ...of_session, most: limits.top_components ?? -1 },
  )
  const { started, ended } = totals ?? {}
  const shown = messagesOf(database, session_no, limits)
  return {
    summary: {
      session_id,
      project: project_id === null ? undefined : projects.get(project_id),
      started_at: started ?? undefined,
      ended_at: ended ?? undefined,
      duration_seconds: Math.round(((ended ?? 0) - (started ?? 0)) / SECOND_MS),
      messages: totals?.messages ?? 0,
      components: used.map(({ component_id }) => components.get(component_id) ?? ''),
      errors: totals?.errors ?? 0,
    },
    messages: shown.map(row => ({
      at: row.at ?? undefined,
      role: row.role,
      sender_name: row.sender_name ?? undefined,
      component: row.component_id === null ? undefined : components.get(row.component_id),
      level: row.level ?? undefined,
      content: row.content,
      source_type: row.source_type,
    })),
    read: scopesOf(shown),
  }
}

/** Messages without a time come first, in the order in which they were loaded. */
const messagesOf = (
  database: Database,
  session_no: number,
  limits: { readonly messages: number; readonly characters: number },
): readonly MessageRow[] => {
  const rows = database.all<MessageRow>(
    `select at, role, sender_name, component_id, level, content, source_type, scope from archive_messages
     where session_no = :session_no order by at, seq limit :most`,
    { session_no, most: limits.messages },
  )
  let characters = 0
  const tooMany = rows.findIndex(({ content }) => (characters += content.length) > limits.characters)
  return tooMany === -1 ? rows : rows.slice(0, Math.max(tooMany, 1))
}

const scopesOf = (rows: readonly MessageRow[]): SessionReconstruction['read'] => {
  const counts = new Map<Scope | undefined, number>()
  for (const { scope } of rows) counts.set(scope ?? undefined, (counts.get(scope ?? undefined) ?? 0) + 1)
  return [...counts].map(([scope, messages]) => ({ scope, messages }))
}
