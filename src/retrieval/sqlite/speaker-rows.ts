/** Who speaks in which scope, with which names: the table `speakers` of `index.db`. */
import type { Database } from '../../database/sqlite/database.ts'
import { speakersIn } from '../full-text/columnar-store.ts'
import type { IndexedMessage } from '../full-text/index-document.ts'

/** How many names of one speaker are kept: people change them now and then. */
const MOST_NAMES = 8

interface SpeakerRow {
  readonly speaker: number
  readonly names: string
}

/** Reads and writes within the open transaction. */
export class SpeakerRows {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** The number of a message's speaker; also stores the speaker's name. */
  numberOf(scope_no: number, { person_id, role, sender_name }: IndexedMessage): number {
    const bot = role === 'assistant' ? 1 : 0
    const { speaker, names } = this.#find(scope_no, person_id, bot) ?? this.#add(scope_no, person_id, bot)
    const known = JSON.parse(names) as string[]
    if (bot === 0 && sender_name !== undefined && !known.includes(sender_name)) {
      this.#database.run('update speakers set names = :names where scope_no = :scope_no and speaker = :speaker', {
        scope_no,
        speaker,
        names: JSON.stringify([sender_name, ...known].slice(0, MOST_NAMES)),
      })
    }
    return speaker
  }

  /** Removes speakers without a message, and the scope if it has no speaker. */
  forgetSilent(scope_no: number): void {
    const parts = this.#database.all<{ columns: Uint8Array }>('select columns from parts where scope_no = :scope_no', {
      scope_no,
    })
    const present = [...speakersIn(parts.map(row => row.columns))]
    this.#database.run(
      `delete from speakers where scope_no = :scope_no and speaker not in (select value from json_each(:present))`,
      { scope_no, present: JSON.stringify(present) },
    )
    if (present.length > 0) return
    for (const table of ['parts', 'postings', 'scopes']) {
      this.#database.run(`delete from ${table} where scope_no = :scope_no`, { scope_no })
    }
  }

  #find(scope_no: number, person_id: string, bot: number): SpeakerRow | undefined {
    return this.#database.get<SpeakerRow>(
      'select speaker, names from speakers where scope_no = :scope_no and person_id = :person_id and bot = :bot',
      { scope_no, person_id, bot },
    )
  }

  #add(scope_no: number, person_id: string, bot: number): SpeakerRow {
    const { next } = this.#database.get<{ next: number }>(
      'select coalesce(max(speaker) + 1, 0) next from speakers where scope_no = :scope_no',
      { scope_no },
    ) ?? { next: 0 }
    this.#database.run(
      `insert into speakers (scope_no, speaker, person_id, bot, names) values (:scope_no, :next, :person_id, :bot, '[]')`,
      { scope_no, next, person_id, bot },
    )
    return { speaker: next, names: '[]' }
  }
}
