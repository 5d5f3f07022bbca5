/** Remembers when each schedule last ran, so that a start catches up on missed runs. */
import { writeFileAtomic, readOwnText } from '../../platform/files.ts'
import { KeyedQueue } from '../../platform/keyed-queue.ts'

/** Instants in milliseconds, by the name of the schedule. */
export interface LastRuns {
  read(name: string): Promise<number | undefined>
  write(name: string, at: number): Promise<void>
}

/** Stored in a small JSON file; an unreadable file counts as empty. */
export class LastRunsFile implements LastRuns {
  readonly #path: string
  /** One write after the other: two schedules must not lose each other's entry. */
  readonly #writes = new KeyedQueue<string>()

  constructor(path: string) {
    this.#path = path
  }

  async read(name: string): Promise<number | undefined> {
    const at = (await this.#all())[name]
    return typeof at === 'number' && Number.isFinite(at) ? at : undefined
  }

  async write(name: string, at: number): Promise<void> {
    await this.#writes.run(this.#path, async () => {
      await writeFileAtomic(this.#path, `${JSON.stringify({ ...(await this.#all()), [name]: at })}\n`)
    })
  }

  async #all(): Promise<Record<string, unknown>> {
    try {
      const content: unknown = JSON.parse(await readOwnText(this.#path))
      return typeof content === 'object' && content !== null ? { ...content } : {}
    } catch {
      return {}
    }
  }
}
