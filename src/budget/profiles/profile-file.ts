/** Writes the operator's profile file, and keeps the previous one. */
import { copyFile, realpath } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import type { Clock } from '../../platform/clock.ts'
import { fileFault } from '../../platform/file-faults.ts'
import { exists, writeFileAtomic } from '../../platform/files.ts'
import type { EditedProfiles, ProfileEdit } from './edit-profiles.ts'

export interface ProfileFileDeps {
  readonly path: string
  /** The text of the file; `undefined` if there is none. @throws DenidinError if it cannot be read */
  readonly read: () => string | undefined
  readonly clock: Pick<Clock, 'now'>
}

export interface WrittenProfiles extends Pick<EditedProfiles, 'comments_lost'> {
  readonly path: string
  /** Path of the previous file; `undefined` if there was none. */
  readonly previous: string | undefined
}

export class ProfileFile {
  readonly #deps: ProfileFileDeps

  constructor(deps: ProfileFileDeps) {
    this.#deps = deps
  }

  /**
   * Changes values in the file, whole or not at all.
   * @throws DenidinError `invalid_config` if the file is invalid, `unavailable` if it cannot be written
   */
  async edit(edits: readonly ProfileEdit[]): Promise<WrittenProfiles> {
    const { path, read } = this.#deps
    // Loaded only here, because few profiles are ever edited.
    const { editProfiles } = await import('./edit-profiles.ts')
    const { text, comments_lost } = editProfiles(read() ?? '', edits, path)
    // If the path is a link, it stays one.
    const target = await realpath(path).catch(() => path)
    const previous = (await exists(target)) ? await this.#keep(target) : undefined
    await writeFileAtomic(target, text)
    return { path, previous, comments_lost }
  }

  /** `budget-profiles.2026-11-29T061500Z.backup.json`, beside the file. */
  async #keep(path: string): Promise<string> {
    const ending = extname(path)
    const stamp = `${new Date(this.#deps.clock.now()).toISOString().slice(0, '2026-11-29T06:15:00'.length).replaceAll(':', '')}Z`
    const name = `${basename(path, ending)}.${stamp}`
    for (let number = 1; ; number++) {
      const kept = join(dirname(path), `${name}${number === 1 ? '' : `-${String(number)}`}.backup${ending}`)
      if (await exists(kept)) continue
      try {
        await copyFile(path, kept)
      } catch (error) {
        throw fileFault(error, kept)
      }
      return kept
    }
  }
}
