/** The erasure log in SQLite, and the list of acts that the main database has been through. */
import type { KeyObject } from 'node:crypto'
import { Database } from '../../database/sqlite/database.ts'
import { openTruthDatabase } from '../../database/sqlite/truth-database.ts'
import type { Migration } from '../../database/sqlite/migrations.ts'
import type { BackupSource } from '../../lifecycle/module.ts'
import type { PersonalData } from '../../people/personal-data.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import { TimeSlices, yieldToEventLoop } from '../../platform/yield.ts'
import type { Ids } from '../../platform/ids.ts'
import {
  UNKNOWN_PERSON,
  type AppliedErasures,
  type BegunErasure,
  type ErasedIds,
  type ErasedThings,
  type ErasureAct,
  type Erasures,
} from '../erasures.ts'
import type { ForgottenWords } from '../forgotten-words.ts'
import type { MessageFingerprint, MessageId } from '../message.ts'
import type { Scope } from '../scope.ts'
import { goneMessages } from './sqlite-known-messages.ts'
import { erasureKey, exactHash, forgottenWordsMigration, SqliteForgottenWords } from './sqlite-forgotten-words.ts'

/** Tables of `erasures.db`. They contain no message text. */
export const erasureMigrations: readonly Migration[] = [
  {
    id: 'erasures-001',
    sql: `
      -- Without it, short messages could be guessed from their hashes.
      create table secret (secret blob not null) strict;
      insert into secret (secret) values (randomblob(32));

      create table acts (
        number integer primary key autoincrement,
        act text not null unique,
        kind text not null check (kind in ('person', 'messages')),
        person_id text not null,
        at integer not null,
        spared text not null
      ) strict;
      create table erased_messages (
        message_id text primary key,
        act text not null,
        person_id text not null,
        hash blob not null
      ) strict, without rowid;
      create index erased_by_words on erased_messages (hash, person_id);
      create index erased_by_act on erased_messages (act);
      create table erased_memories (
        memory_id text primary key,
        act text not null,
        scope text not null
      ) strict, without rowid;
      create index erased_memories_by_act on erased_memories (act);
      create table touched_sessions (
        act text not null,
        session_id text not null,
        primary key (act, session_id)
      ) strict, without rowid;
    `,
  },
  {
    id: 'erasures-002',
    sql: `
      -- What a person said before this moment is forgotten, also what is found later.
      create table erased_until (person_id text primary key, until integer not null) strict, without rowid;
      insert into erased_until select person_id, max(at) from acts where kind = 'person' group by person_id;
    `,
  },
  {
    id: 'erasures-003',
    sql: `
      -- What a person sent while an act was under way: it stays.
      create table spared_messages (
        act text not null,
        message_id text not null,
        primary key (act, message_id)
      ) strict, without rowid;
    `,
  },
  forgottenWordsMigration,
]

/** In `denidin.db`: see `AppliedErasures`. */
export const appliedErasureMigrations: readonly Migration[] = [
  { id: 'erasures-001', sql: 'create table applied_erasures (act text primary key) strict, without rowid;' },
  {
    id: 'erasures-002',
    sql: `
      -- What acts that are not complete are through with.
      create table erasure_steps (act text not null, step text not null, primary key (act, step)) strict, without rowid;
    `,
  },
]

/** Items written in one transaction: a few milliseconds. */
const AT_ONCE = 200
/** Longest time of one transaction, in milliseconds; one item may take longer. */
const MOST_MS = 20

/** Ids read in one query. */
const READ_AT_ONCE = 2000

const ADD_ERASED_UNTIL = `
  insert into erased_until (person_id, until) values (:person_id, :until)
  on conflict (person_id) do update set until = max(until, excluded.until)`

type ActRow = Omit<ErasureAct, 'spared'> & { readonly spared: string }

export interface SqliteErasures extends Erasures, Disposable {
  readonly backupSources: readonly BackupSource[]
  readonly words: ForgottenWords
  /** Two people who are merged share what they forgot; nothing else in the log is personal data. */
  readonly personal: PersonalData
}

/** Opens the erasure log a second time, for a thread that only reads it. */
export const openForgottenWords = (path: string): ForgottenWords & Disposable => {
  const database = new Database(path, erasureMigrations, { reads_only: true })
  const words = new SqliteForgottenWords(database)
  return {
    isForgotten: each => words.isForgotten(each),
    [Symbol.dispose]: () => {
      database[Symbol.dispose]()
    },
  }
}

/** Opens the erasure log in a separate file; it is on disk before anything is removed. */
export const createSqliteErasures = (path: string, ids: Ids): SqliteErasures =>
  new ErasureFile(openTruthDatabase(path, erasureMigrations), ids)

