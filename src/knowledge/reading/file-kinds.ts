/** The formats of files that are read, by the end of their names. */
import { extname } from 'node:path'

export type FileKind = 'markdown' | 'text' | 'pdf' | 'docx'

const KINDS: ReadonlyMap<string, FileKind> = new Map([
  ['.md', 'markdown'],
  ['.markdown', 'markdown'],
  ['.txt', 'text'],
  ['.text', 'text'],
  ['.pdf', 'pdf'],
  ['.docx', 'docx'],
])

export const FILE_KINDS = {
  /** In the order in which they are named to the operator. */
  names: [...KINDS.keys()],
  /** The format of a file with this name; `undefined`: it is not read. */
  of: (name: string): FileKind | undefined => KINDS.get(extname(name).toLowerCase()),
} as const
