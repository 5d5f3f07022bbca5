/** History of the tables in `vectors.db`. */
import type { Migration } from '../../database/sqlite/migrations.ts'

/** Tables of the vector store and of the allocation table, in `vectors.db`. */
export const vectorMigrations: readonly Migration[] = [
  {
    id: 'vectors-001',
    sql: `
      -- Tells the collections of this file from those of another one that uses the same server.
      create table instance (instance text not null) strict;
      insert into instance (instance) values (lower(hex(randomblob(16))));

      -- collection: where the index may hold the vector; indexed: it holds it for certain.
      create table vectors (
        seq integer primary key autoincrement,
        space text not null,
        memory_id text not null,
        scope text not null,
        collection integer,
        indexed integer not null default 0 check (indexed in (0, 1)),
        unique (space, memory_id)
      ) strict;
      -- Apart, because a change of a row writes all of it: 6 KB at 1,536 numbers.
      create table embeddings (
        seq integer primary key references vectors (seq) on delete cascade,
        vector blob not null
      ) strict;
      create index vectors_by_memory on vectors (memory_id);
      create index vectors_by_scope on vectors (scope, space, indexed);
      create index vectors_by_collection on vectors (collection, indexed, scope);
      create index vectors_in_collection on vectors (collection, seq) where indexed = 1;
      create index vectors_waiting on vectors (space, seq) where indexed = 0;

      create table collections (
        collection integer primary key autoincrement,
        space text not null,
        state text not null check (state in ('new', 'live', 'filling', 'retired')),
        alone integer not null check (alone in (0, 1))
      ) strict;

      create table allocations (
        space text not null,
        scope text not null,
        collection integer not null references collections (collection),
        primary key (space, scope)
      ) strict, without rowid;
      create index allocations_by_collection on allocations (collection);

      -- What a collection may still hold although it should not.
      create table removals (
        collection integer not null references collections (collection),
        memory_id text not null,
        primary key (collection, memory_id)
      ) strict, without rowid;
    `,
  },
  {
    id: 'vectors-002',
    sql: `
      -- How far a source that only grows has been compared with a space.
      create table marks (space text primary key, mark text not null) strict, without rowid;

      -- A rebuild of a space's collections that is under way: those up to this number are still to be made anew.
      create table rebuilds (space text primary key, up_to integer not null) strict, without rowid;
    `,
  },
  {
    id: 'vectors-003',
    sql: `
      -- A vector stands for a memory or for a message.
      alter table vectors rename column memory_id to item_id;
      alter table removals rename column memory_id to item_id;
      drop index vectors_by_memory;
      create index vectors_by_item on vectors (item_id);
    `,
  },
  {
    id: 'vectors-004',
    sql: `
      -- Collections whose files may still contain vectors that left them: an index marks what is deleted, and keeps it.
      create table unclean_collections (
        collection integer primary key references collections (collection) on delete cascade
      ) strict;
      insert into unclean_collections (collection) select collection from collections;
      -- unclean: the index's files may contain deleted vectors; purging: they have to be rewritten without them.
      create table index_files (
        one integer primary key check (one = 1),
        unclean integer not null check (unclean in (0, 1)),
        purging integer not null check (purging in (0, 1))
      ) strict;
      insert into index_files values (1, (select count(*) > 0 from collections), 0);
      create trigger vector_left after insert on removals begin
        insert or ignore into unclean_collections (collection) values (new.collection);
        update index_files set unclean = 1 where unclean = 0;
      end;
      create trigger collection_dropped after delete on collections begin
        update index_files set unclean = 1 where unclean = 0;
      end;
    `,
  },
  {
    id: 'vectors-005',
    sql: `
      -- 1: every vector that left was overwritten before it was deleted.
      alter table unclean_collections add column blanked integer not null default 0 check (blanked in (0, 1));
      drop trigger vector_left;
      create trigger vector_left after insert on removals begin
        insert or ignore into unclean_collections (collection, blanked) values (new.collection, 1);
        update index_files set unclean = 1 where unclean = 0;
      end;
    `,
  },
]
