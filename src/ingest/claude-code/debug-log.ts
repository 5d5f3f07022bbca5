/** Reads `debug/<session>.txt` of Claude Code: each entry with its own time, level and component. */
import type { SourceMessage } from '../../archive/archive-message.ts'
import type { SourceItem, SourceReader } from '../source.ts'
import { linesOf, rejected } from '../source-lines.ts'
import { componentOf, readDebugEntry, type DebugEntry } from './debug-entry.ts'
import { belowFolder, sessionIn } from './source-path.ts'

/** Lines of an entry that are kept: a program's output can be endless. */
const MOST_LINES = 500

interface OpenEntry extends DebugEntry {
  readonly line: number
  readonly further: FurtherLines
}

/** The lines that follow the first one of an entry, up to a bound. */
class FurtherLines {
  readonly lines: string[] = []

  add(text: string): void {
    if (this.lines.length < MOST_LINES) this.lines.push(text)
  }
}

/** Yields checkpoints only between entries, where the next one begins. */
async function* entries(lines: ReturnType<typeof linesOf>, session: string | undefined): AsyncGenerator<SourceItem> {
  let open: OpenEntry | undefined
  let checkpoint: Extract<SourceItem, { readonly kind: 'checkpoint' }> | undefined
  for await (const each of lines) {
    if (each.kind === 'checkpoint') {
      checkpoint = each
      continue
    }
    if (each.kind === 'rejected') {
      yield each
      continue
    }
    const { text, line, position } = each
    const entry = readDebugEntry(text)
    if (entry === undefined) {
      if (open !== undefined) open.further.add(text)
      else if (text.trim() !== '') yield rejected(line, 'the line has no time and no level', text)
      continue
    }
    yield* finished(open, session)
    if (checkpoint !== undefined) yield { kind: 'checkpoint', position, lines: line - 1 }
    checkpoint = undefined
    open = { ...entry, line, further: new FurtherLines() }
  }
  yield* finished(open, session)
  if (checkpoint !== undefined) yield checkpoint
}

function* finished(open: OpenEntry | undefined, session: string | undefined): Generator<SourceItem> {
  if (open === undefined) return
  const content = [open.text, ...open.further.lines].join('\n').trim()
  if (content === '') return
  const message: SourceMessage = {
    content,
    role: 'system',
    at: open.at,
    session,
    source_type: 'debug',
    phase: 2,
    component: componentOf(open.text),
    level: open.level,
  }
  yield { kind: 'message', message, line: open.line }
}

export const debugReader: SourceReader = {
  type: 'debug',
  recognises: ({ path }, beginning) =>
    path.endsWith('.txt') &&
    (belowFolder(path, 'debug') !== undefined ||
      beginning.split('\n', 5).some(line => readDebugEntry(line)?.at !== undefined)),
  read: (file, from, signal) => {
    const name = belowFolder(file.path, 'debug')?.name ?? file.path
    return entries(
      linesOf(file, from, signal),
      sessionIn(name) ??
        name
          .split(/[/\\]/)
          .at(-1)
          ?.replace(/\.\w+$/, ''),
    )
  },
}
