/** Streams the elements of a JSON array of any size, with only one element in memory at a time. */
import { Readable } from 'node:stream'
import streamArray from 'stream-json/streamers/stream-array.js'

/** An element, or an error that ends the array. */
export type ArrayElement =
  | { readonly kind: 'element'; readonly index: number; readonly value: unknown }
  | { readonly kind: 'broken'; readonly index: number }

/**
 * Yields the elements up to the first invalid one, after which the next beginning is uncertain. @throws as `chunks`
 * does
 */
export async function* arrayElements(chunks: AsyncIterable<Buffer>): AsyncGenerator<ArrayElement> {
  let failure: Error | undefined
  const watched = Readable.from(
    (async function* () {
      try {
        // Copied, because the chunk may be overwritten while the parser still holds it.
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
    // A failure of a listener is not an error in the text.
    if (!(error instanceof Error)) throw error
    yield { kind: 'broken', index: next }
  }
}
