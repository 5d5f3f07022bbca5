/** Reads the files of Claude Code that are one message each: copies of edited files, shell snapshots, environments. */
import type { Phase, SourceMessage, SourceType } from '../../archive/archive-message.ts'
import { instantOf } from '../json-values.ts'
import type { SourceFile, SourceItem, SourceReader, SourceStart } from '../source.ts'
import { rejected } from '../source-lines.ts'
import { endOf, readWhole } from '../whole-file.ts'
import { belowFolder, sessionIn } from './source-path.ts'

/** How many bytes of a file are kept and searched. */
const MOST_BYTES = 1024 * 1024

/** The data about a message that the path of its file contains. */
type FromPath = Pick<SourceMessage, 'at' | 'session' | 'metadata' | 'files'>

interface KeptFileKind {
  readonly type: SourceType
  readonly phase: Phase
  /** The folder within the data folder. */
  readonly folder: string
  readonly role: SourceMessage['role']
  /** Extracts data from the path below the folder; `undefined` for a file of another kind. */
  readonly fromPath: (below: readonly string[]) => FromPath | undefined
}

const readerOf = ({ type, phase, folder, role, fromPath }: KeptFileKind): SourceReader => {
  const told = ({ path }: SourceFile): FromPath | undefined => {
    const found = belowFolder(path, folder)
    return found === undefined ? undefined : fromPath(found.below)
  }
  async function* read(file: SourceFile, from: SourceStart): AsyncGenerator<SourceItem> {
    if (from.position >= file.size_bytes) return
    const whole = await readWhole(file, MOST_BYTES)
    if (typeof whole === 'string') yield rejected(1, whole, '')
    else if (whole.text.trim() !== '') {
      const { metadata, ...path } = told(file) ?? { session: sessionIn(file.path) }
      const more = whole.is_cut ? { cut_from_bytes: file.size_bytes } : {}
      // The modification time of the file is not used as the time of the message, because it is meaningless once the
      // file was copied.
      const message: SourceMessage = {
        content: whole.text,
        role,
        source_type: type,
        phase,
        ...path,
        metadata: { ...metadata, file_modified_at: new Date(file.modified_at).toISOString(), ...more },
      }
      yield { kind: 'message', message, line: 1 }
    }
    yield endOf(file, 1)
  }
  return { type, recognises: file => told(file) !== undefined, read }
}

/** `file-history/<session>/<hash>@v<version>`: a file as it was before an edit. */
export const fileHistoryReader = readerOf({
  type: 'file_history',
  phase: 3,
  folder: 'file-history',
  role: 'tool',
  fromPath: ([session, name, ...rest]) => {
    const version = /@v(\d+)$/.exec(name ?? '')?.[1]
    if (session === undefined || name === undefined || rest.length > 0) return undefined
    return { session, metadata: { backup: name, ...(version === undefined ? {} : { version: Number(version) }) } }
  },
})

/** `shell-snapshots/snapshot-<shell>-<time>-<id>.sh`: the shell's functions and options when a session began. */
export const shellSnapshotReader = readerOf({
  type: 'shell_snapshots',
  phase: 5,
  folder: 'shell-snapshots',
  role: 'system',
  fromPath: ([name, ...rest]) => {
    if (name === undefined || rest.length > 0 || !name.endsWith('.sh')) return undefined
    const [, shell, time] = /^snapshot-(\w+)-(\d{10,13})\b/.exec(name) ?? []
    return { at: instantOf(time), metadata: { snapshot: name, ...(shell === undefined ? {} : { shell }) } }
  },
})

/** `session-env/<session>/…`: variables that hooks set for the shells of a session. */
export const sessionEnvReader = readerOf({
  type: 'session_env',
  phase: 6,
  folder: 'session-env',
  role: 'system',
  fromPath: ([first, ...rest]) => {
    if (first === undefined) return undefined
    return { session: sessionIn(first) ?? first, metadata: { file: rest.length === 0 ? first : rest.join('/') } }
  },
})
