/** Records in the data folder which version wrote the data, and which migrations and rollbacks it has been through. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { DenidinError } from '../platform/errors.ts'
import { writeFileAtomic } from '../platform/files.ts'

/** Below the data folder; a restore leaves it as it is. */
const FILE = 'migrations.json'
/** How many events are kept. */
const MOST_EVENTS = 100

const event = z.object({
  kind: z.enum(['migration', 'rollback']),
  started_at: z.string(),
  /** `null`: it has not ended, or the process died. */
  completed_at: z.string().nullable(),
  status: z.enum(['started', 'completed', 'failed']),
  /** Version that had written the data; `null`: not known. */
  from_version: z.string().nullable(),
  to_version: z.string(),
  /** The migrations that were pending, by database. */
  databases: z.array(z.object({ name: z.string(), migrations: z.array(z.string()) })),
  /** The backup that was made before. */
  backup_id: z.string().nullable(),
  error: z.string().nullable(),
})

const content = z.object({ written_by: z.string().nullable(), events: z.array(event) })

export type MigrationEvent = z.output<typeof event>
type Content = z.output<typeof content>

export class MigrationHistory {
  readonly #path: string

  constructor(data_root: string) {
    this.#path = join(data_root, FILE)
  }

  /** The version that wrote the data last; `null` if it is not known. */
  async writtenBy(): Promise<string | null> {
    return (await this.#read()).written_by
  }

  /** All events, oldest first. */
  async events(): Promise<readonly MigrationEvent[]> {
    return (await this.#read()).events
  }

  /** Records the version that writes the data from now on. */
  async writes(version: string): Promise<void> {
    const found = await this.#read()
    if (found.written_by !== version) await this.#write({ ...found, written_by: version })
  }

  /** Adds an event, or replaces the one that started at the same time. */
  async record(added: MigrationEvent): Promise<void> {
    const { written_by, events } = await this.#read()
    const others = events.filter(({ started_at }) => started_at !== added.started_at)
    await this.#write({ written_by, events: [...others, added].slice(-MOST_EVENTS) })
  }

  async #read(): Promise<Content> {
    const text = await readFile(this.#path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw new DenidinError('unavailable', `${this.#path} cannot be read (${error.message})`, { cause: error })
    })
    // It only records what happened: a damaged one must not keep the bot from starting.
    const parsed = text === undefined ? undefined : content.safeParse(parse(text))
    return parsed?.data ?? { written_by: null, events: [] }
  }

  async #write(next: Content): Promise<void> {
    await writeFileAtomic(this.#path, `${JSON.stringify(next, null, 2)}\n`)
  }
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
