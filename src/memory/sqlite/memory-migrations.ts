/** History of the memory tables in `denidin.db`. */
import type { Migration } from '../../database/sqlite/migrations.ts'

/** Tables of the memory store, in `denidin.db`. */
export const memoryMigrations: readonly Migration[] = [
  {
    id: 'memory-001',
    sql: `
      create table memories (
        seq integer primary key autoincrement,
        memory_id text not null unique,
        scope text not null,
        kind text not null check (kind in ('session_summary', 'session_transcript')),
        text text not null,
        session_id text not null unique,
        said_from integer not null,
        said_to integer not null,
        created_at integer not null
      ) strict;
      create index memories_by_scope on memories (scope, seq);
      create table memory_persons (
        memory_id text not null references memories (memory_id) on delete cascade,
        person_id text not null,
        primary key (memory_id, person_id)
      ) strict, without rowid;
      create index memory_persons_by_person on memory_persons (person_id);
    `,
  },
  {
    id: 'memory-002',
    sql: `
      create table memories_2 (
        seq integer primary key autoincrement,
        memory_id text not null unique,
        scope text not null,
        kind text not null check (kind in ('fact', 'explicit', 'session_summary', 'session_transcript')),
        text text not null,
        category text not null check (category in ('facts', 'preferences', 'skills', 'rules', 'context')),
        tier text not null check (tier in ('working', 'short_term', 'long_term')),
        importance real not null check (importance between 0 and 1),
        session_id text,
        said_from integer not null,
        said_to integer not null,
        valid_from integer not null,
        valid_to integer,
        supersedes text,
        quote text,
        entities text not null default '[]',
        created_at integer not null
      ) strict;
      create table memory_persons_2 (
        memory_id text not null references memories_2 (memory_id) on delete cascade,
        person_id text not null,
        primary key (memory_id, person_id)
      ) strict, without rowid;
      insert into memories_2
        (seq, memory_id, scope, kind, text, category, tier, importance, session_id, said_from, said_to, valid_from, created_at)
        select seq, memory_id, scope, kind, text, 'context', 'long_term', 0.5, session_id, said_from, said_to, said_from, created_at
        from memories;
      insert into memory_persons_2 select memory_id, person_id from memory_persons;
      drop table memory_persons;
      drop table memories;
      alter table memories_2 rename to memories;
      alter table memory_persons_2 rename to memory_persons;
      create index memories_by_scope on memories (scope, seq);
      create index memories_of_session on memories (session_id);
      create index memories_superseding on memories (supersedes) where supersedes is not null;
      -- A session gives one summary.
      create unique index summaries on memories (session_id) where kind in ('session_summary', 'session_transcript');
      create index memory_persons_by_person on memory_persons (person_id);

      create table memory_sources (
        memory_id text not null references memories (memory_id) on delete cascade,
        message_id text not null,
        primary key (memory_id, message_id)
      ) strict, without rowid;
      create index memory_sources_by_message on memory_sources (message_id);

      create table memory_relations (
        memory_id text not null references memories (memory_id) on delete cascade,
        from_value text not null,
        to_value text not null,
        type text not null check (type in ('uses', 'extends', 'references', 'related_to', 'depends_on')),
        strength real not null check (strength between 0 and 1),
        primary key (memory_id, from_value, to_value, type)
      ) strict, without rowid;

      create table memory_promotions (
        promotion integer primary key autoincrement,
        memory_id text not null references memories (memory_id) on delete cascade,
        from_tier text not null,
        to_tier text not null,
        reason text not null,
        score real not null,
        at integer not null
      ) strict;
      create index memory_promotions_of_memory on memory_promotions (memory_id);

      -- One row a use: type is recall, search, show, promote, demote, or extract:<provider>. No words of anybody.
      create table memory_accesses (
        access integer primary key autoincrement,
        scope text not null,
        memory_id text,
        type text not null,
        at integer not null
      ) strict;
      create index memory_accesses_by_time on memory_accesses (at);
      create index memory_accesses_of_memory on memory_accesses (memory_id, at) where memory_id is not null;
      create index memory_accesses_of_scope on memory_accesses (scope);

      -- What shaped a reply: the memories and messages that were given to the model with it.
      create table recalls (
        recall_id text primary key,
        scope text not null,
        chat_id text not null,
        at integer not null
      ) strict, without rowid;
      create index recalls_of_chat on recalls (scope, chat_id, at);
      create table recalled_items (
        recall_id text not null references recalls (recall_id) on delete cascade,
        position integer not null,
        memory_id text,
        message_id text,
        similarity real,
        score real not null,
        primary key (recall_id, position)
      ) strict, without rowid;
      create index recalled_memories on recalled_items (memory_id) where memory_id is not null;
      create index recalled_messages on recalled_items (message_id) where message_id is not null;
    `,
  },
  {
    id: 'memory-merges-001',
    sql: `
      -- Memories that say what another one says, which stands for them since.
      create table memory_merges (
        memory_id text primary key references memories (memory_id) on delete cascade,
        into_id text not null references memories (memory_id) on delete cascade,
        reason text not null,
        at integer not null
      ) strict, without rowid;
      create index memory_merges_into on memory_merges (into_id);
    `,
  },
  {
    id: 'memory-log-002',
    sql: `
      -- Everything that shaped a reply: lines of the profile, and what the model was asked for because of a feeling.
      alter table recalled_items add column given_as text not null default 'recall';
      alter table recalls add column tone text;
    `,
  },
  {
    id: 'memory-supersedes-001',
    sql: `
      -- Which memory ended which: one may end several, and several may end one.
      create table superseded_memories (
        memory_id text not null references memories (memory_id) on delete cascade,
        by_id text not null references memories (memory_id) on delete cascade,
        at integer not null,
        -- When the memory would end without those that ended it.
        own_end integer,
        primary key (memory_id, by_id)
      ) strict;
      create index superseded_memories_by on superseded_memories (by_id);
      insert into superseded_memories (memory_id, by_id, at)
        select ended.memory_id, later.memory_id, coalesce(ended.valid_to, later.said_from)
        from memories later join memories ended on ended.memory_id = later.supersedes
        where ended.scope = later.scope;
      drop index memories_superseding;
      alter table memories drop column supersedes;
    `,
  },
  {
    id: 'memory-log-003',
    sql: `
      -- How much context a reply was given and why, as JSON without anyone's words.
      alter table recalls add column budget text;
      -- Which messages a reply is and answers.
      create table recall_messages (
        message_id text not null,
        recall_id text not null references recalls (recall_id) on delete cascade,
        primary key (message_id, recall_id)
      ) strict, without rowid;
      create index recall_messages_of_recall on recall_messages (recall_id);
    `,
  },
]
