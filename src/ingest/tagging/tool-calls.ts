/** A tool call of an assistant as text, with the files and commands that it refers to. */
import type { FileOperation, FileReference, Tag } from '../../archive/archive-message.ts'
import { isObject, textOf, type JsonObject } from '../json-values.ts'
import { commandTags } from './shell-commands.ts'

/** The data that is kept of one tool call. */
export interface ToolCall {
  readonly text: string
  readonly tags: readonly Tag[]
  readonly files: readonly FileReference[]
}

/** Tools by what they do to the file that they name. */
const FILE_TOOLS: Readonly<Record<string, FileOperation>> = {
  Read: 'read',
  NotebookRead: 'read',
  Write: 'write',
  Edit: 'edit',
  MultiEdit: 'edit',
  NotebookEdit: 'edit',
  Glob: 'mention',
  Grep: 'mention',
  LS: 'mention',
}

/** Fields that contain the path of a file. */
const PATH_FIELDS = ['file_path', 'notebook_path', 'path', 'filePath']

/** How many characters of one field of a call are kept; the rest of a written file's content is in the file. */
const MOST_FIELD_CHARACTERS = 2000

/** @param name of the tool, such as `Bash` or `Read`; @param input as the assistant gave it */
export const readToolCall = (name: string, input: unknown): ToolCall => {
  const fields = isObject(input) ? input : {}
  const operation = Object.hasOwn(FILE_TOOLS, name) ? FILE_TOOLS[name] : undefined
  const path = PATH_FIELDS.map(field => textOf(fields[field])).find(each => each !== undefined)
  const command = textOf(fields['command'])
  return {
    text: `${name}: ${describe(fields)}`.replace(/: $/, ''),
    tags: command === undefined || operation !== undefined ? [] : commandTags(command),
    files: path === undefined ? [] : [{ path, operation: operation ?? 'mention' }],
  }
}

/** The fields of a call as `name=value`; the command or the path comes first, without its name. */
const describe = (fields: JsonObject): string => {
  const parts: string[] = []
  for (const [name, value] of Object.entries(fields)) {
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    if (text === '') continue
    const cut = text.length > MOST_FIELD_CHARACTERS ? `${text.slice(0, MOST_FIELD_CHARACTERS)}…` : text
    if (name === 'command' || PATH_FIELDS.includes(name)) parts.unshift(cut)
    else parts.push(`${name}=${cut}`)
  }
  return parts.join(' ')
}
