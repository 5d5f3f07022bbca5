// A file of the operator that does not exist, and one in memory that a test changes.
import type { ChangingFile } from '../../src/platform/operator-file.ts'

export const noFile = (path: string): ChangingFile => ({ path, version: () => 'absent', text: () => undefined })

/** A file whose text a test sets; how often it was read is counted. */
export class MemoryFile implements ChangingFile {
  readonly path: string
  content: string | undefined
  reads = 0

  constructor(path: string, content?: string) {
    this.path = path
    this.content = content
  }

  version(): string {
    return this.content ?? 'absent'
  }

  text(): string | undefined {
    this.reads++
    return this.content
  }
}
