/** Streams one file from a zip archive, with limits; nothing is unpacked to disk. */
import { openPromise, type Entry, type ZipFile } from 'yauzl'
import { DenidinError } from '../../platform/errors.ts'

/** How many entries are examined: an export with media has one per picture. */
const MOST_ENTRIES = 1_000_000
/** The text of a chat is compressed to about a tenth; a large entry with a higher ratio than this is not text. */
const MOST_RATIO = 250
const LARGE_BYTES = 64 * 1024 * 1024
/** No export is larger. */
const MOST_BYTES = 16 * 1024 * 1024 * 1024

/** Whether a path is that of a zip archive, by its name. */
export const isZipPath = (path: string): boolean => /\.zip$/iu.test(path)

/** The name of the entry with the best rank: `choose` gives each name a rank from 0, or `undefined`. */
export const findZipEntry = async (
  path: string,
  choose: (name: string) => number | undefined,
): Promise<string | undefined> => (await bestZipEntries(path, choose))[0]

/** The names of all entries that share the best rank; see `findZipEntry`. */
export const bestZipEntries = async (
  path: string,
  choose: (name: string) => number | undefined,
): Promise<readonly string[]> => (await withZip(path, zip => best(zip, choose))).map(({ fileName }) => fileName)

/** Why nothing can be loaded from a zip archive: it is damaged, or holds nothing that is known. Without its path. */
export const obstacleToZip = async (path: string): Promise<string> => {
  try {
    await withZip(path, zip => best(zip, () => undefined))
    return 'holds neither an exported chat nor a ChatGPT export; unpack it to load something else from it'
  } catch (error) {
    if (error instanceof DenidinError) return error.message.replace(`${path} `, '')
    throw error
  }
}

/**
 * The content of an entry in chunks.
 * @throws DenidinError `invalid_input` for an entry that is encrypted or damaged, or unpacks to far more than a text
 *   would; `not_found`
 */
export async function* zipEntryChunks(path: string, name: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  const zip = await openZip(path)
  try {
    const [entry] = await best(zip, each => (each === name ? 0 : undefined))
    if (entry === undefined) throw new DenidinError('not_found', `${path} holds no ${name}`)
    checkSize(path, entry)
    const stream = await zip.openReadStreamPromise(entry)
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      signal.throwIfAborted()
      yield chunk
    }
  } catch (error) {
    throw translated(path, error, signal)
  } finally {
    zip.close()
  }
}

const openZip = async (path: string): Promise<ZipFile> => {
  try {
    return await openPromise(path, {
      autoClose: false,
      lazyEntries: true,
      validateEntrySizes: true,
      strictFileNames: false,
    })
  } catch (error) {
    throw translated(path, error)
  }
}

const withZip = async <T>(path: string, act: (zip: ZipFile) => Promise<T>): Promise<T> => {
  const zip = await openZip(path)
  try {
    return await act(zip)
  } catch (error) {
    throw translated(path, error)
  } finally {
    zip.close()
  }
}

const best = async (zip: ZipFile, choose: (name: string) => number | undefined): Promise<readonly Entry[]> => {
  let found: Entry[] = []
  let least = Infinity
  let entries = 0
  for await (const entry of zip.eachEntry()) {
    if (++entries > MOST_ENTRIES) throw new DenidinError('invalid_input', 'the archive has too many entries')
    const rank = choose(entry.fileName) ?? Infinity
    if (rank < least) found = []
    least = Math.min(least, rank)
    if (rank === least && rank !== Infinity) found.push(entry)
  }
  return found
}

const checkSize = (path: string, entry: Entry): void => {
  const { uncompressedSize, compressedSize } = entry
  if (entry.isEncrypted()) {
    throw new DenidinError('invalid_input', `${path} is protected by a password; unpack it and load the text`)
  }
  const isSuspect = uncompressedSize > LARGE_BYTES && uncompressedSize > MOST_RATIO * compressedSize
  if (uncompressedSize > MOST_BYTES || isSuspect) {
    const sizes = `${String(compressedSize)} bytes that unpack to ${String(uncompressedSize)}`
    throw new DenidinError('invalid_input', `${path} is not read: no exported chat has ${sizes}`)
  }
}

/** The library's error messages contain no text of people. */
const translated = (path: string, error: unknown, signal?: AbortSignal): unknown => {
  if (error instanceof DenidinError || signal?.aborted === true) return error
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT' || code === 'EACCES' || code === 'EPERM') return error
  return new DenidinError('invalid_input', `${path} cannot be read as a zip archive: ${message}`, { cause: error })
}
