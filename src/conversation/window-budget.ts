/** The token budget of a session window, by the role of its person. */
import type { Person } from '../people/person.ts'

/** Tokens of a session's window, by role. */
export interface WindowBudgets {
  readonly client: number
  readonly godfather: number
}

/** A group's window belongs to all its members, so it has the budget of a client, whoever writes. */
export const windowBudget = (
  budgets: WindowBudgets,
  person: Person | undefined,
  chat_kind: 'direct' | 'group',
): number => (person?.role === 'godfather' && chat_kind === 'direct' ? budgets.godfather : budgets.client)
