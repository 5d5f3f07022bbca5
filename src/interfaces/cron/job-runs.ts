/** Remembers how each job last went, by the schedule or on request. */
import { z } from 'zod'
import type { EndedJobRun, JobRun } from '../../operations/context.ts'
import { writeFileAtomic, readOwnText } from '../../platform/files.ts'
import { jsonOf } from '../../platform/json-text.ts'
import { KeyedQueue } from '../../platform/keyed-queue.ts'

/** One write after the other: the schedule and `jobs run` must not lose each other's entry. */
const writes = new KeyedQueue<string>()
/** The runs of this process that have not ended, by file and key. */
const running = new Set<string>()

const runSchema = z.object({
  at: z.int().min(-8.64e15).max(8.64e15),
  duration_ms: z.number().min(0),
  outcome: z.enum(['done', 'failed', 'off', 'running']),
  reason: z.string().optional(),
})

type StoredRun = z.output<typeof runSchema>

/** Stored in a small JSON file, by the name of the schedule; what cannot be read in it counts as missing. */
export class JobRunsFile {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  /** How a job last went. A run that an earlier process began and did not end was interrupted. */
  async last(key: string): Promise<JobRun | undefined> {
    const run = (await this.#all()).get(key)
    if (run?.outcome === 'running' && !running.has(this.#nameOf(key))) {
      return { ...run, outcome: 'interrupted', reason: 'DeniDin was stopped or killed while it ran' }
    }
    return run
  }

  /** A run begins. If the process is killed, it is on record that it did not end. */
  async begin(key: string, at: number): Promise<void> {
    running.add(this.#nameOf(key))
    await this.#write(key, { at, duration_ms: 0, outcome: 'running' })
  }

  async record(key: string, run: EndedJobRun): Promise<void> {
    running.delete(this.#nameOf(key))
    await this.#write(key, run)
  }

  #nameOf(key: string): string {
    return `${this.#path}\n${key}`
  }

  async #write(key: string, run: StoredRun): Promise<void> {
    await writes.run(this.#path, async () => {
      const all = await this.#all()
      all.set(key, run)
      await writeFileAtomic(this.#path, `${JSON.stringify(Object.fromEntries(all))}\n`)
    })
  }

  async #all(): Promise<Map<string, StoredRun>> {
    const content = jsonOf(await readOwnText(this.#path).catch(() => ''))
    if (typeof content !== 'object' || content === null) return new Map()
    return new Map(
      Object.entries(content).flatMap(([key, value]) => {
        const run = runSchema.safeParse(value)
        return run.success ? [[key, run.data] as const] : []
      }),
    )
  }
}
