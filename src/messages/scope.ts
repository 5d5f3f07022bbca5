/** Scopes: which conversation, and whose memory, data belongs to. */
import type { PersonId } from '../people/person.ts'

/** The scope of what everyone may know, such as the passages of the knowledge folder. No conversation belongs to it. */
export const SHARED_SCOPE = 'shared'

/**
 * The owner of a conversation and its memory: one person (all their direct chats) or one group; or `shared`, which has
 * memories alone. Every read and write of sessions and memory names a scope; there is no way to ask without one.
 */
export type Scope = `person:${PersonId}` | `chat:${string}` | typeof SHARED_SCOPE

/**
 * What a search may read: the scope in which it is asked; the messages of `speaker` in groups, if they ask in private;
 * and the whole of `extra_scopes`, if the configuration lets the godfather read more. Only `retrieval/scope-policy.ts`
 * creates one.
 */
export interface SearchScope {
  readonly scope: Scope
  readonly speaker?: PersonId
  readonly extra_scopes?: readonly Scope[]
}

/**
 * One conversation that a search may read. With `only`, it may read just the messages of that person, as if no one else
 * had ever written there.
 */
export interface ScopeEntry {
  readonly scope: Scope
  readonly only: PersonId | undefined
}

/** The scope of a person's direct chats. */
export const scopeOfPerson = (person_id: PersonId): Scope => `person:${person_id}`

/** A person's scope in a direct chat, the group's in a group. */
export const scopeOf = (
  message: { readonly chat_id: string; readonly chat_kind: 'direct' | 'group' },
  person_id: PersonId,
): Scope => (message.chat_kind === 'group' ? `chat:${message.chat_id}` : scopeOfPerson(person_id))

/** The chat of a group's scope; `undefined` for a person's scope, which may have several, and for the shared one. */
export const chatOfScope = (scope: Scope): string | undefined =>
  scope.startsWith('chat:') ? scope.slice('chat:'.length) : undefined

/** The person of a person's scope; `undefined` for a group's and for the shared one. */
export const personOfScope = (scope: Scope): PersonId | undefined =>
  scope.startsWith('person:') ? scope.slice('person:'.length) : undefined
