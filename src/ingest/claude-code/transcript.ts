/** Reads the transcripts of Claude Code, `projects/<slug>/<session>.jsonl`: each block of a message is one message. */
import type { FileReference, Level, SourceMessage } from '../../archive/archive-message.ts'
import { firstObject, jsonLines, type LineReading } from '../json-lines.ts'
import { instantOf, isObject, textOf, type JsonObject } from '../json-values.ts'
import type { SourceReader } from '../source.ts'
import { readToolCall } from '../tagging/tool-calls.ts'
import { topicTags } from '../tagging/topics.ts'
import { levelOf } from './debug-entry.ts'
import { belowFolder, sessionIn } from './source-path.ts'

/** A message without the data that is common to its line. */
type Part = Pick<SourceMessage, 'content' | 'role' | 'level' | 'component' | 'metadata' | 'tags' | 'files'>

/** Kinds of lines that contain messages; other kinds only contain bookkeeping. */
const KINDS = new Set([
  'user',
  'assistant',
  'system',
  'summary',
  'file-history-snapshot',
  'tool',
  'tool_use',
  'tool_result',
])

/** How many characters of a tool's result are kept; the rest of a file that was read is in that file. */
const MOST_RESULT_CHARACTERS = 20_000

/** Fields of a line that are kept in addition to its messages. */
const KEPT = ['uuid', 'parentUuid', 'gitBranch', 'version', 'agentId', 'isSidechain', 'isMeta', 'requestId'] as const

const lineReader =
  (file_session: string | undefined) =>
  (value: JsonObject): LineReading => {
    const type = textOf(value['type'])
    if (type === undefined) return 'the line has no "type"'
    if (!KINDS.has(type)) return []
    const parts = partsOf(type, value)
    if (typeof parts === 'string') return parts
    const shared = {
      at:
        instantOf(value['timestamp']) ??
        instantOf(isObject(value['snapshot']) ? value['snapshot']['timestamp'] : undefined),
      project: textOf(value['cwd']),
      session: textOf(value['sessionId']) ?? file_session,
      source_type: 'projects',
      phase: 7,
    } as const satisfies Partial<SourceMessage>
    const kept = keptFields(value)
    return parts.map(({ metadata, ...part }) => ({
      message: { ...part, ...shared, metadata: { ...kept, ...metadata } },
    }))
  }

const keptFields = (value: JsonObject): Record<string, unknown> => {
  const fields = KEPT.map(name => [name, value[name]] as const)
  return Object.fromEntries(
    fields.filter(([, each]) => each !== undefined && each !== null && each !== false && each !== ''),
  )
}

const partsOf = (type: string, value: JsonObject): readonly Part[] | string => {
  if (type === 'summary') return texts(value['summary'], { role: 'system', component: 'Summary' })
  if (type === 'file-history-snapshot') return snapshotParts(value['snapshot'])
  if (type === 'system') {
    return texts(value['content'], {
      role: 'system',
      level: levelOf(value['level']),
      component: textOf(value['subtype']),
    })
  }
  const message = isObject(value['message']) ? value['message'] : value
  const { content } = message
  const is_error = value['isApiErrorMessage'] === true
  const role =
    type === 'assistant' ? 'assistant' : value['isMeta'] === true ? 'system' : type === 'user' ? 'user' : 'tool'
  const level: Level | undefined = is_error ? 'ERROR' : undefined
  const metadata = modelOf(message)
  if (typeof content === 'string') return texts(content, { role, level, metadata })
  const blocks: unknown = Array.isArray(content) ? content : isObject(content) ? [content] : undefined
  if (!Array.isArray(blocks)) return 'the message has no content'
  return blocks.flatMap(block => blockParts(block, { role, level, metadata }))
}

/** The model that answered, and how many tokens it used. */
const modelOf = ({ model, usage }: JsonObject): Record<string, unknown> => {
  if (typeof model !== 'string') return {}
  const tokens = isObject(usage) ? { input_tokens: usage['input_tokens'], output_tokens: usage['output_tokens'] } : {}
  return { model, ...tokens }
}

