/** Reads `history.jsonl` of Claude Code: what a person typed, in all projects. */
import type { SourceMessage } from '../../archive/archive-message.ts'
import { firstObject, jsonLines, type LineReading } from '../json-lines.ts'
import { instantOf, isObject, textOf, type JsonObject } from '../json-values.ts'
import type { SourceReader } from '../source.ts'
import { topicTags } from '../tagging/topics.ts'

const isEntry = (value: JsonObject): boolean => typeof value['display'] === 'string' && 'timestamp' in value

/** Older versions have no session. A pasted text is a separate message, because the typed line only refers to it. */
const read = (value: JsonObject): LineReading => {
  const display = value['display']
  if (typeof display !== 'string') return 'the line has no text in "display"'
  const at = instantOf(value['timestamp'])
  if (at === undefined) return 'the line has no time in "timestamp"'
  const shared = {
    role: 'user',
    at,
    project: textOf(value['project']),
    session: textOf(value['sessionId']),
    source_type: 'history',
    phase: 1,
  } as const satisfies Partial<SourceMessage>
  const typed: SourceMessage[] =
    display.trim() === '' ? [] : [{ ...shared, content: display, tags: topicTags(display) }]
  return [...typed, ...pastedIn(value).map(each => ({ ...shared, ...each }))].map(message => ({ message }))
}

const pastedIn = (value: JsonObject): readonly Pick<SourceMessage, 'content' | 'metadata'>[] => {
  const pasted = value['pastedContents']
  if (!isObject(pasted)) return []
  return Object.entries(pasted).flatMap(([number, part]) => {
    // Long texts are stored elsewhere, under their hash; images have no text.
    const content = isObject(part) && part['type'] !== 'image' ? textOf(part['content']) : textOf(part)
    return content === undefined ? [] : [{ content, metadata: { pasted: number } }]
  })
}

export const historyReader: SourceReader = {
  type: 'history',
  recognises: ({ path }, beginning) => {
    const first = firstObject(beginning)
    return /(^|[/\\])history\.jsonl$/.test(path)
      ? first === undefined || isEntry(first)
      : first !== undefined && isEntry(first)
  },
  read: (file, from, signal) => jsonLines(file, from, signal, read),
}