class ErasureFile implements SqliteErasures {
  readonly #database: Database
  readonly #ids: Ids
  readonly #key: KeyObject
  /** The acts that are under way. */
  readonly #underWay = new Map<string, ErasureAct>()
  readonly personal: PersonalData
  readonly backupSources: readonly BackupSource[]
  readonly #words: SqliteForgottenWords

  constructor(database: Database, ids: Ids) {
    this.#database = database
    this.#ids = ids
    this.#key = erasureKey(database)
    this.#words = new SqliteForgottenWords(database)
    this.personal = personalErasures(database)
    this.backupSources = [{ name: 'erasures', path: database.path, kind: 'sqlite', content: 'erasures' }]
  }

  get words(): ForgottenWords {
    return this.#words
  }

  async isErased(message: MessageFingerprint): Promise<boolean> {
    const { message_id, person_id, sent_at } = message
    const found = this.#database.get(
      `select 1 from erased_messages where message_id = :message_id
       union all select 1 from erased_until where person_id = :person_id and :sent_at < until
       union all select 1 from erased_messages where hash = :hash and person_id = :person_id limit 1`,
      { message_id, person_id, sent_at, hash: this.#hashOf(message) },
    )
    return found !== undefined
  }

  async erased(message_ids: readonly MessageId[]): Promise<ReadonlySet<MessageId>> {
    return this.#matching('erased_messages', 'message_id', message_ids)
  }

  async erasedMemories(memory_ids: readonly string[]): Promise<ReadonlySet<string>> {
    return this.#matching('erased_memories', 'memory_id', memory_ids)
  }

  async begin({ said_before, covers = {}, ...request }: BegunErasure): Promise<ErasureAct> {
    const { kind, person_id, at, spared } = request
    const act = this.#ids.uuid()
    this.#database.transaction(() => {
      this.#database.run(
        'insert into acts (act, kind, person_id, at, spared) values (:act, :kind, :person_id, :at, :spared)',
        { act, kind, person_id, at, spared: JSON.stringify(spared) },
      )
      if (kind === 'person') {
        // Times of messages are whole seconds.
        const until = said_before ?? Math.floor(at / SECOND_MS) * SECOND_MS
        this.#database.run(ADD_ERASED_UNTIL, { person_id, until })
      }
      for (const add of this.#additions(act, covers)) add()
    })
    const begun = { act, kind, person_id, at, spared }
    this.#underWay.set(act, begun)
    return begun
  }

  async resume(act: ErasureAct): Promise<void> {
    this.#underWay.set(act.act, act)
  }

  async end({ act }: ErasureAct): Promise<void> {
    this.#underWay.delete(act)
  }

  async spare(message_id: MessageId): Promise<void> {
    // An act about single messages lists what it covers: it cannot cover new ones.
    for (const { act, kind } of this.#underWay.values()) {
      if (kind !== 'person') continue
      this.#database.run('insert or ignore into spared_messages values (:act, :message_id)', { act, message_id })
    }
  }

  async sparedBy(act: string): Promise<readonly MessageId[]> {
    const asked = this.#database.get<{ spared: string }>('select spared from acts where act = :act', { act })?.spared
    const arrived = this.#database.all<{ message_id: MessageId }>(
      'select message_id from spared_messages where act = :act',
      { act },
    )
    return [...(JSON.parse(asked ?? '[]') as MessageId[]), ...arrived.map(each => each.message_id)]
  }

  async add(act: string, things: ErasedThings): Promise<void> {
    const additions = [...this.#additions(act, things)]
    for (let at = 0; at < additions.length;) {
      const slice = new TimeSlices(MOST_MS)
      const end = Math.min(at + AT_ONCE, additions.length)
      this.#database.transaction(() => {
        // Words are hashed as they are added: a few messages of the greatest length take as long as hundreds of others.
        do additions[at++]?.()
        while (at < end && !slice.isOver)
      })
      await yieldToEventLoop()
    }
  }

  /** Each step adds one item. */
  *#additions(act: string, { messages = [], memories = [], sessions = [] }: ErasedThings): Generator<() => void, void> {
    const database = this.#database
    for (const message of messages) {
      const { message_id, person_id } = message
      yield () => {
        const hashes = { hash: this.#hashOf(message), ...this.#words.hashesOf(message) }
        database.run(
          `insert or ignore into erased_messages (message_id, act, person_id, hash, said, words)
           values (:message_id, :act, :person_id, :hash, :said, :words)`,
          { message_id, act, person_id, ...hashes },
        )
        if (message.role === 'user') this.#words.addName(act, message)
      }
    }
    for (const { memory_id, scope } of memories) {
      yield () => {
        database.run('insert or ignore into erased_memories values (:memory_id, :act, :scope)', {
          memory_id,
          act,
          scope,
        })
      }
    }
    for (const session_id of new Set(sessions)) {
      yield () => {
        database.run('insert or ignore into touched_sessions values (:act, :session_id)', { act, session_id })
      }
    }
  }

  async acts(): Promise<readonly ErasureAct[]> {
    return this.#database
      .all<ActRow>('select act, kind, person_id, at, spared from acts order by number')
      .map(row => ({ ...row, spared: JSON.parse(row.spared) as string[] }))
  }

  async covers(act: string): Promise<ErasedIds> {
    return {
      message_ids: await this.#messagesOf(act),
      memories: this.#database.all<{ memory_id: string; scope: Scope }>(
        'select memory_id, scope from erased_memories where act = :act',
        { act },
      ),
      session_ids: this.#database
        .all<{ session_id: string }>('select session_id from touched_sessions where act = :act', { act })
        .map(row => row.session_id),
    }
  }

  async recordLost(acts: readonly string[], message_ids: readonly MessageId[], at: number): Promise<string> {
    const act = this.#ids.uuid()
    this.#database.transaction(() => {
      this.#database.run(
        `insert or ignore into acts (act, kind, person_id, at, spared)
         select value, 'messages', :person_id, :at, '[]' from json_each(:acts)`,
        { person_id: UNKNOWN_PERSON, at, acts: JSON.stringify([...acts, act]) },
      )
    })
    for (let from = 0; from < message_ids.length; from += READ_AT_ONCE) {
      // No text hashes to nothing: these are recognised by their ids alone.
      this.#database.run(
        `insert or ignore into erased_messages (message_id, act, person_id, hash)
         select value, :act, :person_id, x'' from json_each(:ids)`,
        { act, person_id: UNKNOWN_PERSON, ids: JSON.stringify(message_ids.slice(from, from + READ_AT_ONCE)) },
      )
      await yieldToEventLoop()
    }
    return act
  }

  [Symbol.dispose](): void {
    this.#database[Symbol.dispose]()
  }

  #hashOf(message: Pick<MessageFingerprint, 'sent_at' | 'text'>): Uint8Array {
    return exactHash(this.#key, message)
  }

  #matching(
    table: 'erased_messages' | 'erased_memories',
    column: 'message_id' | 'memory_id',
    ids: readonly string[],
  ): ReadonlySet<string> {
    const rows = this.#database.all<{ id: string }>(
      `select ${column} as id from ${table} where ${column} in (select value from json_each(:ids))`,
      { ids: JSON.stringify(ids) },
    )
    return new Set(rows.map(row => row.id))
  }

  async #messagesOf(act: string): Promise<readonly MessageId[]> {
    const ids: string[] = []
    for (;;) {
      const page = this.#database.all<{ message_id: string }>(
        `select message_id from erased_messages
         where act = :act and message_id > :after order by message_id limit :read_at_once`,
        { act, after: ids.at(-1) ?? '', read_at_once: READ_AT_ONCE },
      )
      for (const { message_id } of page) ids.push(message_id)
      if (page.length < READ_AT_ONCE) return ids
      await yieldToEventLoop()
    }
  }
}

