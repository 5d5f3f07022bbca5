/** Writes the output of a command to a file that the operator names: all of it or nothing. */
import { resolve } from 'node:path'
import { DenidinError } from '../../platform/errors.ts'
import { checkNamedFile, writeNamedFile } from '../../platform/named-file.ts'

/** Call before the work begins. @throws DenidinError `invalid_input` if the file cannot be written */
export const checkOutputFile = (file: string): void => {
  if (file.trim() === '' || /[/\\]$/.test(file)) {
    throw new DenidinError('invalid_input', `output must name a file, not "${file}"`)
  }
  checkNamedFile(resolve(file))
}

/** @returns a line about the written file, for people or as JSON */
export const writeOutputFile = async (file: string, text: string, json: boolean): Promise<string> => {
  const path = resolve(file)
  await writeNamedFile(path, text)
  const bytes = Buffer.byteLength(text)
  return json
    ? `${JSON.stringify({ file: path, bytes })}\n`
    : `Written: ${path} (${bytes.toLocaleString('en')} bytes)\n`
}
