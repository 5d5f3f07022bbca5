/** The full-text index feature: opens `index.db` and keeps it in step with the messages. */
import type { Module } from '../../lifecycle/module.ts'
import type { ChangeLog } from '../../messages/change-log.ts'
import type { MessageReader } from '../../messages/message-reader.ts'
import type { ZoneOf } from '../../people/personal-zones.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Health, HealthCheck } from '../../platform/health.ts'
import type { Logger } from '../../platform/logger.ts'
import type { SetAside } from '../../platform/set-aside.ts'
import { openIndexDatabase } from '../sqlite/index-database.ts'
import { createSqliteFullTextIndex } from '../sqlite/sqlite-full-text-index.ts'
import type { FullTextIndex } from './full-text-index.ts'
import { FollowingMessageIndex } from './message-index.ts'

export interface FullTextModuleDeps {
  /** Path of `index.db`. */
  readonly database_path: string
  readonly feed: MessageReader
  readonly changeLog: ChangeLog
  readonly zoneOf: ZoneOf
  readonly clock: Clock
  readonly setAside: SetAside
  readonly logger: Logger
}

export interface FullTextModule extends Module {
  readonly index: FullTextIndex
  readonly following: FollowingMessageIndex
  /** Reads all messages again; `why` is shown by `denidin status`. */
  startOver(why: Health): void
  /** The health of the file. */
  readonly file: HealthCheck
}

export const createFullTextModule = async (deps: FullTextModuleDeps): Promise<FullTextModule> => {
  const { database_path, feed, changeLog, zoneOf, clock, setAside, logger } = deps
  const latest_change = await changeLog.latest()
  const derived = openIndexDatabase({ path: database_path, latest_change, clock, logger })
  const index = createSqliteFullTextIndex(derived.database)
  const following = new FollowingMessageIndex({ feed, changeLog, index, zoneOf, setAside, logger })
  derived.onRenewed(() => {
    index.renewed()
    following.requestSync()
  })
  return {
    name: 'full-text index',
    index,
    following,
    startOver: why => {
      derived.startOver(why)
    },
    file: derived,
    personalData: [following.personal],
    backupSources: [{ name: 'full-text index', path: database_path, kind: 'sqlite', content: 'derived' }],
    start: async () => following.requestSync(),
    stop: async () => {
      await following[Symbol.asyncDispose]()
      derived[Symbol.dispose]()
    },
  }
}
