/** Recognises a data folder in which `denidin.db` is missing, empty or older than the files beside it. */
import { DenidinError } from '../platform/errors.ts'
import type { Logger } from '../platform/logger.ts'
import { areOpen, type Indexes, type OpenIndexes } from './memory.ts'
import type { BaseStores } from './stores.ts'

export interface DataFolderDeps {
  readonly data_root: string
  readonly stores: Pick<BaseStores, 'changeLog' | 'folders' | 'memories' | 'messages'>
  readonly indexes: Indexes
  /** Whether a DeniDin has used the folder before; sessions alone may have been copied into a new one. */
  readonly used_before: boolean
  readonly logger: Logger
}

/**
 * Refuses a data folder whose messages are missing while data derived from them still exists: `/forget` could not reach
 * that data. An older copy is accepted, with a notice.
 * @throws DenidinError `damaged`, with what to do
 */
export const checkDataFolder = async (deps: DataFolderDeps): Promise<void> => {
  const { data_root, stores, indexes } = deps
  const latest = await stores.changeLog.latest()
  const others = latest === 0 && (await isEmpty(stores)) ? await otherData(deps) : []
  if (others.length > 0) {
    throw new DenidinError(
      'damaged',
      `${data_root}/denidin.db is missing or empty, but ${others.join(' and ')} hold what people said to an earlier DeniDin. ` +
        'Put back denidin.db with `denidin backup restore`, or from a copy that was made while DeniDin was stopped (one made while it runs is empty or old). ' +
        `To start over instead, move ${others.join(', ')} out of ${data_root}.`,
    )
  }
  if (!areOpen(indexes)) return
  const indexed = (await indexes.fullText.index.progress()).change
  if (indexed > latest) await takeOlderCopy(deps, indexes)
}

/** Memories may come from elsewhere before the first message, such as from the knowledge folder. */
const isEmpty = async ({ messages, memories }: DataFolderDeps['stores']): Promise<boolean> =>
  (await messages.traffic.counts()).messages === 0 && (await memories.counts()).memories === 0

/**
 * An older copy may have been restored on purpose: it is accepted, and the indexes, which know newer messages, follow
 * it.
 */
const takeOlderCopy = async (
  { data_root, logger }: DataFolderDeps,
  { fullText, vectors }: OpenIndexes,
): Promise<void> => {
  const detail =
    `At the start, ${data_root}/denidin.db was older than index.db beside it: what was said after the copy was made is missing. ` +
    'If you did not restore a backup, stop DeniDin and put back the newest denidin.db. The index is rebuilt.'
  logger.for('database').error(detail)
  fullText.startOver({ state: 'degraded', detail })
  await vectors.compareAll()
}

/** The names of other data in the folder that was derived from messages. */
const otherData = async ({ stores, indexes, used_before }: DataFolderDeps): Promise<readonly string[]> => {
  const found = used_before && (await stores.folders.holdAny()) ? ['sessions/'] : []
  if (!areOpen(indexes)) return found
  const { fullText, vectors } = indexes
  if ((await fullText.index.progress()).change > 0) found.push('index.db')
  if (await vectors.holdsAny()) found.push('vectors.db')
  return found
}
