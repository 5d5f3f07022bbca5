/** Unpacks the Chromium of an npm package, for machines without a browser. */
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

/** File name of the program, by which `browser.ts` knows that it only supports the old headless mode. */
export const BUNDLED_NAME = 'chrome-headless-shell'
/** Folder beside the program with shared libraries that a minimal system may lack. */
export const LIBRARIES_FOLDER = 'lib'

const EXECUTABLE_MODE = 0o700
const UNPACKING = '.unpacking-'
const decompress = promisify(brotliDecompress)

/**
 * Path of the Chromium that comes in the npm package `@sparticuz/chromium`, unpacked below `cache_dir` the first time
 * (some seconds, 210 MB). `undefined` if the package is not installed or does not support this system. It is unpacked
 * into another folder and then renamed, so that no process ever sees half of it.
 * @throws DenidinError `damaged` if the package cannot be unpacked, for instance because the disk is full.
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
      // Another process was faster and created the same folder.
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

/** Removes other versions, except one that is being unpacked. */
const removeOthers = async (cache_dir: string, kept: string): Promise<void> => {
  for (const name of await readdir(cache_dir)) {
    if (name.startsWith('chromium-') && name !== kept) await remove(join(cache_dir, name))
  }
}
