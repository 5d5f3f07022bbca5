/** Streams the elements of a JSON array of any size: one element at a time is in memory. */
import { Readable } from 'node:stream'
import streamArray from 'stream-json/streamers/stream-array.js'

/** An element, or that the array cannot be read any further. */
export type ArrayElement =
  | { readonly kind: 'element'; readonly index: number; readonly value: unknown }
  | { readonly kind: 'broken'; readonly index: number }

/** Elements up to the first that is no JSON: what comes behind it has no certain beginning. @throws as `chunks` does */
export async function* arrayElements(chunks: AsyncIterable<Buffer>): AsyncGenerator<ArrayElement> {
  let failure: Error | undefined
  const watched = Readable.from(
    (async function* () {
      try {
        // The piece may be overwritten while the parser still holds it.
        for await (const chunk of chunks) yield Buffer.from(chunk)
      } catch (error) {
        failure = error as Error
        throw error
      }
    })(),
    { objectMode: false },
  )
  const parser: NodeJS.ReadWriteStream = streamArray.withParserAsStream()
  const elements = watched.compose(parser) as AsyncIterable<streamArray.StreamArrayItem>
  let next = 0
  try {
    for await (const { key, value } of elements) {
      next = key + 1
      yield { kind: 'element', index: key, value }
    }
  } catch (error) {
    if (failure !== undefined) throw failure
    // A listener's own failure is not a fault of the text.
    if (!(error instanceof Error)) throw error
    yield { kind: 'broken', index: next }
  }
}
