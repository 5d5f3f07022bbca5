/** Writes everything that is stored about a person into a Markdown file. */
import { open, readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { PersonalData, PersonalRecord } from '../people/personal-data.ts'
import type { PersonId } from '../people/person.ts'
import { isoDay, type Clock } from '../platform/clock.ts'
import { makePrivateFolder, PRIVATE_FILE_MODE, remove, readOwnText } from '../platform/files.ts'
import { indentContinuation } from '../text/indent-continuation.ts'
import { speakerName } from '../text/speaker-names.ts'

/** An export file. */
export interface Exported {
  /** Path below the data folder. */
  readonly file: string
  readonly records: number
  /** Size, in characters. */
  readonly characters: number
}

/** Exports everything that is stored about a person. */
export interface Export {
  export(person_id: PersonId): Promise<Exported>
  /** The text of an export that was just created. */
  read(exported: Exported): Promise<string>
}

export interface ExportDeps {
  readonly files: ExportFiles
  /** All stores whose data is exported. */
  readonly personalData: readonly PersonalData[]
  readonly clock: Clock
}

const FOLDER = 'exports'

/** The folder of export files, which are personal data too. */
export class ExportFiles {
  readonly personal: PersonalData
  readonly #root: string

  /** @param root `data_root` */
  constructor(root: string) {
    this.#root = root
    this.personal = {
      name: 'exports',
      tables: [],
      count: async person_id => (await this.#filesOf(person_id)).length,
      // An export from before a merge is incomplete; the person can ask for a new one.
      reassign: async from => {
        await remove(this.#folderOf(from))
      },
      export: async function* () {},
      erase: async person_id => {
        const files = await this.#filesOf(person_id)
        await remove(this.#folderOf(person_id))
        return files.length
      },
    }
  }

  /** Creates the person's folder. @returns the path of a new file, relative to `data_root` */
  async prepare(person_id: PersonId, name: string): Promise<string> {
    await makePrivateFolder(this.#folderOf(person_id))
    return join(FOLDER, encodeURIComponent(person_id), name)
  }

  /** @param file path relative to `data_root` */
  absolute(file: string): string {
    return join(this.#root, file)
  }

  #folderOf(person_id: PersonId): string {
    return join(this.#root, FOLDER, encodeURIComponent(person_id))
  }

  async #filesOf(person_id: PersonId): Promise<readonly string[]> {
    return await readdir(this.#folderOf(person_id)).catch(() => [])
  }
}

/** Exports as Markdown: a heading for each section, a list entry for each record, further lines of a field indented. */
export const createExport = ({ files, personalData, clock }: ExportDeps): Export => ({
  export: async person_id => {
    const at = new Date(clock.now()).toISOString()
    const name = `${isoDay(clock.now())}-${at.slice('0000-00-00T'.length).replace(/[:.Z]/g, '')}.md`
    const file = await files.prepare(person_id, name)
    const unfinished = files.absolute(`${file}.part`)
    await using handle = await open(unfinished, 'w', PRIVATE_FILE_MODE)
    let records = 0
    let characters = 0
    let section: string | undefined
    const write = async (text: string): Promise<void> => {
      characters += text.length
      await handle.write(text)
    }
    await write(`# Everything that DeniDin holds about you\n\nWritten ${at}. Times are in UTC.\n`)
    for (const data of personalData) {
      for await (const record of data.export(person_id)) {
        if (record.section !== section) await write(`\n## ${record.section}\n\n`)
        section = record.section
        await write(line(record))
        records++
      }
    }
    await handle.sync()
    await rename(unfinished, files.absolute(file))
    return { file, records, characters }
  },

  read: async ({ file }) => await readOwnText(files.absolute(file)),
})

const line = ({ fields }: PersonalRecord): string => {
  const filled = Object.entries(fields).filter(([, value]) => value !== null && value !== '')
  return `- ${filled.map(([name, value]) => `${name}: ${valueText(name, value)}`).join(SEPARATOR)}\n`
}

const SEPARATOR = ' · '

/**
 * A value within its line. A value that contains the separator is quoted, so that it does not look like further fields.
 */
const valueText = (name: string, value: PersonalRecord['fields'][string]): string => {
  if (name === 'sender_name') return speakerName(String(value)) ?? JSON.stringify(String(value))
  const text = indentContinuation(String(value))
  return text.includes(SEPARATOR) ? JSON.stringify(text) : text
}
