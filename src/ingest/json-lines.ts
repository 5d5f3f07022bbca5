/** Reads JSON Lines: a reader turns the object of each line into messages. */
import { parseObject, type JsonObject } from './json-values.ts'
import type { SourceFile, SourceItem, SourceStart } from './source.ts'
import { linesOf, rejected, type Unreadable } from './source-lines.ts'

type FoundItem = Extract<SourceItem, { readonly kind: 'message' }>

/**
 * The result for a line: messages (none if the line contains nothing to keep), or a clause that describes the error.
 */
export type LineReading = readonly (Omit<FoundItem, 'kind' | 'line'> | Unreadable)[] | string

/** Yields the messages of each line. Bad lines are rejected, empty ones skipped. */
export async function* jsonLines(
  file: SourceFile,
  from: SourceStart,
  signal: AbortSignal,
  read: (value: JsonObject, line: number) => LineReading,
): AsyncGenerator<SourceItem> {
  for await (const each of linesOf(file, from, signal)) {
    if (each.kind !== 'line') {
      yield each
      continue
    }
    const { text, line } = each
    if (text.trim() === '') continue
    const value = parseObject(text)
    const reading = typeof value === 'string' ? value : read(value, line)
    if (typeof reading === 'string') {
      yield rejected(line, reading, text)
      continue
    }
    for (const found of reading) {
      yield 'reason' in found ? rejected(line, found.reason, found.text) : { kind: 'message', ...found, line }
    }
  }
}

/** The first object at the beginning of a JSON Lines file; `undefined` if the file does not begin with one. */
export const firstObject = (beginning: string): JsonObject | undefined => {
  const first = beginning
    .replace(/^\ufeff/, '')
    .split('\n')
    .find(line => line.trim() !== '')
  const value = first === undefined ? 'none' : parseObject(first)
  return typeof value === 'string' ? undefined : value
}
