/** Keeps the previous version of a file that the operator wrote, before DeniDin changes it. */
import { copyFile } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { fileFault } from './file-faults.ts'
import { exists } from './files.ts'

/**
 * Copies a file beside itself, as `config.2026-11-29T061500Z.backup.json`. @returns the path of the copy
 * @throws DenidinError `unavailable` if it cannot be copied
 */
export const keepPrevious = async (path: string, at: number): Promise<string> => {
  const ending = extname(path)
  const stamp = `${new Date(at).toISOString().slice(0, '2026-11-29T06:15:00'.length).replaceAll(':', '')}Z`
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
