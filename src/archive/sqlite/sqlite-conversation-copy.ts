/** The copy of the bot's conversations in `archive.db`. */
import type { Database } from '../../database/sqlite/database.ts'
import { blanks } from '../../database/sqlite/in-batches.ts'
import type { MessageId } from '../../messages/message.ts'
import { scopeOfPerson } from '../../messages/scope.ts'
import type { ErasureBounds } from '../../people/personal-data.ts'
import type { PersonId } from '../../people/person.ts'
import { yieldToEventLoop } from '../../platform/yield.ts'
import { archiveHash } from '../archive-identity.ts'
import type { ConversationCopy, CopiedIds, CopiedMessage, CopyProgress, CopyState } from '../conversation-copy.ts'

/** How many ids are read at a time. */
const PAGE = 1000
/** Messages that are erased in one transaction: a few milliseconds. */
const ERASED_AT_ONCE = 200

/** Columns that contain a person's words. */
const WORDS = ['content', 'sender_name', 'metadata'] as const
const TABLE = 'archive_messages'
const OF_IDS = 'message_id in (select value from json_each(:ids))'
const OF_SEQS = 'seq in (select value from json_each(:seqs))'
/** By the indexes of both columns, because one condition with "or" would read every message. */
const OF_PERSON = `with theirs as (
  select seq, message_id from ${TABLE} where person_id = :person_id and message_id is not null
  union select seq, message_id from ${TABLE} where scope = :scope and message_id is not null)
  select seq from theirs where message_id not in (select value from json_each(:spared))`

export class SqliteConversationCopy implements ConversationCopy {
  readonly #database: Database
  /** Called after messages were added, changed or removed, so that the index follows. */
  readonly #changed: () => Promise<void>

  constructor(database: Database, changed: () => Promise<void>) {
    this.#database = database
    this.#changed = changed
  }

  async progress(): Promise<CopyProgress | undefined> {
    const row = this.#database.get<{ filled_to: number | null; change: number }>(
      'select filled_to, change from followed',
    )
    return row === undefined ? undefined : { filled_to: row.filled_to ?? undefined, change: row.change }
  }

  async apply(states: readonly CopyState[], { filled_to, change }: CopyProgress): Promise<void> {
    this.#database.transaction(() => {
      for (const { message_id, now } of states) {
        if (now === undefined) this.#remove([message_id])
        else this.#put(now)
      }
      this.#database.run(
        `insert into followed (one, filled_to, change) values (1, :filled_to, :change)
         on conflict (one) do update set filled_to = excluded.filled_to, change = excluded.change`,
        { filled_to: filled_to ?? null, change },
      )
    })
    await this.#database.checkpointIfLong()
    await this.#changed()
  }

  async copied(after: number): Promise<CopiedIds> {
    const rows = this.#database.all<{ seq: number; message_id: string }>(
      `select seq, message_id from ${TABLE} indexed by archive_messages_of_conversations
       where message_id is not null and seq > :after order by seq limit :page`,
      { after, page: PAGE },
    )
    const last = rows.length < PAGE ? undefined : rows.at(-1)
    return { message_ids: rows.map(row => row.message_id), next: last?.seq }
  }

  async forget(message_ids: readonly MessageId[]): Promise<void> {
    for (let from = 0; from < message_ids.length; from += PAGE) {
      this.#database.transaction(() => {
        this.#remove(message_ids.slice(from, from + PAGE))
      })
    }
    await this.#cleanUp()
  }

  async count(person_id: PersonId, bounds: ErasureBounds): Promise<number> {
    return this.#seqsOf(person_id, bounds).length
  }

  async erase(person_id: PersonId, bounds: ErasureBounds): Promise<number> {
    const seqs = this.#seqsOf(person_id, bounds)
    // All are overwritten before any is deleted: deleting moves rows between pages, and leaves copies of them there.
    await this.#inBatches(seqs, `update ${TABLE} set ${blanks(WORDS)} where ${OF_SEQS}`)
    await this.#inBatches(seqs, `delete from ${TABLE} where ${OF_SEQS}`)
    await this.#cleanUp()
    return seqs.length
  }

  async reassign(from: PersonId, to: PersonId): Promise<void> {
    if (from === to) return
    this.#database.transaction(() => {
      this.#database.run(`update ${TABLE} set person_id = :to where person_id = :from`, { from, to })
      this.#database.run(`update ${TABLE} set scope = :to where scope = :from`, {
        from: scopeOfPerson(from),
        to: scopeOfPerson(to),
      })
    })
    await this.#changed()
  }

  #seqsOf(person_id: PersonId, { spared = [] }: ErasureBounds): readonly number[] {
    const theirs = { person_id, scope: scopeOfPerson(person_id), spared: JSON.stringify(spared) }
    return this.#database.all<{ seq: number }>(OF_PERSON, theirs).map(({ seq }) => seq)
  }

  async #inBatches(seqs: readonly number[], sql: string): Promise<void> {
    for (let from = 0; from < seqs.length; from += ERASED_AT_ONCE) {
      const batch = JSON.stringify(seqs.slice(from, from + ERASED_AT_ONCE))
      this.#database.transaction(() => this.#database.run(sql, { seqs: batch }))
      await yieldToEventLoop()
      await this.#database.checkpointIfLong()
    }
  }

  /** Requires an open transaction. */
  #remove(message_ids: readonly MessageId[]): void {
    const ids = JSON.stringify(message_ids)
    this.#database.run(`update ${TABLE} set ${blanks(WORDS)} where ${OF_IDS}`, { ids })
    this.#database.run(`delete from ${TABLE} where ${OF_IDS}`, { ids })
  }

  /** An edited message keeps its `seq`; its previous text is overwritten. */
  #put(message: CopiedMessage): void {
    const row = rowOf(message, this.#sessionOf(message.session_id))
    const names = Object.keys(row)
    const ids = JSON.stringify([message.message_id])
    this.#database.run(`update ${TABLE} set ${blanks(WORDS)} where ${OF_IDS} and content <> :content`, {
      ids,
      content: message.text,
    })
    this.#database.run(
      `insert into ${TABLE} (${names.join(', ')}) values (${names.map(name => `:${name}`).join(', ')})
       on conflict (message_id) where message_id is not null do update
         set ${names.map(name => `${name} = excluded.${name}`).join(', ')}`,
      row,
    )
  }

  #sessionOf(session_id: string | undefined): number | null {
    if (session_id === undefined) return null
    this.#database.run('insert or ignore into archive_sessions (session_id) values (:session_id)', { session_id })
    return (
      this.#database.get<{ session_no: number }>(
        'select session_no from archive_sessions where session_id = :session_id',
        { session_id },
      )?.session_no ?? null
    )
  }

  /** Removes deleted messages from the index, and then from the write-ahead log. */
  async #cleanUp(): Promise<void> {
    await this.#changed()
    this.#database.scrub()
  }
}

const rowOf = (message: CopiedMessage, session_no: number | null) => ({
  hash: archiveHash({ role: message.role, content: message.text, message_id: message.message_id }),
  content: message.text,
  role: message.role,
  at: message.sent_at,
  session_no,
  source_type: 'denidin',
  sender_name: message.sender_name ?? null,
  scope: message.scope,
  person_id: message.person_id,
  chat_id: message.chat_id,
  message_id: message.message_id,
})
