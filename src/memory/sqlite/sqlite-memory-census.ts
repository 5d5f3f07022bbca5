/** Takes the digests of the memories in SQLite. */
import { hash } from 'node:crypto'
import type { Database } from '../../database/sqlite/database.ts'
import { yieldToEventLoop } from '../../platform/yield.ts'
import type { MemoryCensus, MemoryDigest } from '../memory-census.ts'
import type { MemoryRow } from './memory-rows.ts'

/** Memories that are read at once: a few milliseconds. */
const AT_ONCE = 200

type DigestedRow = Pick<MemoryRow, 'memory_id' | 'scope' | 'kind' | 'text' | 'quote' | 'session_id' | 'created_at'>

export const createSqliteMemoryCensus = (database: Database): MemoryCensus => ({
  digests: async function* () {
    for (let after = ''; ;) {
      const rows = database.all<DigestedRow>(
        `select memory_id, scope, kind, text, quote, session_id, created_at from memories
         where memory_id > :after order by memory_id limit ${String(AT_ONCE)}`,
        { after },
      )
      yield* rows.map(digestOf)
      after = rows.at(-1)?.memory_id ?? after
      if (rows.length < AT_ONCE) return
      await yieldToEventLoop()
    }
  },
})

const digestOf = ({ memory_id, scope, kind, text, quote, session_id, created_at }: DigestedRow): MemoryDigest => ({
  memory_id,
  kind,
  digest: hash('sha256', JSON.stringify([memory_id, scope, kind, text, quote, session_id, created_at])),
})
