/** Reads the words of new messages and packs them into the pages of a part: in this thread, or in one beside it. */
import type { RequestHandlers } from '../../platform/threads/serve-requests.ts'
import type { Requests } from '../../platform/threads/thread-messages.ts'
import { TimeSlices } from '../../platform/yield.ts'
import { PART_RANGE } from './posting-encoder.ts'
import { PartBuilder } from './part-builder.ts'
import { PageBuilder, type WordPage } from './word-pages.ts'

/** A message as its words are read. */
export interface NewMessage {
  readonly seq: number
  readonly content: string
}

/** One part that is being built. */
export interface PartBuilding {
  /** Adds messages after those before. @returns the number of words of each */
  add(messages: readonly NewMessage[]): Promise<readonly number[]>
  /** All words, in their order, a few pages at a time; then no message can be added. */
  pages(): AsyncIterable<readonly WordPage[]>
}

export interface PartBuildings {
  /** Begins a part. @param first its first sequence number */
  begin(first: number): PartBuilding
}

/** Pages that are written at once. */
const PAGES_AT_ONCE = 64

/** Builds parts in this thread, in slices. */
export const partsInThread: PartBuildings = {
  begin: first => {
    const builder = new PartBuilder(first, PART_RANGE)
    let added: Promise<readonly number[]> = Promise.resolve([])
    return {
      add: messages => (added = added.then(() => addTo(builder, messages))),
      pages: () => pagesOf(builder),
    }
  },
}

const addTo = async (builder: PartBuilder, messages: readonly NewMessage[]): Promise<readonly number[]> => {
  const slices = new TimeSlices()
  const counts: number[] = []
  for (const { seq, content } of messages) {
    counts.push(builder.add(seq, content))
    await slices.pause()
  }
  return counts
}

async function* pagesOf(builder: PartBuilder): AsyncGenerator<readonly WordPage[], void> {
  await builder.sort()
  const slices = new TimeSlices()
  const packed = new PageBuilder()
  let pages: WordPage[] = []
  for (const [term, postings] of builder.postings()) {
    pages.push(...packed.add({ term, postings }))
    if (slices.isOver || pages.length >= PAGES_AT_ONCE) {
      if (pages.length > 0) yield pages
      pages = []
      await slices.pause()
    }
  }
  yield [...pages, ...packed.end()]
}

/** The requests to the thread that builds parts. It builds one at a time. */
export interface PartRequests {
  readonly 'part.begin': { readonly input: number; readonly output: undefined }
  readonly 'part.add': { readonly input: readonly NewMessage[]; readonly output: readonly number[] }
  /** The next pages; none after the last. */
  readonly 'part.pages': { readonly input: undefined; readonly output: readonly WordPage[] }
}

/** Builds parts in another thread, so that messages can be read and written meanwhile. */
export const partsBeside = (thread: Requests<PartRequests>): PartBuildings => ({
  begin: first => {
    let begun: Promise<undefined> | undefined
    return {
      add: async messages => {
        begun ??= thread.request('part.begin', first)
        await begun
        return await thread.request('part.add', messages)
      },
      pages: async function* () {
        for (let next = thread.request('part.pages', undefined); ;) {
          const pages = await next
          if (pages.length === 0) return
          // The next pages are packed while these are written.
          next = thread.request('part.pages', undefined)
          next.catch(() => undefined)
          yield pages
        }
      },
    }
  },
})

/** What the thread does. */
export const partHandlers = (): RequestHandlers<PartRequests> => {
  let builder = new PartBuilder(0, PART_RANGE)
  let pages: AsyncIterator<readonly WordPage[]> | undefined
  return {
    'part.begin': async first => {
      builder = new PartBuilder(first, PART_RANGE)
      pages = undefined
      return undefined
    },
    // Without a pause: requests that came later must not come before.
    'part.add': async messages => messages.map(({ seq, content }) => builder.add(seq, content)),
    'part.pages': async () => {
      pages ??= pagesOf(builder)[Symbol.asyncIterator]()
      const next = await pages.next()
      return next.done === true ? [] : next.value.map(withOwnBytes)
    },
  }
}

/** Between threads, a part of a buffer would be copied with all of it. */
const withOwnBytes = ({ first, words, positions }: WordPage): WordPage => ({
  first,
  words: Uint8Array.from(words),
  positions: Uint8Array.from(positions),
})
