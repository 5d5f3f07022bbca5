/** Reads found messages, and the names for the numbers in the columns, from `archive.db`. */
import type { Database } from '../../../database/sqlite/database.ts'
import type { FacetCount, FoundMessage, SnippetPiece } from '../../archive-search.ts'
import type { Level } from '../../archive-message.ts'
import type { NumberedFacets } from '../facet-counts.ts'
import { LEVELS } from '../../archive-message.ts'
import type { Facets } from '../../archive-search.ts'

interface Row {
  readonly seq: number
  readonly content: string
  readonly role: FoundMessage['role']
  readonly at: number | null
  readonly project: string | null
  readonly session: string | null
  readonly component: string | null
  readonly level: Level | null
  readonly source_type: FoundMessage['source_type']
  readonly sender_name: string | null
  readonly scope: string | null
  readonly person_id: string | null
  readonly chat_id: string | null
  readonly message_id: string | null
}

/** Ends the range of all names that begin so. */
const AFTER_ALL = '\u{10ffff}'

/** How many values a facet lists at most: the most common ones. */
const MOST_VALUES = 50

export class FoundMessages {
  readonly #archive: Database

  constructor(archive: Database) {
    this.#archive = archive
  }

  /** Messages by their sequence numbers, with complete texts; removed ones are left out. */
  read(
    seqs: readonly number[],
    snippet: (content: string) => readonly SnippetPiece[],
  ): ReadonlyMap<number, FoundMessage> {
    const rows = this.#archive.all<Row & Record<string, string | number | null>>(
      `select m.seq, m.content, m.role, m.at, p.path project, s.session_id session, c.name component, m.level,
         m.source_type, m.sender_name, m.scope, m.person_id, m.chat_id, m.message_id
       from archive_messages m left join projects p using (project_id) left join archive_sessions s using (session_no)
         left join components c using (component_id)
       where m.seq in (select value from json_each(:seqs))`,
      { seqs: JSON.stringify(seqs) },
    )
    return new Map(
      rows.map(
        ({
          content,
          at,
          project,
          session,
          component,
          level,
          sender_name,
          scope,
          person_id,
          chat_id,
          message_id,
          ...rest
        }) => [
          rest.seq,
          {
            ...rest,
            at: at ?? undefined,
            project: project ?? undefined,
            session: session ?? undefined,
            component: component ?? undefined,
            level: level ?? undefined,
            sender_name: sender_name ?? undefined,
            scope: scope ?? undefined,
            person_id: person_id ?? undefined,
            chat_id: chat_id ?? undefined,
            message_id: message_id ?? undefined,
            snippet: snippet(content),
          } as FoundMessage,
        ],
      ),
    )
  }

  projects(name: string): readonly number[] {
    return this.#numbers('select project_id number from projects where path = :name or name = :name', name)
  }

  components(name: string): readonly number[] {
    return this.#numbers('select component_id number from components where lower(name) = lower(:name)', name)
  }

  /** Sessions with this name, or whose names begin with it. */
  sessions(name: string): readonly number[] {
    return this.#numbers(
      `select session_no number from archive_sessions
       where session_id >= :name and session_id < :name || '${AFTER_ALL}' limit 1000`,
      name,
    )
  }

  facets({ messages, projects, components, levels, months }: NumberedFacets): Facets {
    return {
      messages,
      projects: this.#named(projects, 'select project_id number, path name from projects'),
      components: this.#named(components, 'select component_id number, name from components'),
      levels: sorted([...levels].map(([number, count]) => ({ value: LEVELS[number - 1] ?? '', messages: count }))),
      months: [...months]
        .map(([value, count]) => ({ value, messages: count }))
        .sort((a, b) => (a.value < b.value ? 1 : -1)),
    }
  }

  #numbers(sql: string, name: string): readonly number[] {
    return this.#archive.all<{ number: number }>(sql, { name }).map(({ number }) => number)
  }

  #named(counts: ReadonlyMap<number, number>, sql: string): readonly FacetCount[] {
    const top = [...counts].sort((a, b) => b[1] - a[1]).slice(0, MOST_VALUES)
    const rows = this.#archive.all<{ number: number; name: string }>(
      `select * from (${sql}) where number in (select value from json_each(:numbers))`,
      { numbers: JSON.stringify(top.map(([number]) => number)) },
    )
    const names = new Map(rows.map(({ number, name }) => [number, name]))
    return top.flatMap(([number, messages]) => {
      const value = names.get(number)
      return value === undefined ? [] : [{ value, messages }]
    })
  }
}

const sorted = (counts: readonly FacetCount[]): readonly FacetCount[] =>
  counts.toSorted((a, b) => b.messages - a.messages)
