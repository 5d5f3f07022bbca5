/** Reads extractions: JSON Lines with content, source, timestamp, session_id, project, source_type, hash and metadata. */
import {
  ARCHIVE_ROLES,
  PHASES,
  SOURCE_TYPES,
  type ArchiveRole,
  type Phase,
  type SourceMessage,
  type SourceType,
} from '../../archive/archive-message.ts'
import { componentOf, levelOf, readDebugEntry } from '../claude-code/debug-entry.ts'
import { sessionIn } from '../claude-code/source-path.ts'
import { firstObject, jsonLines, type LineReading } from '../json-lines.ts'
import { instantOf, isObject, textOf, type JsonObject } from '../json-values.ts'
import type { SourceReader } from '../source.ts'
import { sha256Of } from '../../platform/checksums.ts'
import { topicTags } from '../tagging/topics.ts'

/** Kinds of files, by the first part of `source`. */
const SOURCES: readonly (readonly [pattern: RegExp, type: SourceType])[] = [
  [/^history\b/, 'history'],
  [/^debug\b/, 'debug'],
  [/^file[-_]history\b/, 'file_history'],
  [/^todos?\b/, 'todos'],
  [/^shell[-_]snapshots?\b/, 'shell_snapshots'],
  [/^session[-_]env\b/, 'session_env'],
  [/^projects?\b/, 'projects'],
]

/** The role of the messages in each kind of file. */
const ROLES: Readonly<Partial<Record<SourceType, ArchiveRole>>> = {
  history: 'user',
  debug: 'system',
  file_history: 'tool',
  todos: 'assistant',
  shell_snapshots: 'system',
  session_env: 'system',
}

const typeOfPhase = (phase: Phase | undefined): SourceType | undefined =>
  SOURCE_TYPES.find(type => phase !== undefined && PHASES[type] === phase)

const typeOf = (value: JsonObject, phase: Phase | undefined): SourceType => {
  const named = [value['source_type'], value['source']].flatMap(text => (typeof text === 'string' ? [text.trim()] : []))
  const found = named.flatMap(text => SOURCES.filter(([pattern]) => pattern.test(text.toLowerCase())))
  return found[0]?.[1] ?? typeOfPhase(phase) ?? 'extraction'
}

const roleOf = (value: JsonObject, type: SourceType): ArchiveRole => {
  const metadata = isObject(value['metadata']) ? value['metadata'] : {}
  const named = [value['role'], metadata['role'], metadata['type']].find(each =>
    ARCHIVE_ROLES.some(role => role === each),
  )
  return ARCHIVE_ROLES.find(role => role === named) ?? ROLES[type] ?? 'user'
}

/** `history.jsonl:line-12`, `debug/<session>.txt:line-7`; without a line, the whole file. */
const originOf = (source: string): { readonly source_file: string; readonly source_line: number } => {
  const [, file = source, line] = /^(.*?):(?:line-)?(\d+)$/.exec(source) ?? []
  return { source_file: file, source_line: line === undefined ? 1 : Number(line) }
}

/** Reads one line. @param phase given by the caller, for lines that do not contain it */
const read = (value: JsonObject, phase: Phase | undefined): LineReading => {
  const content = textOf(value['content'])
  if (content === undefined) return 'the line has no text in "content"'
  const type = typeOf(value, phase)
  const source = textOf(value['source'])
  const hash = textOf(value['hash'])
  const shared = {
    role: roleOf(value, type),
    project: textOf(value['project']),
    session: textOf(value['session_id']) ?? (source === undefined ? undefined : sessionIn(source)),
    source_type: type,
    phase: PHASES[type] ?? phase,
  }
  const metadata = {
    ...(isObject(value['metadata']) ? value['metadata'] : {}),
    // A differing hash reveals that the copy was damaged.
    ...(hash === undefined || hash.toLowerCase() === sha256Of(content) ? {} : { hash_of_extraction: hash }),
  }
  const message = type === 'debug' ? debugMessage(content, value, metadata) : plainMessage(content, value, metadata)
  return [{ message: { ...shared, ...message }, ...(source === undefined ? {} : { origins: [originOf(source)] }) }]
}

type Told = Pick<SourceMessage, 'content' | 'at' | 'component' | 'level' | 'metadata' | 'tags'>

const plainMessage = (content: string, value: JsonObject, metadata: Record<string, unknown>): Told => ({
  content,
  at: instantOf(value['timestamp']),
  component: textOf(value['component']) ?? textOf(metadata['component']),
  level: levelOf(value['level'] ?? metadata['level']),
  ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
  tags: topicTags(content),
})

/**
 * Extractions of logs contain the time of the extraction. The time, the level and the component are in the log line.
 */
const debugMessage = (content: string, value: JsonObject, metadata: Record<string, unknown>): Told => {
  const entry = readDebugEntry(content)
  const extracted_at = instantOf(value['timestamp'])
  const text = entry?.text.trim() === '' ? content : (entry?.text ?? content)
  const more = entry?.at === undefined && extracted_at !== undefined ? { ...metadata, extracted_at } : metadata
  return {
    content: text.trim(),
    at: entry?.at,
    component: textOf(value['component']) ?? textOf(metadata['component']) ?? componentOf(text),
    level: entry?.level ?? levelOf(value['level'] ?? metadata['level']),
    ...(Object.keys(more).length === 0 ? {} : { metadata: more }),
  }
}

export const extractionReader: SourceReader = {
  type: 'extraction',
  recognises: (_file, beginning) => {
    const first = firstObject(beginning)
    return (
      first !== undefined &&
      typeof first['content'] === 'string' &&
      ['source', 'source_type', 'hash', 'session_id'].some(name => typeof first[name] === 'string')
    )
  },
  read: (file, from, signal) => jsonLines(file, from, signal, value => read(value, file.phase)),
}
