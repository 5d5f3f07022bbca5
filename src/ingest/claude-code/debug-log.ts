/** Reads `debug/<session>.txt` of Claude Code: each entry with its own time, level and component. */
import type { SourceMessage } from '../../archive/archive-message.ts'
import type { SourceItem, SourceReader } from '../source.ts'
import { linesOf, rejected } from '../source-lines.ts'
import { componentOf, readDebugEntry, type DebugEntry } from './debug-entry.ts'
import { belowFolder, sessionIn } from './source-path.ts'

/** Characters of an entry that are kept: a program's output can be endless. */
const MOST_CHARACTERS = 256 * 1024

interface OpenEntry extends DebugEntry {
  readonly line: number
  readonly whole: EntryText
}

/** The text of an entry, up to a bound. */
class EntryText {
  readonly #lines: string[] = []
  #characters = 0

  add(text: string): void {
    const room = MOST_CHARACTERS - this.#characters
    this.#characters += text.length + 1
    // Half of a character is none.
    if (room > 0) this.#lines.push(text.slice(0, room).replace(/[\ud800-\udbff]$/u, ''))
  }

  get content(): string {
    return this.#lines.join('\n').trim()
  }

  /** How long it was, if not all of it is kept. */
  get cut_from_characters(): number | undefined {
    return this.#characters > MOST_CHARACTERS + 1 ? this.#characters - 1 : undefined
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
      if (open !== undefined) open.whole.add(text)
      else if (text.trim() !== '') yield rejected(line, 'the line has no time and no level', text)
      continue
    }
    yield* finished(open, session)
    if (checkpoint !== undefined) yield { kind: 'checkpoint', position, lines: line - 1 }
    checkpoint = undefined
    open = { ...entry, line, whole: new EntryText() }
    open.whole.add(entry.text)
  }
  yield* finished(open, session)
  if (checkpoint !== undefined) yield checkpoint
}

function* finished(open: OpenEntry | undefined, session: string | undefined): Generator<SourceItem> {
  if (open === undefined) return
  const { content, cut_from_characters } = open.whole
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
    ...(cut_from_characters === undefined ? {} : { metadata: { cut_from_characters } }),
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
