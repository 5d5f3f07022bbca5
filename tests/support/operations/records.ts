// People, sessions and memories as tests of operations need them.
import { PLAIN_MEMORY, type MemoryRecord } from '../../../src/memory/memory.ts'
import type { Scope } from '../../../src/messages/scope.ts'
import type { Person, Role } from '../../../src/people/person.ts'
import type { SessionDetails } from '../../../src/sessions/session.ts'

/** A person with one phone. */
export const personOf = (person_id: string, phone: string, role: Role = 'client', name?: string): Person => ({
  person_id,
  name,
  identities: [{ kind: 'phone', value: phone }],
  role,
  allowed: false,
  created_at: Date.parse('2026-11-01T08:00:00Z'),
})

export const sessionOf = (session_id: string, scope: Scope, part: Partial<SessionDetails> = {}): SessionDetails => ({
  session_id,
  scope,
  chat_id: 'console:15550001111',
  state: 'active',
  created_at: Date.parse('2026-11-20T08:00:00Z'),
  last_active: Date.parse('2026-11-20T09:00:00Z'),
  messages: 0,
  attempts: 0,
  window: [],
  window_tokens: 0,
  ...part,
})

export const memoryOf = (memory_id: string, scope: Scope, text: string): MemoryRecord => ({
  ...PLAIN_MEMORY,
  memory_id,
  scope,
  person_ids: [],
  kind: 'session_summary',
  text,
  session_id: `session-of-${memory_id}`,
  said_from: Date.parse('2026-11-10T08:00:00Z'),
  said_to: Date.parse('2026-11-10T09:00:00Z'),
  valid_from: Date.parse('2026-11-10T08:00:00Z'),
  created_at: Date.parse('2026-11-10T10:00:00Z'),
})

/** One page of rows that are in order already. */
export const pageOf = <T>(
  rows: readonly T[],
  page: { readonly limit: number; readonly before?: string },
  idOf: (row: T) => string,
): readonly T[] => {
  const from = page.before === undefined ? 0 : rows.findIndex(row => idOf(row) === page.before) + 1
  return rows.slice(from, from + page.limit)
}
