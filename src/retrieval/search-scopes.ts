import type { SearchScope, Scope } from '../messages/scope.ts'
import type { PersonId } from '../people/person.ts'
import type { FullTextIndex, ScopeReader } from './full-text/full-text-index.ts'
import { ownWords } from './full-text/speaker-view.ts'

/** Groups in which what a person said is looked for: those they came to last. */
const MOST_GROUPS = 50

/** One place that a question reaches into, and what of it may be read. */
export interface ScopeView {
  readonly scope: Scope
  /** Reads what may be read here, and nothing else. */
  readonly reader: ScopeReader
  /** Whose words alone may be quoted; `undefined`: everybody's. */
  readonly only: PersonId | undefined
}

/** The places of a reach in which anything was said. In a group, a speaker's reach ends at what they said themselves. */
export const openScopes = async (
  index: FullTextIndex,
  { scope, speaker, extra_scopes: others = [] }: SearchScope,
): Promise<readonly ScopeView[]> => {
  const whole = new Set<Scope>([scope, ...others])
  const groups = speaker === undefined ? [] : await index.groupsOfSpeaker(speaker, MOST_GROUPS)
  const places: ScopeView[] = []
  for (const each of whole) {
    const reader = await index.open(each)
    if (reader !== undefined) places.push({ scope: each, reader, only: undefined })
  }
  for (const group of groups) {
    if (speaker === undefined || whole.has(group)) continue
    const opened = await index.open(group)
    const reader = opened === undefined ? undefined : ownWords(opened, speaker)
    if (reader !== undefined) places.push({ scope: group, reader, only: speaker })
  }
  return places
}
