import type { Database } from '../../database/sqlite/database.ts'
import { speakersIn } from '../full-text/columnar-store.ts'
import type { IndexedMessage } from '../full-text/index-document.ts'

/** Names of one speaker that are kept: people change them now and then. */
const MOST_NAMES = 8

interface SpeakerRow {
  readonly speaker: number
  readonly names: string
}

/** Who speaks in which scope, under which names; inside the transaction that is open. */
export interface SpeakerRows {
  /** The number of who said a message; their name is kept. */
  numberOf(scope_no: number, message: IndexedMessage): number
  /** Forgets who has no message left, and a scope in which nobody has. */
  forgetSilent(scope_no: number): void
}

export const createSpeakerRows = (database: Database): SpeakerRows => {
  const find = (scope_no: number, person_id: string, bot: number): SpeakerRow | undefined =>
    database.get<SpeakerRow>(
      'select speaker, names from speakers where scope_no = :scope_no and person_id = :person_id and bot = :bot',
      { scope_no, person_id, bot },
    )

  const add = (scope_no: number, person_id: string, bot: number): SpeakerRow => {
    const { next } = database.get<{ next: number }>(
      'select coalesce(max(speaker) + 1, 0) next from speakers where scope_no = :scope_no',
      { scope_no },
    ) ?? { next: 0 }
    database.run(
      `insert into speakers (scope_no, speaker, person_id, bot, names) values (:scope_no, :next, :person_id, :bot, '[]')`,
      { scope_no, next, person_id, bot },
    )
    return { speaker: next, names: '[]' }
  }

  return {
    numberOf: (scope_no, { person_id, role, sender_name }) => {
      const bot = role === 'assistant' ? 1 : 0
      const { speaker, names } = find(scope_no, person_id, bot) ?? add(scope_no, person_id, bot)
      const known = JSON.parse(names) as string[]
      if (bot === 0 && sender_name !== undefined && !known.includes(sender_name)) {
        database.run('update speakers set names = :names where scope_no = :scope_no and speaker = :speaker', {
          scope_no,
          speaker,
          names: JSON.stringify([sender_name, ...known].slice(0, MOST_NAMES)),
        })
      }
      return speaker
    },

    forgetSilent: scope_no => {
      const parts = database.all<{ columns: Uint8Array }>('select columns from parts where scope_no = :scope_no', {
        scope_no,
      })
      const heard = [...speakersIn(parts.map(row => row.columns))]
      database.run(
        `delete from speakers where scope_no = :scope_no and speaker not in (select value from json_each(:heard))`,
        { scope_no, heard: JSON.stringify(heard) },
      )
      if (heard.length > 0) return
      for (const table of ['parts', 'postings', 'scopes']) {
        database.run(`delete from ${table} where scope_no = :scope_no`, { scope_no })
      }
    },
  }
}
