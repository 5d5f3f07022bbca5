import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** What is looked for in the bytes of files. */
export interface Sought {
  readonly words: readonly string[]
  readonly vectors?: readonly Float32Array[]
}

/** Bytes of a vector that are enough to tell it from any other: eight numbers. */
const SAMPLE_BYTES = 32
/** From where to where a vector is sampled, so that one that is cut by the end of a page is found. */
const SAMPLE_EVERY_BYTES = 128
/** Bytes at the beginning of an overflow page that name the next one. */
const OVERFLOW_HEADER_BYTES = 4
const SQLITE_MAGIC = 'SQLite format 3\0'
const PAGE_SIZE_OFFSET = 16
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b])

/** A word as any file may have it: UTF-8, UTF-16, escaped in JSON, in capitals and in small letters. */
const formsOf = (word: string): readonly Buffer[] =>
  [...new Set([word, word.toLowerCase(), word.toUpperCase()])].flatMap(each => {
    const escaped = each.replace(/[^ -~]/g, letter => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
    return [Buffer.from(each), Buffer.from(each, 'utf16le'), Buffer.from(escaped)]
  })

const samplesOf = (vector: Float32Array): readonly Buffer[] => {
  const bytes = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength)
  const samples: Buffer[] = []
  for (let at = 0; at + SAMPLE_BYTES <= bytes.length; at += SAMPLE_EVERY_BYTES) {
    samples.push(bytes.subarray(at, at + SAMPLE_BYTES))
  }
  return samples
}

/** Whether a text of a database is cut by the end of a page: it goes on behind the header of another page. */
const isSplit = (bytes: Buffer, sought: Buffer): boolean => {
  const page = bytes.readUInt16BE(PAGE_SIZE_OFFSET) === 1 ? 65_536 : bytes.readUInt16BE(PAGE_SIZE_OFFSET)
  const starts = new Set<string>()
  for (let at = 0; at < bytes.length; at += page) {
    const first = bytes.subarray(at + OVERFLOW_HEADER_BYTES, at + OVERFLOW_HEADER_BYTES + sought.length)
    for (let cut = 1; cut < sought.length; cut++) {
      if (first.subarray(0, sought.length - cut).equals(sought.subarray(cut))) starts.add(String(cut))
    }
  }
  for (let end = page; end <= bytes.length; end += page) {
    for (const cut of starts) {
      const length = Number(cut)
      if (length > 2 && bytes.subarray(end - length, end).equals(sought.subarray(0, length))) return true
    }
  }
  return false
}

const contains = (bytes: Buffer, sought: readonly Buffer[]): boolean => {
  if (sought.some(each => bytes.includes(each))) return true
  const isDatabase = bytes.length > PAGE_SIZE_OFFSET && bytes.subarray(0, SQLITE_MAGIC.length).includes(SQLITE_MAGIC)
  return isDatabase && sought.some(each => isSplit(bytes, each))
}

const contentOf = async (path: string): Promise<Buffer> => {
  const bytes = await readFile(path).catch(() => Buffer.alloc(0))
  return bytes.subarray(0, GZIP_MAGIC.length).equals(GZIP_MAGIC) ? gunzipSync(bytes) : bytes
}

/** Files below these folders whose bytes hold any of the words or vectors, in any form. */
export const residueIn = async (
  folders: readonly string[],
  { words, vectors = [] }: Sought,
): Promise<readonly string[]> => {
  const sought = [...words.flatMap(formsOf), ...vectors.flatMap(samplesOf)]
  const found: string[] = []
  for (const folder of folders) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
    for (const entry of entries.filter(each => each.isFile())) {
      const path = join(entry.parentPath, entry.name)
      // The name of a file is read by everybody who lists the folder.
      if (words.some(word => path.includes(word)) || contains(await contentOf(path), sought)) found.push(path)
    }
  }
  return found
}
