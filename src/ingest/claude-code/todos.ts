/** Reads the task lists of Claude Code: `todos/<session>-agent-<agent>.json`, and `tasks/<session>/<n>.json`. */
import type { SourceMessage } from '../../archive/archive-message.ts'
import { isObject, textOf, type JsonObject } from '../json-values.ts'
import type { SourceFile, SourceItem, SourceReader, SourceStart } from '../source.ts'
import { rejected } from '../source-lines.ts'
import { topicTags } from '../tagging/topics.ts'
import { endOf, readWhole } from '../whole-file.ts'
import { belowFolder, sessionIn } from './source-path.ts'

/** A larger file is not a task list. */
const MOST_BYTES = 16 * 1024 * 1024

/** The text of a task: its field has different names in different versions. */
const textIn = (task: JsonObject): string | undefined => {
  const subject = textOf(task['content']) ?? textOf(task['subject'])
  const description = textOf(task['description'])
  return subject === undefined || description === undefined ? (subject ?? description) : `${subject}\n${description}`
}

const KEPT = ['status', 'priority', 'id', 'activeForm', 'owner'] as const

const read = (task: unknown, session: string | undefined): SourceMessage | undefined => {
  const content = isObject(task) ? textIn(task) : undefined
  if (!isObject(task) || content === undefined) return undefined
  const told = KEPT.flatMap(name => (typeof task[name] === 'string' ? [[name, task[name]] as const] : []))
  return {
    content,
    role: 'assistant',
    session,
    source_type: 'todos',
    phase: 4,
    metadata: Object.fromEntries(told),
    tags: topicTags(content),
  }
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isTask = (value: unknown): boolean => isObject(value) && textIn(value) !== undefined

async function* readTasks(file: SourceFile, from: SourceStart): AsyncGenerator<SourceItem> {
  if (from.position >= file.size_bytes) return
  const whole = await readWhole(file, MOST_BYTES)
  if (typeof whole === 'string') {
    yield rejected(1, whole, '')
    yield endOf(file, 1)
    return
  }
  const value = whole.text.trim() === '' ? [] : parse(whole.text)
  const tasks = Array.isArray(value) ? (value as readonly unknown[]) : isTask(value) ? [value] : undefined
  if (tasks === undefined)
    yield rejected(1, whole.is_cut ? 'the file is too long' : 'the file is not a list of tasks', whole.text)
  const session = sessionIn(belowFolder(file.path, 'todos')?.name ?? file.path)
  for (const [index, task] of (tasks ?? []).entries()) {
    const message = read(task, session)
    if (message === undefined) yield rejected(index + 1, 'the task has no text', JSON.stringify(task))
    else yield { kind: 'message', message, line: index + 1 }
  }
  yield endOf(file, tasks?.length ?? 1)
}

export const todosReader: SourceReader = {
  type: 'todos',
  recognises: ({ path }) =>
    path.endsWith('.json') &&
    (belowFolder(path, 'todos')?.below.length === 1 ||
      /^\d+\.json$/.test(belowFolder(path, 'tasks')?.below.at(-1) ?? '')),
  read: readTasks,
}
