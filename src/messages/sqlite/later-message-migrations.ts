/** The newest migrations of messages, inbox and outbox. */
import type { Migration } from '../../database/sqlite/migrations.ts'

export const laterMigrations: readonly Migration[] = [
  // The report on conversations reads the messages of its days.
  { id: 'message-times-001', sql: 'create index messages_by_sent_at on messages (sent_at);' },
  // The account that received a message, and the one that sends a reply; null if unknown.
  {
    id: 'message-accounts-001',
    sql: 'alter table inbox add column account text; alter table outbox add column account text;',
  },
]
