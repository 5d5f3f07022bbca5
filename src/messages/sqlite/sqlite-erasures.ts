/** The erasure log in SQLite, and the list of acts that the main database has been through. */
import { createHmac, createSecretKey } from 'node:crypto'
import { Database } from '../../database/sqlite/database.ts'
import type { Migration } from '../../database/sqlite/migrations.ts'
import type { PersonalData } from '../../people/personal-data.ts'
import { yieldToEventLoop } from '../../platform/yield.ts'
import type { Ids } from '../../platform/ids.ts'
import type { AppliedErasures, ErasureAct, Erasures } from '../erasures.ts'
import type { MessageFingerprint } from '../message.ts'
import type { Scope } from '../scope.ts'

/** Tables of `erasures.db`. No words of anybody. */
const erasureMigrations: readonly Migration[] = [
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
]

/** In `denidin.db`: see `AppliedErasures`. */
export const appliedErasureMigrations: readonly Migration[] = [
  { id: 'erasures-001', sql: 'create table applied_erasures (act text primary key) strict, without rowid;' },
]

/** Messages, or memories, that are written down in one transaction: a few milliseconds. */
const AT_ONCE = 200

/** Ids that are read at once. */
const READ_AT_ONCE = 2000

type ActRow = Omit<ErasureAct, 'spared'> & { readonly spared: string }

export interface SqliteErasures extends Erasures, Disposable {
  /** Two people who are one have forgotten the same; nothing else of it belongs to anybody. */
  readonly personal: PersonalData
}

/** The log of erasures in a file of its own, on disk before anything goes. */
export const createSqliteErasures = (path: string, ids: Ids): SqliteErasures => {
  const database = new Database(path, erasureMigrations)
  const key = createSecretKey(database.get<{ secret: Uint8Array }>('select secret from secret')?.secret as Uint8Array)
  const hashOf = ({ sent_at, text }: Pick<MessageFingerprint, 'sent_at' | 'text'>): Uint8Array =>
    createHmac('sha256', key)
      .update(`${String(sent_at)}\n${text}`)
      .digest()

  const matching = (
    table: 'erased_messages' | 'erased_memories',
    column: string,
    wanted: readonly string[],
  ): string[] =>
    database
      .all<{ id: string }>(
        `select ${column} as id from ${table} where ${column} in (select value from json_each(:ids))`,
        { ids: JSON.stringify(wanted) },
      )
      .map(row => row.id)

  const inSteps = async <T>(all: readonly T[], write: (one: T) => void): Promise<void> => {
    for (let at = 0; at < all.length; at += AT_ONCE) {
      database.transaction(() => {
        for (const one of all.slice(at, at + AT_ONCE)) write(one)
      })
      await yieldToEventLoop()
    }
  }

  const messagesOf = async (act: string): Promise<readonly string[]> => {
    const ids: string[] = []
    for (;;) {
      const page = database.all<{ message_id: string }>(
        `select message_id from erased_messages
         where act = :act and message_id > :after order by message_id limit :read_at_once`,
        { act, after: ids.at(-1) ?? '', read_at_once: READ_AT_ONCE },
      )
      for (const { message_id } of page) ids.push(message_id)
      if (page.length < READ_AT_ONCE) return ids
      await yieldToEventLoop()
    }
  }

  return {
    isErased: async message =>
      database.get(
        `select 1 from erased_messages where message_id = :message_id
         union all select 1 from erased_messages where hash = :hash and person_id = :person_id limit 1`,
        { message_id: message.message_id, person_id: message.person_id, hash: hashOf(message) },
      ) !== undefined,
    erased: async message_ids => new Set(matching('erased_messages', 'message_id', message_ids)),
    erasedMemories: async memory_ids => new Set(matching('erased_memories', 'memory_id', memory_ids)),

    begin: async ({ kind, person_id, at, spared }) => {
      const act = ids.uuid()
      database.run(
        'insert into acts (act, kind, person_id, at, spared) values (:act, :kind, :person_id, :at, :spared)',
        {
          act,
          kind,
          person_id,
          at,
          spared: JSON.stringify(spared),
        },
      )
      return { act, kind, person_id, at, spared }
    },
    add: async (act, { messages = [], memories = [], sessions = [] }) => {
      await inSteps(messages, message => {
        const { message_id, person_id } = message
        database.run('insert or ignore into erased_messages values (:message_id, :act, :person_id, :hash)', {
          message_id,
          act,
          person_id,
          hash: hashOf(message),
        })
      })
      await inSteps(memories, ({ memory_id, scope }) => {
        database.run('insert or ignore into erased_memories values (:memory_id, :act, :scope)', {
          memory_id,
          act,
          scope,
        })
      })
      await inSteps([...new Set(sessions)], session_id => {
        database.run('insert or ignore into touched_sessions values (:act, :session_id)', { act, session_id })
      })
    },
    acts: async () =>
      database
        .all<ActRow>('select act, kind, person_id, at, spared from acts order by number')
        .map(row => ({ ...row, spared: JSON.parse(row.spared) as string[] })),
    covers: async act => ({
      message_ids: await messagesOf(act),
      memories: database.all<{ memory_id: string; scope: Scope }>(
        'select memory_id, scope from erased_memories where act = :act',
        { act },
      ),
      session_ids: database
        .all<{ session_id: string }>('select session_id from touched_sessions where act = :act', { act })
        .map(row => row.session_id),
    }),

    personal: {
      name: 'erasures',
      tables: [],
      // Ids and hashes of what is gone are what keeps it gone.
      count: async () => 0,
      erase: async () => 0,
      export: async function* () {},
      reassign: async (from, to) => {
        // Acts keep the person who asked: a restored copy may know them from before the merge.
        database.transaction(() => {
          database.run('update erased_messages set person_id = :to where person_id = :from', { from, to })
        })
      },
    },
    [Symbol.dispose]: () => {
      database[Symbol.dispose]()
    },
  }
}

/** In `denidin.db`. */
export const createSqliteAppliedErasures = (database: Database): AppliedErasures => ({
  applied: async () => new Set(database.all<{ act: string }>('select act from applied_erasures').map(row => row.act)),
  markApplied: async act => {
    database.run('insert or ignore into applied_erasures (act) values (:act)', { act })
  },
})
