/** The copy of the bot's conversations in `archive.db`. */
import type { Database } from '../../database/sqlite/database.ts'
import { blanks, deleteInBatches, overwriteInBatches } from '../../database/sqlite/in-batches.ts'
import type { MessageId } from '../../messages/message.ts'
import { scopeOfPerson } from '../../messages/scope.ts'
import type { ErasureBounds } from '../../people/personal-data.ts'
import type { PersonId } from '../../people/person.ts'
import { archiveHash } from '../archive-identity.ts'
import type { ConversationCopy, CopiedIds, CopiedMessage, CopyProgress, CopyState } from '../conversation-copy.ts'

/** How many ids are read at a time. */
const PAGE = 1000

/** Columns that contain a person's words. */
const WORDS = ['content', 'sender_name', 'metadata'] as const
const TABLE = 'archive_messages'
const OF_IDS = 'message_id in (select value from json_each(:ids))'
const OF_PERSON = `message_id is not null and (person_id = :person_id or scope = :scope)
  and message_id not in (select value from json_each(:spared))`

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
    const parameters = parametersOf(person_id, bounds)
    return this.#database.get<{ n: number }>(`select count(*) n from ${TABLE} where ${OF_PERSON}`, parameters)?.n ?? 0
  }

  async erase(person_id: PersonId, bounds: ErasureBounds): Promise<number> {
    const parameters = parametersOf(person_id, bounds)
    await overwriteInBatches(this.#database, { table: TABLE, columns: WORDS, where: OF_PERSON }, parameters)
    const erased = await deleteInBatches(this.#database, TABLE, OF_PERSON, parameters)
    await this.#cleanUp()
    return erased
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

  /** In the transaction that is open. */
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

const parametersOf = (person_id: PersonId, { spared = [] }: ErasureBounds) => ({
  person_id,
  scope: scopeOfPerson(person_id),
  spared: JSON.stringify(spared),
})
