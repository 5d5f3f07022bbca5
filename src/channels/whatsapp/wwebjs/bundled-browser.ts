/** Unpacks the Chromium that comes inside an npm package, for machines without a browser. */
import { createReadStream, createWriteStream } from 'node:fs'
import { readFile, readdir, rename, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { brotliDecompress, createBrotliDecompress } from 'node:zlib'
import { asDenidinError, DenidinError } from '../../../platform/errors.ts'
import { exists, makePrivateFolder, remove } from '../../../platform/files.ts'
import type { Ids } from '../../../platform/ids.ts'
import { readTar } from './tar.ts'

/** Name of the program in its folder; it says which kind of Chromium it is. */
export const BUNDLED_NAME = 'chrome-headless-shell'
/** Shared libraries that a bare system may lack lie in this folder beside the program. */
export const LIBRARIES_FOLDER = 'lib'

const EXECUTABLE_MODE = 0o700
const UNPACKING = '.unpacking-'
const decompress = promisify(brotliDecompress)

/**
 * Path of the Chromium that comes in the npm package `@sparticuz/chromium`, unpacked below `cache_dir` the first time
 * (some seconds, 210 MB). `undefined` when the package is not installed or has nothing for this system.
 * It is unpacked aside and then renamed, so that no other process ever sees half of it.
 * @throws DenidinError `damaged` when the package cannot be unpacked, such as for want of disk space.
 */
export const bundledBrowser = async (
  bundled_dir: string,
  cache_dir: string,
  ids: Ids,
  system: { readonly platform: string; readonly arch: string } = process,
): Promise<string | undefined> => {
  const source = join(bundled_dir, 'node_modules', '@sparticuz', 'chromium')
  if (system.platform !== 'linux' || system.arch !== 'x64' || !(await exists(source))) return undefined
  const { version } = JSON.parse(await readFile(join(source, 'package.json'), 'utf8')) as { version: string }
  const folder = `chromium-${version}`
  const home = join(cache_dir, folder)
  if (!(await exists(home))) {
    const aside = join(cache_dir, `${UNPACKING}${ids.uuid()}`)
    try {
      await unpack(join(source, 'bin'), aside)
      await rename(aside, home)
    } catch (error) {
      await remove(aside)
      // Another process was faster: what it made is the same.
      if (!(await exists(home))) {
        const { message } = asDenidinError(error)
        throw new DenidinError('damaged', `The bundled browser could not be unpacked to ${home}: ${message}`, {
          cause: error,
        })
      }
    }
    await removeOthers(cache_dir, folder)
  }
  return join(home, BUNDLED_NAME)
}

const unpack = async (packed: string, folder: string): Promise<void> => {
  await makePrivateFolder(join(folder, LIBRARIES_FOLDER))
  for (const { name, content } of readTar(await decompress(await readFile(join(packed, 'al2023.tar.br'))))) {
    await writeFile(join(folder, LIBRARIES_FOLDER, basename(name)), content, { mode: EXECUTABLE_MODE })
  }
  await pipeline(
    createReadStream(join(packed, 'chromium.br')),
    createBrotliDecompress(),
    createWriteStream(join(folder, BUNDLED_NAME), { mode: EXECUTABLE_MODE, flush: true }),
  )
}

/** Versions of before; what is being unpacked right now is left alone. */
const removeOthers = async (cache_dir: string, kept: string): Promise<void> => {
  for (const name of await readdir(cache_dir)) {
    if (name.startsWith('chromium-') && name !== kept) await remove(join(cache_dir, name))
  }
}
