/** Remembers how each job last went, by the schedule or on request. */
import { readFile } from 'node:fs/promises'
import type { JobRun } from '../../operations/context.ts'
import { writeFileAtomic } from '../../platform/files.ts'
import { KeyedQueue } from '../../platform/keyed-queue.ts'

/** One write after the other: the schedule and `jobs run` must not lose each other's entry. */
const writes = new KeyedQueue<string>()

/** Stored in a small JSON file, by the name of the schedule; an unreadable file counts as empty. */
export class JobRunsFile {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  async last(key: string): Promise<JobRun | undefined> {
    return (await this.#all())[key]
  }

  async record(key: string, run: JobRun): Promise<void> {
    await writes.run(this.#path, async () => {
      await writeFileAtomic(this.#path, `${JSON.stringify({ ...(await this.#all()), [key]: run })}\n`)
    })
  }

  async #all(): Promise<Record<string, JobRun | undefined>> {
    try {
      return JSON.parse(await readFile(this.#path, 'utf8')) as Record<string, JobRun>
    } catch {
      return {}
    }
  }
}
