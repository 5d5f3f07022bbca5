/**
 * Budgets shared by agents that work on one task: tokens that a finished load did not use are available to a later one.
 */
import { z } from 'zod'
import { DAY_MS, type Clock } from '../../platform/clock.ts'
import { writeFileAtomic, readOwnText } from '../../platform/files.ts'
import { KeyedQueue } from '../../platform/keyed-queue.ts'

/** After this time without a load by any agent, a task has ended. */
const TASK_LASTS_MS = 7 * DAY_MS
const MOST_TASKS = 1000
const MOST_LOADS = 1000

const loadSchema = z.object({
  /** Id of the entry in the usage log. */
  id: z.string(),
  /** Tokens of its budget that it did not use. */
  unused: z.number(),
  /** Tokens that it got from earlier loads. */
  transferred: z.number(),
  finished: z.boolean(),
})
const taskSchema = z.object({ name: z.string(), changed_at: z.number(), loads: z.array(loadSchema) })
const fileSchema = z.object({ tasks: z.array(taskSchema) })

type SharedTask = z.output<typeof taskSchema>
/** One load of a task. */
export type PooledLoad = Readonly<z.output<typeof loadSchema>>

export interface TaskPoolsDeps {
  /** The file that stores them, because each command is a separate process. */
  readonly path: string
  readonly clock: Clock
}

export class TaskPools {
  readonly #deps: TaskPoolsDeps
  readonly #queue = new KeyedQueue<'file'>()

  constructor(deps: TaskPoolsDeps) {
    this.#deps = deps
  }

  /**
   * Runs one load of a task exclusively, so that two loads never get the same tokens.
   * @param load gets the tokens that finished loads left, and returns what it took and left itself
   */
  async share<T extends { readonly pooled: PooledLoad }>(
    task: string,
    load: (spare: number) => Promise<T>,
  ): Promise<T> {
    return await this.#queue.run('file', async () => {
      const tasks = await this.#read()
      const loads = tasks.find(({ name }) => name === task)?.loads ?? []
      const result = await load(spareOf(loads))
      await this.#write(tasks, task, [...loads, result.pooled])
      return result
    })
  }

  /** Makes the tokens that a load did not use available to others. */
  async finish(id: string): Promise<void> {
    await this.#queue.run('file', async () => {
      const tasks = await this.#read()
      const task = tasks.find(({ loads }) => loads.some(each => each.id === id))
      if (task === undefined) return
      const loads = task.loads.map(each => (each.id === id ? { ...each, finished: true } : each))
      await this.#write(tasks, task.name, loads)
    })
  }

  /** Leaves out tasks that have ended. If the file cannot be read, only transfers are lost, not the load. */
  async #read(): Promise<readonly SharedTask[]> {
    const text = await readOwnText(this.#deps.path).catch(() => '{"tasks":[]}')
    try {
      const oldest = this.#deps.clock.now() - TASK_LASTS_MS
      const { tasks } = fileSchema.parse(JSON.parse(text) as unknown)
      return tasks.filter(({ changed_at }) => changed_at >= oldest)
    } catch {
      return []
    }
  }

  /** The tasks that changed last come last. */
  async #write(tasks: readonly SharedTask[], name: string, loads: readonly PooledLoad[]): Promise<void> {
    const task = { name, changed_at: this.#deps.clock.now(), loads: loads.slice(-MOST_LOADS) }
    const newest = [...tasks.filter(each => each.name !== name), task].slice(-MOST_TASKS)
    await writeFileAtomic(this.#deps.path, JSON.stringify({ tasks: newest }))
  }
}

/** The unused tokens of finished loads, minus those that later loads got. */
const spareOf = (loads: readonly PooledLoad[]): number =>
  Math.max(
    0,
    loads.reduce((sum, { finished, unused, transferred }) => sum + (finished ? unused : 0) - transferred, 0),
  )
