/** Writes the operator's profile file, and keeps the previous one. */
import { realpath } from 'node:fs/promises'
import type { Clock } from '../../platform/clock.ts'
import { exists, writeFileAtomic } from '../../platform/files.ts'
import { keepPrevious } from '../../platform/keep-previous.ts'
import type { EditedJson } from '../../platform/edit-json.ts'
import type { ProfileEdit } from './edit-profiles.ts'

export interface ProfileFileDeps {
  readonly path: string
  /** The text of the file; `undefined` if there is none. @throws DenidinError if it cannot be read */
  readonly read: () => string | undefined
  readonly clock: Pick<Clock, 'now'>
}

export interface WrittenProfiles extends Pick<EditedJson, 'comments_lost'> {
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
    const previous = (await exists(target)) ? await keepPrevious(target, this.#deps.clock.now()) : undefined
    await writeFileAtomic(target, text)
    return { path, previous, comments_lost }
  }
}
