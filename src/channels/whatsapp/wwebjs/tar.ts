/** Reads the tar archive inside the npm package of the bundled browser (POSIX.1-1988 "ustar"), and nothing more. */

export interface TarFile {
  /** Path inside the archive. */
  readonly name: string
  readonly content: Buffer
}

const BLOCK_BYTES = 512
const FIELD = {
  name: [0, 100],
  size: [124, 136],
  type: [156, 157],
  prefix: [345, 500],
} as const
const REGULAR_FILE = ['0', '', '\0']

/** The regular files of an archive, in its order; folders, links and other entries are left out. */
export function* readTar(archive: Buffer): Generator<TarFile> {
  let offset = 0
  while (offset + BLOCK_BYTES <= archive.length) {
    const header = archive.subarray(offset, offset + BLOCK_BYTES)
    const name = text(header, 'name')
    // Two empty blocks end an archive.
    if (name === '') return
    const bytes = Number.parseInt(text(header, 'size').trim() || '0', 8)
    const start = offset + BLOCK_BYTES
    if (REGULAR_FILE.includes(text(header, 'type'))) {
      const prefix = text(header, 'prefix')
      yield { name: prefix === '' ? name : `${prefix}/${name}`, content: archive.subarray(start, start + bytes) }
    }
    offset = start + Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES
  }
}

const text = (header: Buffer, field: keyof typeof FIELD): string => {
  const bytes = header.subarray(...FIELD[field])
  const end = bytes.indexOf(0)
  return bytes.subarray(0, end === -1 ? bytes.length : end).toString('utf8')
}
