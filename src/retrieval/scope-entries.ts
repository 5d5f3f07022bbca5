/** Lists the conversations that a search scope covers, and of whom they may be read. */
import type { ScopeEntry, SearchScope, Scope } from '../messages/scope.ts'
import type { PersonId } from '../people/person.ts'

/** A source that knows the groups in which a person said something. */
export interface SpeakerGroups {
  groupsOfSpeaker(person_id: PersonId): Promise<readonly Scope[]>
}

/** The scope itself comes first, then the extra scopes, then the groups of the speaker: there they read only themselves. */
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
