/** The memory log in `denidin.db`. */
import type { Database } from '../../database/sqlite/database.ts'
import type { ChatId, MessageId } from '../../messages/message.ts'
import { scopeOfPerson, type Scope } from '../../messages/scope.ts'
import { deleteInBatches } from '../../database/sqlite/in-batches.ts'
import { yieldToEventLoop } from '../../platform/yield.ts'
import { recordedTime, type PersonalData, type PersonalRecord } from '../../people/personal-data.ts'
import type { PersonId } from '../../people/person.ts'
import type {
  Access,
  AccessStats,
  AccessType,
  MemoryLog,
  Promotion,
  RecalledItem,
  RecallRecord,
  Relation,
  ReplyBudget,
  Use,
  AccessSpan,
} from '../memory-log.ts'

/** The log of the memories in `denidin.db`. */
export const createSqliteMemoryLog = (database: Database): MemoryLog & PersonalData => new SqliteMemoryLog(database)

type Nullable<T> = { readonly [K in keyof T]: undefined extends T[K] ? Exclude<T[K], undefined> | null : T[K] }

type RecallRow = Nullable<Omit<RecallRecord, 'items' | 'budget' | 'message_ids'>> & { readonly budget: string | null }

const RECALLS_AT_ONCE = 200
/** Ids per query: some milliseconds. */
const IDS_AT_ONCE = 500

/** Accesses that count as a use of a memory; those of the memory agent do not. */
/** Uses of memories that are about something. */
const ABOUT = `memory_id in (select memory_id from memories, json_each(memories.entities) entity
  where lower(entity.value ->> 'value') = :about)`
const USES = `type in ('recall', 'search', 'show')`