const personalErasures = (database: Database): PersonalData => ({
  name: 'erasures',
  tables: [],
  // The ids and hashes of forgotten items are needed to keep them forgotten.
  count: async () => 0,
  erase: async () => 0,
  export: async function* () {},
  reassign: async (from, to) => {
    // Acts keep the person who asked: a restored copy may know them from before the merge.
    database.transaction(() => {
      database.run('update erased_messages set person_id = :to where person_id = :from', { from, to })
      database.run('update or ignore erased_names set person_id = :to where person_id = :from', { from, to })
      const own = database.get<{ until: number }>('select until from erased_until where person_id = :from', { from })
      if (own !== undefined && from !== to) {
        database.run(ADD_ERASED_UNTIL, { person_id: to, until: own.until })
        database.run('delete from erased_until where person_id = :from', { from })
      }
    })
  },
})

/** In `denidin.db`. */
export const createSqliteAppliedErasures = (database: Database): AppliedErasures => ({
  applied: async () => new Set(database.all<{ act: string }>('select act from applied_erasures').map(row => row.act)),
  unfinished: async () =>
    new Set(database.all<{ act: string }>('select distinct act from erasure_steps').map(row => row.act)),
  goneMessages: () => goneMessages(database),
  markApplied: async act => {
    database.transaction(() => {
      database.run('insert or ignore into applied_erasures (act) values (:act)', { act })
      database.run('delete from erasure_steps where act = :act', { act })
    })
  },
  steps: async act =>
    new Set(
      database.all<{ step: string }>('select step from erasure_steps where act = :act', { act }).map(row => row.step),
    ),
  markSteps: async (act, steps) => {
    database.run('insert or ignore into erasure_steps (act, step) select :act, value from json_each(:steps)', {
      act,
      steps: JSON.stringify(steps),
    })
  },
})
