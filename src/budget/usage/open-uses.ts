/** The journal of uses of budgets that have begun and not ended, so that a restart knows them. */
import { appendFileSync, statSync } from 'node:fs'
import { fileFault } from '../../platform/file-faults.ts'
import { exists, PRIVATE_FILE_MODE, writeFileAtomic } from '../../platform/files.ts'
import { jsonOf } from '../../platform/json-text.ts'
import { lineBatches, textOfBytes } from '../../platform/line-batches.ts'
import { isUse } from './read-use.ts'
import type { OpenUse } from './usage-entry.ts'

/** A larger journal is rewritten, because most of its uses have ended. */
const MOST_BYTES = 256 * 1024

interface EndedUse {
  /** Its id. */
  readonly ended: string
}

export class OpenUses {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  /**
   * The uses that have not ended, oldest first; an incomplete line from a crash is ignored. @throws DenidinError
   * `unavailable`
   */
  async read(): Promise<readonly OpenUse[]> {
    const open = new Map<string, OpenUse>()
    if (!(await this.exists())) return []
    try {
      for await (const lines of lineBatches(this.#path)) {
        for (const line of lines) {
          const read = jsonOf(textOfBytes(line))
          if (isUse(read)) open.set(read.id, read)
          else if (isEnd(read)) open.delete(read.ended)
        }
      }
    } catch (error) {
      throw fileFault(error, this.#path)
    }
    return [...open.values()]
  }

  /**
   * Adds beginnings and ends of uses.
   * @param open all uses that are open afterwards, in the form in which they may be stored: a journal that is missing
   *   or long is rewritten
   */
  async add(begun: readonly OpenUse[], ended: readonly string[], open: readonly OpenUse[]): Promise<void> {
    if (begun.length === 0 && ended.length === 0) return
    const found = sizeOf(this.#path)
    if (found === undefined || found > MOST_BYTES) {
      await this.replace(open)
      return
    }
    const lines: readonly (OpenUse | EndedUse)[] = [...begun, ...ended.map(id => ({ ended: id }))]
    // An incomplete line from a crash must not swallow the next one.
    const text = `\n${textOf(lines)}`
    try {
      appendFileSync(this.#path, text, { mode: PRIVATE_FILE_MODE })
    } catch (error) {
      throw fileFault(error, this.#path)
    }
  }

  async exists(): Promise<boolean> {
    return await exists(this.#path)
  }

  /** Rewrites the whole journal. @throws DenidinError `unavailable` */
  async replace(open: readonly OpenUse[]): Promise<void> {
    await writeFileAtomic(this.#path, textOf(open))
  }
}

/** Bytes of a file; `undefined`: there is none, or it cannot be looked at. */
const sizeOf = (path: string): number | undefined => {
  try {
    const found = statSync(path)
    return found.isFile() ? found.size : undefined
  } catch {
    return undefined
  }
}

const isEnd = (value: unknown): value is EndedUse =>
  typeof value === 'object' && value !== null && 'ended' in value && typeof value.ended === 'string'

const textOf = (lines: readonly (OpenUse | EndedUse)[]): string =>
  lines.map(line => `${JSON.stringify(line)}\n`).join('')
