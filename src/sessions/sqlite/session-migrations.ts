/** Tables of the session ledger. */
import type { Migration } from '../../database/sqlite/migrations.ts'

/** Tables of the session ledger. */
export const sessionMigrations: readonly Migration[] = [
  {
    id: 'sessions-001',
    sql: `
      create table sessions (
        session_id text primary key,
        scope text not null,
        chat_id text not null,
        state text not null check (state in ('active', 'closed', 'stored', 'dead', 'purged')),
        created_at integer not null,
        last_active integer not null,
        messages integer not null default 0,
        close_reason text,
        closed_at integer,
        attempts integer not null default 0,
        next_attempt_at integer,
        archived_to text
      ) strict;
      create unique index sessions_active on sessions (scope) where state = 'active';
      create index sessions_by_state on sessions (state, last_active);
      create index sessions_by_activity on sessions (last_active, session_id);
    `,
  },
]
