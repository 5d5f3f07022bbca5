/** Records in the data folder which version wrote the data, and which migrations and rollbacks it has been through. */
import { join } from 'node:path'
import { z } from 'zod'
import { DenidinError } from '../platform/errors.ts'
import { writeFileAtomic, readOwnText } from '../platform/files.ts'

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
  /** The backup whose data a rollback brings back. */
  restores: z.string().optional(),
  /** Whether the data of a rollback is replaced by a later start. */
  staged: z.boolean().optional(),
  /** Whether the process ended before it was complete; then it is `failed`, the word that earlier versions know. */
  interrupted: z.boolean().optional(),
  /** The commit that `from_version` was; between releases, many commits have the same version. */
  from_commit: z.string().nullable().optional(),
})

const content = z.object({
  written_by: z.string().nullable(),
  /** The commit of `written_by`. */
  commit: z.string().nullable().optional(),
  events: z.array(event),
})

export type MigrationEvent = z.output<typeof event>
type Content = z.output<typeof content>

/** A state of the program that writes data. `null`: not known. */
export interface Writer {
  readonly version: string | null
  readonly commit: string | null
}

export class MigrationHistory {
  readonly #path: string

  constructor(data_root: string) {
    this.#path = join(data_root, FILE)
  }

  /** Who wrote the data last. */
  async writtenBy(): Promise<Writer> {
    const { written_by, commit = null } = await this.#read()
    return { version: written_by, commit }
  }

  /** All events, oldest first. */
  async events(): Promise<readonly MigrationEvent[]> {
    return (await this.#read()).events
  }

  /** Records who writes the data from now on. */
  async writes({ version, commit }: Writer): Promise<void> {
    const found = await this.#read()
    if (found.written_by === version && (found.commit ?? null) === commit) return
    await this.#write({ ...found, written_by: version, commit })
  }

  /** Adds an event, or replaces the one that started at the same time. */
  async record(added: MigrationEvent): Promise<void> {
    const { events, ...found } = await this.#read()
    const others = events.filter(({ started_at }) => started_at !== added.started_at)
    await this.#write({ ...found, events: [...others, added].slice(-MOST_EVENTS) })
  }

  /**
   * Closes the events that an earlier process left open: a rollback whose data is in place is complete, everything else
   * was interrupted, but for the rollback that still waits for its start. The caller owns the data folder, so nothing is
   * still under way.
   * @param restored backups that were restored
   * @param staged the backup whose rollback waits
   * @returns what was interrupted
   */
  async settle(restored: readonly RestoredBackup[], staged?: string): Promise<readonly MigrationEvent[]> {
    const { events, ...writer } = await this.#read()
    const isOpen = (each: MigrationEvent): boolean => each.status === 'started' && !isWaiting(each, staged)
    if (!events.some(isOpen)) return []
    const settled = events.map(each => (isOpen(each) ? settledEvent(each, restored) : each))
    const last = settled.at(-1)
    const is_back = last !== events.at(-1) && last?.status === 'completed'
    await this.#write({ ...(is_back ? { written_by: last.to_version, commit: null } : writer), events: settled })
    return settled.filter((each, at) => each !== events[at] && each.interrupted === true)
  }

  async #read(): Promise<Content> {
    const text = await readOwnText(this.#path).catch((error: NodeJS.ErrnoException) => {
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

/** Why a staged rollback was not completed. */
export const DROPPED = 'the staged rollback was dropped'

/**
 * Whether a rollback waits for its start.
 * @param waits the backup whose rollback waits, if there is one
 */
export const isWaiting = ({ restores }: Pick<MigrationEvent, 'restores'>, waits: string | undefined): boolean =>
  restores !== undefined && restores === waits

/** That a backup replaced the data. */
export interface RestoredBackup {
  readonly backup_id: string
  readonly restored_at: string
}

const settledEvent = (open: MigrationEvent, restored: readonly RestoredBackup[]): MigrationEvent => {
  const done = restored.find(
    ({ backup_id, restored_at }) => backup_id === open.restores && restored_at >= open.started_at,
  )
  if (done !== undefined) return { ...open, status: 'completed', completed_at: done.restored_at }
  return open.staged === true
    ? { ...open, status: 'failed', error: DROPPED }
    : { ...open, status: 'failed', interrupted: true, error: 'the process ended before it was complete' }
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
