/** A view of a group's index that contains the words of only one person. */
import type { PersonId } from '../../people/person.ts'
import { restrictedTo, type Columns } from './columnar-store.ts'
import type { Postings, ScopeReader } from './full-text-index.ts'

/**
 * A scope as if only one person had ever written in it: the words of others find nothing, do not raise the scores of
 * their neighbours, and are not visible. `undefined` if the person wrote nothing there.
 */
export const viewOfSpeaker = (reader: ScopeReader, person_id: PersonId): ScopeReader | undefined => {
  const speakers = reader.speakers.filter(each => !each.bot && each.person_id === person_id)
  if (speakers.length === 0) return undefined
  const columns: Columns = restrictedTo(reader.columns, new Set(speakers.map(each => each.speaker)))
  const own = (ordinal: number): boolean => columns.flags[ordinal] !== undefined && columns.flags[ordinal] !== 0
  return {
    columns,
    speakers,

    postings: async stems => {
      const found = new Map<string, Postings>()
      for (const [stem, { ordinals, counts }] of await reader.postings(stems)) {
        const kept = [...ordinals.keys()].filter(at => own(ordinals[at] ?? columns.size))
        if (kept.length === 0) continue
        found.set(stem, {
          ordinals: Uint32Array.from(kept, at => ordinals[at] ?? 0),
          counts: Uint8Array.from(kept, at => counts[at] ?? 0),
        })
      }
      return found
    },

    // The words of others must not become visible in corrections either, so misspelt words are not corrected here.
    stemsFrom: async () => [],

    documents: async ordinals => await reader.documents(ordinals.filter(own)),

    ordinals: async message_ids =>
      (await reader.ordinals(message_ids)).map(ordinal =>
        ordinal !== undefined && own(ordinal) ? ordinal : undefined,
      ),
  }
}
