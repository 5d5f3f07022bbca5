/** Reads the full-text index of one scope from SQLite. */
import type { Database } from '../../database/sqlite/database.ts'
import { yieldToEventLoop } from '../../platform/yield.ts'
import type { MessageId } from '../../messages/message.ts'
import type { Postings, ScopeReader } from '../full-text/full-text-index.ts'
import { decodePostings } from '../full-text/posting-codec.ts'
import { readTerms } from './document-terms.ts'
import type { ScopeFrame } from './index-cache.ts'

/** How many blobs are read before control returns to the event loop. */
const STEP_BLOBS = 1000

/** Reads one scope: every statement contains its number, so no other scope can be read. */
export const createScopeReader = (
  database: Database,
  scope_no: number,
  { columns, speakers, ordinals: known }: ScopeFrame,
): ScopeReader => ({
  columns,
  speakers,

  postings: async stems => {
    const found = new Map<string, Postings>()
    let blobs = 0
    for (const stem of stems) {
      const parts = database.all<{ part: number; body: Uint8Array }>(
        'select part, body from postings where scope_no = :scope_no and stem = :stem',
        { scope_no, stem },
      )
      if (parts.length > 0) found.set(stem, decodePostings(parts))
      blobs += parts.length
      if (blobs < STEP_BLOBS) continue
      blobs = 0
      await yieldToEventLoop()
    }
    return found
  },

  stemsFrom: async (beginning, limit) =>
    database
      .all<{ stem: string }>(
        `select distinct stem from postings
         where scope_no = :scope_no and stem >= :beginning and stem < :after limit :limit`,
        { scope_no, beginning, after: `${beginning}\u{10FFFF}`, limit },
      )
      .map(row => row.stem),

  documents: async ordinals =>
    database
      .all<{ ordinal: number; message_id: string; stems: string }>(
        `select ordinal, message_id, stems from documents
         where scope_no = :scope_no and ordinal in (select value from json_each(:ordinals))`,
        { scope_no, ordinals: JSON.stringify(ordinals) },
      )
      .map(({ ordinal, message_id, stems }) => {
        known.add(message_id, ordinal)
        return { ordinal, message_id, ...readTerms(stems) }
      }),

  ordinals: async message_ids => {
    const unknown = message_ids.filter(id => known.of(id) === undefined)
    const read =
      unknown.length === 0
        ? []
        : database.all<{ message_id: string; ordinal: number }>(
            `select message_id, ordinal from documents
             where message_id in (select value from json_each(:ids)) and scope_no = :scope_no`,
            { scope_no, ids: JSON.stringify(unknown) },
          )
    const found = new Map<MessageId, number>()
    for (const message_id of message_ids) {
      const ordinal = known.of(message_id)
      if (ordinal !== undefined) found.set(message_id, ordinal)
    }
    for (const { message_id, ordinal } of read) {
      found.set(message_id, ordinal)
      known.add(message_id, ordinal)
    }
    return found
  },
})
