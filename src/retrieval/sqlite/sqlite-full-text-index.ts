import type { Database } from '../../database/sqlite/database.ts'
import type { Scope } from '../../messages/scope.ts'
import type { IndexedPersons, IndexProgress, FullTextIndex, MessageState } from '../full-text/full-text-index.ts'
import { IndexCache } from './index-cache.ts'
import { createIndexWriter } from './index-writer.ts'
import { createScopeReader } from './scope-reader.ts'

/** Groups of a speaker that a search reads: the latest. */
const MOST_GROUPS = 50

/** Rows that are removed in one statement when a scope is forgotten. */
const DROPPED_AT_ONCE = 2000

/** The full-text index in SQLite: for each scope its own postings, columns and speakers. */
export const createSqliteFullTextIndex = (database: Database): FullTextIndex & IndexedPersons => {
  const cache = new IndexCache(database)
  const writer = createIndexWriter(database)

  const scopeNumber = (scope: Scope): number | undefined =>
    database.get<{ scope_no: number }>('select scope_no from scopes where scope = :scope', { scope })?.scope_no

  const record = ({ change, filled_to }: Partial<IndexProgress>, keys: readonly string[]): void => {
    if (change !== undefined) database.run('update progress set change = :change', { change })
    if (keys.includes('filled_to')) {
      database.run('update progress set filled_to = :filled_to', { filled_to: filled_to ?? null })
    }
  }

  return {
    open: async scope => {
      const scope_no = scopeNumber(scope)
      return scope_no === undefined ? undefined : createScopeReader(database, scope_no, cache.of(scope_no))
    },

    groupsOfSpeaker: async person_id =>
      database
        .all<{ scope: Scope }>(
          `select s.scope from scopes s
           where s.scope_no in (select scope_no from speakers where person_id = :person_id and bot = 0)
             and substr(s.scope, 1, 5) = 'chat:'
           order by s.scope_no desc limit :limit`,
          { person_id, limit: MOST_GROUPS },
        )
        .map(row => row.scope),

    apply: async (states: readonly MessageState[], reached) => {
      const changed = database.transaction(() => {
        const scopes = writer.apply(states)
        record(reached, Object.keys(reached))
        return scopes
      })
      for (const scope_no of changed) cache.forget(scope_no)
    },

    dropScope: async scope => {
      const scope_no = scopeNumber(scope)
      if (scope_no === undefined) return true
      cache.forget(scope_no)
      return database.transaction(() => {
        for (const table of ['postings', 'documents', 'parts', 'speakers'] as const) {
          const key =
            table === 'postings'
              ? 'stem, part'
              : table === 'documents'
                ? 'ordinal'
                : table === 'parts'
                  ? 'part'
                  : 'speaker'
          const removed = database.run(
            `delete from ${table} where scope_no = :scope_no and (${key}) in
               (select ${key} from ${table} where scope_no = :scope_no limit ${String(DROPPED_AT_ONCE)})`,
            { scope_no },
          )
          if (removed > 0) return false
        }
        database.run('delete from scopes where scope_no = :scope_no', { scope_no })
        return true
      })
    },

    progress: async () => {
      const row = database.get<{ change: number; filled_to: number | null }>('select change, filled_to from progress')
      return { change: row?.change ?? 0, filled_to: row === undefined ? 0 : (row.filled_to ?? undefined) }
    },

    checkpoint: async () => {
      database.get('pragma wal_checkpoint(truncate)')
    },

    scopesOf: async message_ids =>
      new Map(
        database
          .all<{ message_id: string; scope: Scope }>(
            `select message_id, scope from documents join scopes using (scope_no)
             where message_id in (select value from json_each(:ids))`,
            { ids: JSON.stringify(message_ids) },
          )
          .map(row => [row.message_id, row.scope]),
      ),

    idsOf: async ({ limit, after = '' }) =>
      database
        .all<{ message_id: string }>(
          'select message_id from documents where message_id > :after order by message_id limit :limit',
          { limit, after },
        )
        .map(row => row.message_id),

    counts: async () =>
      database.get<{ messages: number; scopes: number }>(
        'select (select count(*) from documents) messages, (select count(*) from scopes) scopes',
      ) ?? { messages: 0, scopes: 0 },

    countOfScope: async scope =>
      database.get<{ n: number }>(
        'select count(*) n from documents where scope_no = (select scope_no from scopes where scope = :scope)',
        { scope },
      )?.n ?? 0,

    name: 'index',
    tables: ['scopes', 'speakers'],
    count: async person_id =>
      database.get<{ n: number }>(
        `select (select count(*) from speakers where person_id = :person_id) + (
           select count(*) from documents
           where scope_no = (select scope_no from scopes where scope = 'person:' || :person_id)) n`,
        { person_id },
      )?.n ?? 0,
    // Their messages have changed, and are read again.
    reassign: async (from, to) => {
      database.run('update speakers set person_id = :to where person_id = :from', { from, to })
    },
  }
}
