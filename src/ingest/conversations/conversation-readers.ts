/** Readers of conversations in JSON: in the format of OpenAI's API, and of a ChatGPT data export. */
import { basename, extname } from 'node:path'
import { jsonLines } from '../json-lines.ts'
import { parseObject } from '../json-values.ts'
import { chunksOf, rejected } from '../source-lines.ts'
import type { SourceFile, SourceItem, SourceReader, SourceStart } from '../source.ts'
import { utf8Chunks } from '../text-encoding.ts'
import { readWhole } from '../whole-file.ts'
import { bestZipEntries, findZipEntry, isZipPath, zipEntryChunks } from '../zip/zip-entry.ts'
import { isChatGpt, readChatGpt } from './chatgpt-conversation.ts'
import { arrayElements, type ArrayElement } from './json-array.ts'
import { isMessage, isUnreadable, listOf, readConversation, type ConversationReading } from './openai-conversation.ts'

/**
 * A file with a single conversation is read as a whole; longer files can be written in a format that can be streamed.
 */
const MOST_WHOLE_BYTES = 64 * 1024 * 1024
const TOO_LONG = 'a conversation of more than 64 MiB is not read'

const isLines = (path: string): boolean => /\.(?:jsonl|ndjson)$/iu.test(path)
const isArray = (beginning: string): boolean => /^[\s\ufeff]*\[/u.test(beginning)

const projectOf = (path: string): string => basename(path, extname(path))

/** The elements of the array of conversations; of several arrays in a zip archive, numbered throughout. */
async function* elementsOf(file: SourceFile, signal: AbortSignal): AsyncGenerator<ArrayElement> {
  const { path } = file
  const lists = isZipPath(path)
    ? (await chatGptEntries(path)).map(entry => utf8Chunks(zipEntryChunks(path, entry, signal)))
    : [chunksOf(file, { position: 0, lines: 0 }, signal)]
  let first = 0
  for (const list of lists) {
    let next = first
    for await (const element of arrayElements(list)) {
      next = first + element.index + 1
      yield { ...element, index: first + element.index }
    }
    first = next
  }
}

const CONVERSATIONS = /(?:^|\/)conversations(?<part>-\d+)?\.json$/u

/** Large exports come in parts: `conversations-000.json`, `conversations-001.json` and so on. */
const rankOfConversations = (name: string): number | undefined => {
  const match = CONVERSATIONS.exec(name)
  if (match === null) return undefined
  return (name.includes('/') ? 2 : 0) + (match.groups?.['part'] === undefined ? 0 : 1)
}

/** In the order of their numbers. */
const chatGptEntries = async (path: string): Promise<readonly string[]> =>
  (await bestZipEntries(path, rankOfConversations)).toSorted(BY_NUMBER.compare)

const BY_NUMBER = new Intl.Collator('en', { numeric: true })

const read = (value: unknown, project: string, number: number): ConversationReading =>
  isChatGpt(value) ? readChatGpt(value, number) : readConversation(value, { project, number })

function* itemsOf(reading: ConversationReading, line: number, value: unknown): Generator<SourceItem> {
  if (typeof reading === 'string') {
    yield rejected(line, reading, JSON.stringify(value))
    return
  }
  for (const [index, message] of reading.entries()) {
    if (isUnreadable(message)) yield rejected(line + index, message.reason, message.text)
    else yield { kind: 'message', message, line: line + index }
  }
}

/** The numbers of messages are their lines, a bad element has one too; the position is the number of conversations. */
async function* readArray(file: SourceFile, from: SourceStart, signal: AbortSignal): AsyncGenerator<SourceItem> {
  const project = projectOf(file.path)
  let line = 1
  let position = 0
  /** Messages that are not in a conversation: the file itself is one. */
  const loose: unknown[] = []
  for await (const element of elementsOf(file, signal)) {
    signal.throwIfAborted()
    const { index } = element
    if (element.kind !== 'element') {
      position = index + 1
      if (index >= from.position) yield unreadElement(element, line)
      line++
      if (index >= from.position) yield { kind: 'checkpoint', position, lines: line - 1 }
      continue
    }
    const { value } = element
    if (isMessage(value)) {
      if (file.size_bytes > MOST_WHOLE_BYTES) {
        yield rejected(line, TOO_LONG, '')
        break
      }
      loose.push(value)
      continue
    }
    const reading = read(value, project, index + 1)
    const count = typeof reading === 'string' ? 1 : reading.length
    if (index >= from.position) yield* itemsOf(reading, line, value)
    line += count
    position = index + 1
    if (index >= from.position) yield { kind: 'checkpoint', position, lines: line - 1 }
  }
  if (loose.length > 0) yield* itemsOf(readConversation(loose, { project, number: 1 }), line, loose)
  yield { kind: 'checkpoint', position: position + loose.length, lines: line - 1 + loose.length }
}

const unreadElement = (element: Exclude<ArrayElement, { readonly kind: 'element' }>, line: number): SourceItem =>
  element.kind === 'bad'
    ? rejected(line, `element ${String(element.index + 1)}: ${element.reason}`, element.excerpt)
    : rejected(line, `the list cannot be read after element ${String(element.index)}: ${element.reason}`, '')

async function* readObject(file: SourceFile): AsyncGenerator<SourceItem> {
  const whole = await readWhole(file, MOST_WHOLE_BYTES)
  const value = typeof whole === 'string' ? whole : whole.is_cut ? TOO_LONG : parseObject(whole.text)
  if (typeof value === 'string') yield rejected(1, value, '')
  else yield* itemsOf(read(value, projectOf(file.path), 1), 1, value)
  yield { kind: 'checkpoint', position: file.size_bytes, lines: 1 }
}

async function* readJson(file: SourceFile, from: SourceStart, signal: AbortSignal): AsyncGenerator<SourceItem> {
  const beginning = isZipPath(file.path) ? '[' : await firstCharacters(file)
  yield* isArray(beginning) ? readArray(file, from, signal) : readObject(file)
}

const firstCharacters = async (file: SourceFile): Promise<string> => {
  const whole = await readWhole({ ...file, size_bytes: Math.min(file.size_bytes, 1024) }, 1024)
  return typeof whole === 'string' ? '' : whole.text
}

const isConversationLine = (line: string): boolean => {
  const value = parseObject(line)
  return typeof value !== 'string' && listOf(value)?.some(isMessage) === true
}

const KEYS = /"(?:messages|conversation|conversations)"\s*:\s*\[\s*\{/u

export const openAiReader: SourceReader = {
  type: 'openai',
  recognises: ({ path }, beginning) => {
    if (isLines(path)) return isConversationLine(beginning.split('\n', 1)[0] ?? '')
    if (!/\.json$/iu.test(path)) return false
    const isList =
      /^[\s\ufeff]*\[\s*\{\s*"(?:role|content|name)"\s*:/u.test(beginning) && /"role"\s*:\s*"/u.test(beginning)
    return isList || (KEYS.test(beginning) && /"role"\s*:\s*"/u.test(beginning))
  },
  read: (file, from, signal) =>
    isLines(file.path)
      ? jsonLines(file, from, signal, (value, line) => {
          const reading = read(value, projectOf(file.path), line)
          return typeof reading === 'string'
            ? reading
            : reading.map(each => (isUnreadable(each) ? each : { message: each }))
        })
      : readJson(file, from, signal),
}

export const chatGptReader: SourceReader = {
  type: 'chatgpt',
  recognises: async ({ path }, beginning) => {
    if (isZipPath(path)) return (await findZipEntry(path, rankOfConversations).catch(() => undefined)) !== undefined
    return (
      /\.json$/iu.test(path) && isArray(beginning) && /"mapping"\s*:\s*\{/u.test(beginning) && isObjectList(beginning)
    )
  },
  read: readJson,
}

const isObjectList = (beginning: string): boolean => /^[\s\ufeff]*\[\s*\{/u.test(beginning)
