/** Writes a source into a folder and reads it with the reader that recognises it. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { SourceMessage, SourceType } from '../../../src/archive/archive-message.ts'
import type { SourceItem, SourceStart } from '../../../src/ingest/source.ts'
import { recognise, sourceFileAt, type FormatChoice } from '../../../src/ingest/source-readers.ts'

/** What a source holds. */
export interface ReadSource {
  readonly type: SourceType | undefined
  readonly messages: readonly (SourceMessage & { readonly line: number })[]
  readonly rejected: readonly (readonly [line: number, reason: string])[]
  readonly items: readonly SourceItem[]
}

export const writeSource = async (folder: string, name: string, content: string | Buffer): Promise<string> => {
  const path = join(folder, name)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, content)
  return path
}

export const readSource = async (
  folder: string,
  name: string,
  content: string | Buffer,
  choice: FormatChoice = {},
  from?: SourceStart,
): Promise<ReadSource> => await readSourceAt(await writeSource(folder, name, content), choice, from)

export const readSourceAt = async (
  path: string,
  choice: FormatChoice = {},
  from: SourceStart = { position: 0, lines: 0 },
): Promise<ReadSource> => {
  const file = await sourceFileAt(path, choice)
  const reader = await recognise(file, choice)
  const items: SourceItem[] = []
  if (reader !== undefined) {
    for await (const item of reader.read(file, from, new AbortController().signal)) items.push(item)
  }
  return {
    type: reader?.type,
    messages: items.flatMap(item => (item.kind === 'message' ? [{ ...item.message, line: item.line }] : [])),
    rejected: items.flatMap(item => (item.kind === 'rejected' ? [[item.line, item.reason] as const] : [])),
    items,
  }
}

/** JSON Lines. */
export const linesOfJson = (...values: readonly unknown[]): string =>
  values.map(value => `${typeof value === 'string' ? value : JSON.stringify(value)}\n`).join('')
