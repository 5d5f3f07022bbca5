/** Stores the files of the knowledge folder in SQLite. */
import type { Database } from '../../database/sqlite/database.ts'
import { deleteOverwritten } from '../../database/sqlite/in-batches.ts'
import type { KnowledgeFile, KnowledgeFiles, ListedFile } from '../knowledge-files.ts'

type Row = Omit<KnowledgeFile, 'reason'> & { readonly reason: string | null }

const toFile = <R extends Row>(row: R): Omit<R, 'reason'> & Pick<KnowledgeFile, 'reason'> => ({
  ...row,
  reason: row.reason ?? undefined,
})

const PASSAGES = '(select count(*) from knowledge_passages p where p.path = knowledge_files.path)'

/** The files of the knowledge folder in `denidin.db`. */
export const createSqliteKnowledgeFiles = (database: Database): KnowledgeFiles => ({
  all: async () =>
    new Map(database.all<Row>('select * from knowledge_files').map(row => [row.path, toFile(row)] as const)),
  list: async ({ limit, before }) =>
    database
      .all<Row & Pick<ListedFile, 'passages'>>(
        `select *, ${PASSAGES} as passages from knowledge_files
         where :before is null or (name, path) > (select name, path from knowledge_files where path = :before)
         order by name, path limit :limit`,
        { limit, before: before ?? null },
      )
      .map(toFile),
  counts: async () =>
    database.get<{ read: number; refused: number; passages: number }>(
      `select count(*) filter (where state = 'read') as read, count(*) filter (where state in ('refused', 'passed_over')) as refused,
         (select count(*) from knowledge_passages) as passages from knowledge_files`,
    ) ?? { read: 0, refused: 0, passages: 0 },
  put: async file => {
    database.run(
      `insert into knowledge_files (path, name, size, modified_at, changed_at, state, reason, redacted, read_at)
       values (:path, :name, :size, :modified_at, :changed_at, :state, :reason, :redacted, :read_at)
       on conflict do update set name = excluded.name, size = excluded.size, modified_at = excluded.modified_at,
         changed_at = excluded.changed_at, state = excluded.state, reason = excluded.reason,
         redacted = excluded.redacted, read_at = excluded.read_at`,
      { ...file, reason: file.reason ?? null },
    )
  },
  memoriesOf: async path =>
    database
      .all<{ memory_id: string }>('select memory_id from knowledge_passages where path = :path order by position', {
        path,
      })
      .map(row => row.memory_id),
  setMemories: async (path, memory_ids) => {
    database.transaction(() => {
      database.run('delete from knowledge_passages where path = :path', { path })
      database.run(
        'insert into knowledge_passages (path, position, memory_id) select :path, key, value from json_each(:ids)',
        { path, ids: JSON.stringify(memory_ids) },
      )
    })
  },
  remove: async path => {
    database.transaction(() => {
      database.run('delete from knowledge_passages where path = :path', { path })
      deleteOverwritten(
        database,
        { table: 'knowledge_files', columns: ['name', 'reason'], where: 'path = :path' },
        { path },
      )
    })
  },
})
