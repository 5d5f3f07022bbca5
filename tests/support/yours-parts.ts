// What people ask of what is held about them, over real tables in memory.
import { allMigrations } from '../../src/app/stores.ts'
import { Database } from '../../src/database/sqlite/database.ts'
import type { AuditEntry } from '../../src/memory/audit-log.ts'
import type { MemoryStore } from '../../src/memory/memory-store.ts'
import { createSqliteNumberedLists } from '../../src/memory/sqlite/sqlite-numbered-lists.ts'
import { createSqliteMemoryLog } from '../../src/memory/sqlite/sqlite-memory-log.ts'
import { createSqliteMemoryStore } from '../../src/memory/sqlite/sqlite-memory-store.ts'
import { createSqliteMessageErasure } from '../../src/messages/sqlite/sqlite-message-erasure.ts'
import type { YoursDeps } from '../../src/operations/context.ts'
import { createSqlitePreferences } from '../../src/people/sqlite/sqlite-preferences.ts'
import type { ForgetReport } from '../../src/privacy/erasure.ts'

const REPORT: ForgetReport = { messages: 2, memories: 1, stores: {}, residue: 0, index: 'done' }

/** The parts, with what was asked of forgetting and what the audit was told. */
export interface YoursParts extends YoursDeps {
  readonly memories: MemoryStore
  readonly database: Database
  readonly audited: AuditEntry[]
  report: ForgetReport
}

export const createYoursParts = (asked: string[]): YoursParts => {
  const database = new Database(':memory:', allMigrations)
  const audited: AuditEntry[] = []
  const parts: YoursParts = {
    database,
    audited,
    report: REPORT,
    memories: createSqliteMemoryStore(database),
    memoryLog: createSqliteMemoryLog(database),
    listings: createSqliteNumberedLists(database),
    messages: createSqliteMessageErasure(database),
    preferences: createSqlitePreferences(database),
    forgetting: {
      everything: ({ person_id }) => {
        asked.push(`forget everything of ${person_id}`)
        return Promise.resolve(parts.report)
      },
      things: ({ person_id }, { memories = [], messages = [] }) => {
        const ids = [...memories.map(each => each.memory_id), ...messages.map(each => each.message_id)]
        asked.push(`forget ${ids.join(', ')} of ${person_id}`)
        return Promise.resolve(parts.report)
      },
    },
    exporting: {
      export: person_id => Promise.resolve({ file: `exports/${person_id}/x.md`, records: 3, characters: 12 }),
      read: () => Promise.resolve('# Everything'),
    },
    audit: { write: entry => audited.push(entry) },
  }
  return parts
}
