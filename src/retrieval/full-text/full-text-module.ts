/** The full-text index feature: opens `index.db` and keeps it in step with the messages. */
import type { Module } from '../../lifecycle/module.ts'
import type { ChangeLog } from '../../messages/change-log.ts'
import type { MessageReader } from '../../messages/message-reader.ts'
import type { ZoneOf } from '../../people/personal-zones.ts'
import type { Logger } from '../../platform/logger.ts'
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
  readonly logger: Logger
}

export interface FullTextModule extends Module {
  readonly index: FullTextIndex
  readonly following: FollowingMessageIndex
}

export const createFullTextModule = async (deps: FullTextModuleDeps): Promise<FullTextModule> => {
  const { database_path, feed, changeLog, zoneOf, logger } = deps
  const database = await openIndexDatabase(database_path, await changeLog.latest(), logger)
  const index = createSqliteFullTextIndex(database)
  const following = new FollowingMessageIndex({ feed, changeLog, index, zoneOf, logger })
  return {
    name: 'full-text index',
    index,
    following,
    personalData: [following.personal],
    backupSources: [{ name: 'full-text index', path: database_path, kind: 'sqlite', content: 'derived' }],
    start: async () => following.requestSync(),
    stop: async () => {
      await following[Symbol.asyncDispose]()
      database[Symbol.dispose]()
    },
  }
}
