import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { FileUsageLog, type FileUsageLogDeps } from '../../../src/budget/usage/file-usage-log.ts'
import { UsagePersonalData } from '../../../src/budget/usage/usage-personal-data.ts'
import type { BudgetUsageEntry, OpenUse } from '../../../src/budget/usage/usage-entry.ts'
import { FakeClock } from '../fake-clock.ts'
import { fakeIds } from '../fake-ids.ts'
import { memoryLog } from '../memory-log.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const MEGABYTE = 1024 * 1024

/** A usage log in a folder of its own, which can be opened again as after a crash. */
export class UsageLogRig implements AsyncDisposable {
  readonly clock = new FakeClock()
  readonly lines = memoryLog()
  readonly folder: string
  log: FileUsageLog
  personal: UsagePersonalData
  readonly #cleanup: AsyncDisposable
  readonly #ids = fakeIds('use')

  private constructor(root: string, cleanup: AsyncDisposable, more: Partial<FileUsageLogDeps>) {
    this.folder = more.folder ?? join(root, 'usage')
    this.#cleanup = cleanup
    this.log = this.open(more)
    this.personal = new UsagePersonalData(this.log)
  }

  static async start(more: Partial<FileUsageLogDeps> = {}): Promise<UsageLogRig> {
    const folder = await temporaryFolder()
    return new UsageLogRig(folder.path, folder, more)
  }

  /** Another process on the same files; what the former one did not write is lost. */
  open(more: Partial<FileUsageLogDeps> = {}): FileUsageLog {
    this.log = new FileUsageLog({
      folder: this.folder,
      run: 'live',
      keepsWords: async () => true,
      most_bytes: 16 * MEGABYTE,
      kept_files: 8,
      clock: this.clock,
      ids: this.#ids,
      logger: this.lines,
      ...more,
    })
    this.personal = new UsagePersonalData(this.log)
    return this.log
  }

  get path(): string {
    return join(this.folder, 'budget-usage.jsonl')
  }

  get journal(): string {
    return join(this.folder, 'open-uses.jsonl')
  }

  async text(path = this.path): Promise<string> {
    return await readFile(path, 'utf8')
  }

  async names(): Promise<readonly string[]> {
    return (await readdir(this.folder)).sort()
  }

  /** The entries of one file; each line must be whole. */
  async entries(path = this.path): Promise<readonly BudgetUsageEntry[]> {
    const lines = (await this.text(path)).split('\n')
    if (lines.pop() !== '') throw new Error('the last line is not whole')
    return lines.map(line => JSON.parse(line) as BudgetUsageEntry)
  }

  /** What is open, as the next process finds it. */
  async openIds(): Promise<readonly string[]> {
    return (await this.log.inMemory()).open.map((use: OpenUse) => use.id)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve(this.#cleanup[Symbol.asyncDispose]())
  }
}
