/**
 * A view of a scope's index without the messages that ask. They may be indexed before they are searched for or after:
 * the result must be the same. With them, every word of a question was said before: no name would be unknown, no word
 * misspelt, and a time that only the question mentions would have been spoken of.
 */
import type { MessageId } from '../../messages/message.ts'
import { withoutMessages } from './columnar-store.ts'
import type { Postings, ScopeReader } from './full-text-index.ts'

/** The index of a scope as if these messages were not in it. */
export const viewWithout = async (reader: ScopeReader, message_ids: readonly MessageId[]): Promise<ScopeReader> => {
  if (message_ids.length === 0) return reader
  const places = await reader.ordinals(message_ids)
  const left_out = new Set(places.filter(ordinal => ordinal !== undefined && ordinal < reader.columns.size))
  return left_out.size === 0 ? reader : withoutOrdinals(reader, left_out as ReadonlySet<number>)
}

const withoutOrdinals = (reader: ScopeReader, left_out: ReadonlySet<number>): ScopeReader => {
  const postings: ScopeReader['postings'] = async stems => {
    const found = new Map<string, Postings>()
    for (const [stem, each] of await reader.postings(stems)) {
      const kept = withoutPlaces(each, left_out)
      if (kept.ordinals.length > 0) found.set(stem, kept)
    }
    return found
  }
  return {
    columns: withoutMessages(reader.columns, left_out),
    speakers: reader.speakers,
    postings,

    stemsFrom: async (beginning, limit) => {
      const listed = await reader.stemsFrom(beginning, limit)
      const left = await reader.documents([...left_out])
      const own = new Set(left.flatMap(({ stems, forms, keys }) => [...stems, ...forms, ...keys]))
      const suspects = listed.filter(stem => own.has(stem))
      if (suspects.length === 0) return listed
      const elsewhere = await postings(suspects)
      return listed.filter(stem => !own.has(stem) || elsewhere.has(stem))
    },

    documents: async ordinals => await reader.documents(ordinals.filter(ordinal => !left_out.has(ordinal))),

    ordinals: async message_ids =>
      (await reader.ordinals(message_ids)).map(ordinal =>
        ordinal === undefined || left_out.has(ordinal) ? undefined : ordinal,
      ),
  }
}

const withoutPlaces = (postings: Postings, left_out: ReadonlySet<number>): Postings => {
  const { ordinals, counts } = postings
  if (!ordinals.some(ordinal => left_out.has(ordinal))) return postings
  const kept = [...ordinals.keys()].filter(at => !left_out.has(ordinals[at] ?? 0))
  return {
    ordinals: Uint32Array.from(kept, at => ordinals[at] ?? 0),
    counts: Uint8Array.from(kept, at => counts[at] ?? 0),
  }
}
