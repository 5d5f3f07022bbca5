/** The running modules, in the order of their dependencies: one loop each for starting, stopping and the sources of a backup. */
import { asDenidinError } from '../platform/errors.ts'
import type { Logger } from '../platform/logger.ts'
import type { BackupSource, Module } from './module.ts'

/** All modules of one app. */
export class Modules {
  readonly #modules: readonly Module[]
  readonly #logger: Logger

  /** @param modules in the order in which they start: a module comes after those that it uses */
  constructor(modules: readonly Module[], logger: Logger) {
    this.#modules = modules
    this.#logger = logger.for('lifecycle')
  }

  get backupSources(): readonly BackupSource[] {
    return this.#modules.flatMap(module => module.backupSources ?? [])
  }

  /** @throws what a module throws: the app must not serve without it. */
  async start(): Promise<void> {
    for (const module of this.#modules) await module.start?.()
  }

  /** Stops in reverse order. A module that fails to stop must not keep the others open: the failure is logged. */
  async stop(): Promise<void> {
    for (const module of this.#modules.toReversed()) {
      try {
        await module.stop?.()
      } catch (error) {
        this.#logger.error('A module did not stop', { module: module.name, reason: asDenidinError(error).message })
      }
    }
  }
}