class SqliteMemoryLog implements MemoryLog, PersonalData {
  readonly name = 'memory log'
  readonly tables = ['memory_accesses', 'recalls']
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async recalled(record: RecallRecord): Promise<void> {
    const { recall_id, scope, chat_id, at, tone, budget, message_ids = [], items } = record
    // The reply has been sent already, so a power cut may lose its record: no flush is needed.
    this.#database.unflushed(() => {
      this.#database.run(
        `insert into recalls (recall_id, scope, chat_id, at, tone, budget)
         values (:recall_id, :scope, :chat_id, :at, :tone, :budget)`,
        {
          recall_id,
          scope,
          chat_id,
          at,
          tone: tone ?? null,
          budget: budget === undefined ? null : JSON.stringify(budget),
        },
      )
      for (const message_id of message_ids) {
        this.#database.run(
          'insert into recall_messages (message_id, recall_id) values (:message_id, :recall_id) on conflict do nothing',
          { message_id, recall_id },
        )
      }
      // One statement for all: a turn may be given dozens.
      this.#database.run(
        `insert into recalled_items (recall_id, position, memory_id, message_id, similarity, score, given_as)
         select :recall_id, key, value ->> 'memory_id', value ->> 'message_id', value ->> 'similarity',
           value ->> 'score', value ->> 'given_as'
         from json_each(:items)`,
        { recall_id, items: JSON.stringify(items) },
      )
      const used = items.filter(item => item.memory_id !== undefined && item.given_as === 'recall')
      this.#write(used.map(({ memory_id }): Access => ({ scope, memory_id, type: 'recall', at })))
    })
  }

  async lastRecall(scope: Scope, chat_id?: ChatId): Promise<RecallRecord | undefined> {
    return this.#record(
      this.#database.get<RecallRow>(
        'select * from recalls where scope = :scope and chat_id = coalesce(:chat_id, chat_id) order by at desc, recall_id desc limit 1',
        { scope, chat_id: chat_id ?? null },
      ),
    )
  }

  async recallOf(id: string): Promise<RecallRecord | undefined> {
    return this.#record(
      this.#database.get<RecallRow>(
        `select * from recalls where recall_id = :id
           or recall_id in (select recall_id from recall_messages where message_id = :id)
         order by at desc, recall_id desc limit 1`,
        { id },
      ),
    )
  }

  async givenIn(ids: readonly string[]): Promise<readonly { readonly scope: Scope; readonly id: string }[]> {
    const found: { readonly scope: Scope; readonly id: string }[] = []
    for (let at = 0; at < ids.length; at += IDS_AT_ONCE) {
      const some = { ids: JSON.stringify(ids.slice(at, at + IDS_AT_ONCE)) }
      for (const column of ['memory_id', 'message_id']) {
        const rows = this.#database.all<{ readonly scope: Scope; readonly id: string }>(
          `select distinct scope, ${column} as id from recalled_items join recalls using (recall_id)
           where ${column} in (select value from json_each(:ids))`,
          some,
        )
        found.push(...rows)
      }
      await yieldToEventLoop()
    }
    return found
  }

  async accessed(accesses: readonly Access[]): Promise<void> {
    // A power cut may lose the count of a use.
    this.#database.unflushed(() => {
      this.#write(accesses)
    })
  }

  async uses(scope: Scope, memory_ids: readonly string[]): Promise<ReadonlyMap<string, Use>> {
    const uses = this.#database.all<Use>(
      `select memory_id, count(*) as count, max(at) as last_at from memory_accesses
       where memory_id in (select value from json_each(:ids)) and scope = :scope and ${USES} group by memory_id`,
      { scope, ids: JSON.stringify(memory_ids) },
    )
    return new Map(uses.map(use => [use.memory_id, use]))
  }

  async stats(span: AccessSpan): Promise<AccessStats> {
    const asked = { since: span.since, scope: span.scope ?? null, about: span.about?.toLowerCase() ?? null }
    const where = `at >= :since and (:scope is null or scope = :scope) and (:about is null or ${ABOUT})`
    const totals = this.#database.get<{ total_accesses: number; distinct_memories: number }>(
      `select count(*) as total_accesses, count(distinct memory_id) as distinct_memories
       from memory_accesses where ${where}`,
      asked,
    )
    const types = this.#database.all<{ type: AccessType; n: number }>(
      `select type, count(*) as n from memory_accesses where ${where} group by type`,
      asked,
    )
    const top = this.#database.all<Use>(
      `select memory_id, count(*) as count, max(at) as last_at from memory_accesses
       where ${where} and memory_id is not null group by memory_id order by count desc, last_at desc limit :most`,
      { ...asked, most: span.most },
    )
    const recent = this.#database.all<Nullable<Access>>(
      `select scope, memory_id, type, at from memory_accesses where ${where} order by access desc limit :most`,
      { ...asked, most: span.most },
    )
    return {
      total_accesses: totals?.total_accesses ?? 0,
      distinct_memories: totals?.distinct_memories ?? 0,
      by_type: Object.fromEntries(types.map(({ type, n }) => [type, n])),
      top,
      recent: recent.map(defined<Access>),
    }
  }

  async promoted({ memory_id, from_tier, to_tier, reason, score, at }: Promotion): Promise<void> {
    this.#database.run(
      `insert into memory_promotions (memory_id, from_tier, to_tier, reason, score, at)
       values (:memory_id, :from_tier, :to_tier, :reason, :score, :at)`,
      { memory_id, from_tier, to_tier, reason, score, at },
    )
  }

  async promotionsOf(memory_id: string): Promise<readonly Promotion[]> {
    return this.#database.all<Promotion>(
      `select memory_id, from_tier, to_tier, reason, score, at from memory_promotions
       where memory_id = :memory_id order by promotion`,
      { memory_id },
    )
  }

  async relate(relations: readonly Relation[]): Promise<void> {
    await this.#database.durably(() => {
      for (const { memory_id, from, to, type, strength } of relations) {
        this.#database.run(
          // The memory may have been forgotten since it was learned.
          `insert into memory_relations select :memory_id, :from, :to, :type, :strength
           where exists (select 1 from memories where memory_id = :memory_id)
           on conflict do update set strength = max(strength, excluded.strength)`,
          { memory_id, from, to, type, strength },
        )
      }
    })
  }

  async relationsOf(memory_ids: readonly string[]): Promise<readonly Relation[]> {
    return this.#database.all<Relation>(
      `select memory_id, from_value as "from", to_value as "to", type, strength from memory_relations
       where memory_id in (select value from json_each(:ids)) order by memory_id, from_value, to_value, type`,
      { ids: JSON.stringify(memory_ids) },
    )
  }

  async prune(before: number): Promise<number> {
    const old = ['at < :before', { before }] as const
    return (
      (await deleteInBatches(this.#database, 'memory_accesses', ...old)) +
      (await deleteInBatches(this.#database, 'memory_promotions', ...old)) +
      (await this.#pruneRecalls(before))
    )
  }

  async count(person_id: PersonId): Promise<number> {
    const rows = this.#database.get<{ n: number }>(
      `select (select count(*) from memory_accesses where scope = :scope)
         + (select count(*) from recalls where scope = :scope) as n`,
      { scope: scopeOfPerson(person_id) },
    )
    return rows?.n ?? 0
  }

  async reassign(from: PersonId, to: PersonId): Promise<void> {
    const scopes = { from: scopeOfPerson(from), to: scopeOfPerson(to) }
    this.#database.transaction(() => {
      this.#database.run('update memory_accesses set scope = :to where scope = :from', scopes)
      this.#database.run('update recalls set scope = :to where scope = :from', scopes)
    })
  }

  async *export(person_id: PersonId): AsyncIterable<PersonalRecord> {
    const rows = this.#database.all<{ recall_id: string; chat_id: string; at: number; items: number }>(
      `select recall_id, chat_id, at, (select count(*) from recalled_items i where i.recall_id = recalls.recall_id) as items
       from recalls where scope = :scope order by at`,
      { scope: scopeOfPerson(person_id) },
    )
    for (const { recall_id, chat_id, at, items } of rows) {
      yield { section: 'recalls', fields: { at: recordedTime(at), chat_id, recall_id, items } }
    }
  }

  async erase(person_id: PersonId): Promise<number> {
    const scope = { scope: scopeOfPerson(person_id) }
    const accesses = await deleteInBatches(this.#database, 'memory_accesses', 'scope = :scope', scope)
    return accesses + this.#database.run('delete from recalls where scope = :scope', scope)
  }

  /** Deleted in steps: each recall has many items, which are deleted with it. */
  async #pruneRecalls(before: number): Promise<number> {
    for (let removed = 0; ;) {
      const step = this.#database.run(
        'delete from recalls where recall_id in (select recall_id from recalls where at < :before limit :most)',
        { before, most: RECALLS_AT_ONCE },
      )
      removed += step
      if (step < RECALLS_AT_ONCE) return removed
      await yieldToEventLoop()
    }
  }

  #record(found: RecallRow | undefined): RecallRecord | undefined {
    if (found === undefined) return undefined
    const { budget, ...row } = found
    const of_recall = { recall_id: found.recall_id }
    const items = this.#database.all<Nullable<RecalledItem>>(
      `select memory_id, message_id, similarity, score, given_as from recalled_items where recall_id = :recall_id order by position`,
      of_recall,
    )
    const messages = this.#database.all<{ readonly message_id: MessageId }>(
      'select message_id from recall_messages where recall_id = :recall_id order by message_id',
      of_recall,
    )
    return {
      ...defined<Omit<RecallRecord, 'items' | 'budget'>>(row),
      ...(budget === null ? {} : { budget: JSON.parse(budget) as ReplyBudget }),
      ...(messages.length === 0 ? {} : { message_ids: messages.map(each => each.message_id) }),
      items: items.map(defined<RecalledItem>),
    }
  }

  #write(accesses: readonly Access[]): void {
    for (const { scope, memory_id, type, at } of accesses) {
      this.#database.run(
        'insert into memory_accesses (scope, memory_id, type, at) values (:scope, :memory_id, :type, :at)',
        { scope, type, at, memory_id: memory_id ?? null },
      )
    }
  }
}

/** Turns SQLite's nulls into `undefined`. */
const defined = <T>(row: Nullable<T>): T =>
  Object.fromEntries(Object.entries(row as object).map(([name, value]) => [name, (value as unknown) ?? undefined])) as T
