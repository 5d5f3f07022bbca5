/** Reads the full-text index of one scope from SQLite. */
import type { Database } from '../../database/sqlite/database.ts'
import { entryOf } from '../../platform/entry-of.ts'
import { yieldToEventLoop } from '../../platform/yield.ts'
import type { MessageId } from '../../messages/message.ts'
import type { Postings, ScopeReader } from '../full-text/full-text-index.ts'
import { decodePostings } from '../full-text/posting-codec.ts'
import { readTerms } from './document-terms.ts'
import type { ScopeFrame } from './index-cache.ts'

/** How many stems are read before control returns to the event loop. */
const STEP_STEMS = 32
/** How many lists of stems are cached for one scope. */
const MOST_LISTS = 16

/** Reads one scope: every statement contains its number, so no other scope can be read. */
export const createScopeReader = (
  database: Database,
  scope_no: number,
  { columns, speakers, ordinals: known, stems: listed }: ScopeFrame,
): ScopeReader => ({
  columns,
  speakers,

  postings: async stems => {
    const found = new Map<string, Postings>()
    const wanted = [...new Set(stems)]
    for (let at = 0; at < wanted.length; at += STEP_STEMS) {
      if (at > 0) await yieldToEventLoop()
      const step = wanted.slice(at, at + STEP_STEMS)
      const rows = database.lists<[stem: string, part: number, body: Uint8Array<ArrayBuffer>]>(
        `select stem, part, body from postings
         where scope_no = :scope_no and stem in (select value from json_each(:stems)) order by stem, part`,
        { scope_no, stems: JSON.stringify(step) },
      )
      const parts = Map.groupBy(rows, ([stem]) => stem)
      for (const stem of step) {
        const bodies = parts.get(stem)?.map(([, part, body]) => ({ part, body }))
        if (bodies !== undefined) found.set(stem, decodePostings(bodies))
      }
    }
    return found
  },

  stemsFrom: async (beginning, limit) => {
    if (listed.size >= MOST_LISTS) listed.clear()
    // Each search of a turn lists what ended.
    return entryOf(listed, `${String(limit)} ${beginning}`, () =>
      database
        .all<{ stem: string }>(
          `select distinct stem from postings
           where scope_no = :scope_no and stem >= :beginning and stem < :after limit :limit`,
          { scope_no, beginning, after: `${beginning}\u{10FFFF}`, limit },
        )
        .map(row => row.stem),
    )
  },

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
    const found = message_ids.map(id => known.of(id))
    const unknown = message_ids.filter((_, at) => found[at] === undefined)
    if (unknown.length === 0) return found
    const rows = database.lists<[message_id: MessageId, ordinal: number]>(
      `select message_id, ordinal from documents
       where message_id in (select value from json_each(:ids)) and scope_no = :scope_no`,
      { scope_no, ids: JSON.stringify(unknown) },
    )
    for (const [message_id, ordinal] of rows) known.add(message_id, ordinal)
    const read = new Map(rows)
    return message_ids.map((id, at) => found[at] ?? read.get(id))
  },
})
