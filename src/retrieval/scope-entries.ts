/** Lists the conversations that a search scope covers, and whose messages may be read in them. */
import type { ScopeEntry, SearchScope, Scope } from '../messages/scope.ts'
import type { PersonId } from '../people/person.ts'

/** A source that knows in which groups a person wrote something. */
export interface SpeakerGroups {
  groupsOfSpeaker(person_id: PersonId): Promise<readonly Scope[]>
}

/**
 * The scope itself comes first, then the extra scopes, then the groups of the speaker, in which only the speaker's own
 * messages are read.
 */
export const scopeEntries = async (
  { scope, speaker, extra_scopes = [] }: SearchScope,
  sources: readonly SpeakerGroups[],
): Promise<readonly ScopeEntry[]> => {
  const whole = new Set<Scope>([scope, ...extra_scopes])
  const entries = [...whole].map((each): ScopeEntry => ({ scope: each, only: undefined }))
  if (speaker === undefined) return entries
  const groups = new Set((await Promise.all(sources.map(source => source.groupsOfSpeaker(speaker)))).flat())
  return [...entries, ...[...groups.difference(whole)].map((each): ScopeEntry => ({ scope: each, only: speaker }))]
}