const texts = (content: unknown, part: Omit<Part, 'content'>): readonly Part[] => {
  const text = textOf(content)
  if (text === undefined) return []
  const tags = part.role === 'user' || part.role === 'assistant' ? topicTags(text) : []
  return [{ ...part, content: text, tags }]
}

const blockParts = (block: unknown, part: Omit<Part, 'content'>): readonly Part[] => {
  if (typeof block === 'string') return texts(block, part)
  if (!isObject(block)) return []
  switch (block['type']) {
    case 'text':
      return texts(block['text'], part)
    case 'thinking':
      return texts(block['thinking'], { ...part, component: 'Thinking' })
    case 'tool_use':
    case 'server_tool_use':
    case 'mcp_tool_use':
      return toolParts(block, part)
    case 'tool_result':
    case 'mcp_tool_result':
    case 'web_search_tool_result':
      return resultParts(block)
    default:
      // Images and documents contain no text.
      return []
  }
}

const toolParts = (block: JsonObject, part: Omit<Part, 'content'>): readonly Part[] => {
  const name = textOf(block['name']) ?? 'tool'
  const call = readToolCall(name, block['input'])
  const metadata = { ...part.metadata, tool: name, ...identified(block['id']) }
  return [{ ...part, content: call.text, component: name, metadata, tags: call.tags, files: call.files }]
}

const identified = (id: unknown): Record<string, unknown> => (typeof id === 'string' ? { tool_use_id: id } : {})

const resultParts = (block: JsonObject): readonly Part[] => {
  const { content } = block
  const inner: readonly unknown[] = Array.isArray(content) ? content : [content]
  const text = inner
    .map(each => (isObject(each) ? textOf(each['text']) : textOf(each)))
    .filter(each => each !== undefined)
    .join('\n')
  if (text === '') return []
  const cut = text.length > MOST_RESULT_CHARACTERS ? `${text.slice(0, MOST_RESULT_CHARACTERS)}…` : text
  const level: Level | undefined = block['is_error'] === true ? 'ERROR' : undefined
  return [{ content: cut, role: 'tool', level, metadata: identified(block['tool_use_id']) }]
}

/** The files that were backed up before an edit, and the names of the copies (`file-history/`). */
const snapshotParts = (snapshot: unknown): readonly Part[] => {
  const tracked = isObject(snapshot) ? snapshot['trackedFileBackups'] : undefined
  const entries: readonly (readonly [string, unknown])[] = Array.isArray(tracked)
    ? tracked.flatMap(path => (typeof path === 'string' ? [[path, undefined] as const] : []))
    : isObject(tracked)
      ? Object.entries(tracked)
      : []
  if (entries.length === 0) return []
  const lines = entries.map(([path, backup]) => {
    const name = isObject(backup) ? textOf(backup['backupFileName']) : undefined
    return name === undefined ? path : `${path} (${name})`
  })
  const files: FileReference[] = entries.map(([path]) => ({ path, operation: 'edit' }))
  return [{ content: `Files before their edits:\n${lines.join('\n')}`, role: 'tool', component: 'File history', files }]
}

const isTranscriptLine = (value: JsonObject): boolean =>
  typeof value['type'] === 'string' &&
  ('sessionId' in value || 'parentUuid' in value || 'leafUuid' in value || 'snapshot' in value)

export const transcriptReader: SourceReader = {
  type: 'projects',
  recognises: ({ path }, beginning) => {
    if (!path.endsWith('.jsonl')) return false
    const first = firstObject(beginning)
    return first === undefined ? belowFolder(path, 'projects') !== undefined : isTranscriptLine(first)
  },
  read: (file, from, signal) => {
    const below = belowFolder(file.path, 'projects')?.below ?? [file.path]
    // The file of a subagent is in the folder of its session.
    const session = sessionIn(below.at(-1) ?? '') ?? sessionIn(below.join('/'))
    return jsonLines(file, from, signal, lineReader(session))
  },
}
