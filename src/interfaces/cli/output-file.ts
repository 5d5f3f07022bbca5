/** Writes the output of a command to a file that the operator names: all of it or nothing. */
import { statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { DenidinError } from '../../platform/errors.ts'
import { writeFileAtomic } from '../../platform/files.ts'
import { obstacleAt } from '../../platform/obstacles.ts'

/** Call before the work begins. @throws DenidinError `invalid_input` if the file cannot be written */
export const checkOutputFile = (file: string): void => {
  const path = resolve(file)
  const folder = dirname(path)
  if (file.trim() === '' || /[/\\]$/.test(file)) {
    throw new DenidinError('invalid_input', `output must name a file, not "${file}"`)
  }
  // A missing folder is more often a mistake than intended.
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new DenidinError('invalid_input', `output cannot be written: there is no folder ${folder}`)
  }
  const obstacle = obstacleAt(path, 'file')
  if (obstacle !== undefined) throw new DenidinError('invalid_input', `output cannot be written: ${path} ${obstacle}`)
}

/** @returns a line about the written file, for people or as JSON */
export const writeOutputFile = async (file: string, text: string, json: boolean): Promise<string> => {
  const path = resolve(file)
  await writeFileAtomic(path, text)
  const bytes = Buffer.byteLength(text)
  return json
    ? `${JSON.stringify({ file: path, bytes })}\n`
    : `Written: ${path} (${bytes.toLocaleString('en')} bytes)\n`
}
