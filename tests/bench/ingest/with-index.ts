/** Loads a history of varied words into an archive with its index, as `denidin ingest` does. */
import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { once } from 'node:events'
import { ArchiveHandlers } from '../../../src/app/archive/archive-handlers.ts'
import { createSqliteErasures } from '../../../src/messages/sqlite/sqlite-erasures.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { systemIds } from '../../../src/platform/ids.ts'
import { silentLogger } from '../../../src/platform/logger.ts'
import { archiveCorpus } from '../../support/archive-corpus.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { measureTurns, processorMs } from '../longest-turn.ts'

const FIRST = Date.UTC(2025, 0, 1)
const SESSION_LENGTH = 500
const MS = 1000

/** What a load with the index took. */
export interface IndexedLoad {
  readonly per_second: number
  /** Microseconds of the processor for each message, in the thread of the archive and in the one beside it. */
  readonly archive_us: number
  readonly beside_us: number
  /** What an idle machine with two cores can reach: the slower of the two threads. */
  readonly most_per_second: number
  /** Longest time without another answer, in milliseconds of the processor: while the file is loaded, and by a reindex. */
  readonly longest_ms: number
  readonly longest_reindex_ms: number
}

export const loadWithIndex = async (messages: number): Promise<IndexedLoad> => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'history.jsonl')
  await write(path, messages)
  const erasures_path = join(folder.path, 'erasures.db')
  using _erasures = createSqliteErasures(erasures_path, systemIds)
  await using archive = new ArchiveHandlers({
    archive_path: join(folder.path, 'archive.db'),
    erasures_path,
    messages_path: join(folder.path, 'denidin.db'),
    clock: systemClock,
    logger: silentLogger,
    reportHealth: () => undefined,
  })
  const call = { signal: new AbortController().signal, progress: () => undefined }
  await archive.handlers['archive.counts'](undefined, call)
  const began = performance.now()
  const all = process.cpuUsage()
  const own = processorMs()
  const stop = measureTurns()
  await archive.handlers['ingest.load']({ path, dry_run: false, started_by: 'bench' }, call)
  const { processor } = stop()
  const { user, system } = process.cpuUsage(all)
  const archive_us = ((processorMs() - own) * MS) / messages
  const beside_us = (user + system) / messages - archive_us
  const per_second = Math.round(messages / ((performance.now() - began) / MS))
  const stopReindex = measureTurns()
  await archive.handlers['archive.rebuild']({ backs_up: false }, call)
  const reindex = stopReindex()
  return {
    per_second,
    archive_us: Math.round(archive_us * 10) / 10,
    beside_us: Math.round(beside_us * 10) / 10,
    most_per_second: Math.round(1e6 / Math.max(archive_us, beside_us)),
    longest_ms: Math.round(processor),
    longest_reindex_ms: Math.round(reindex.processor),
  }
}

const write = async (path: string, messages: number): Promise<void> => {
  await mkdir(dirname(path), { recursive: true })
  const stream = createWriteStream(path)
  let at = 0
  for (const { content } of archiveCorpus(messages).messages()) {
    const line = {
      display: content,
      timestamp: FIRST + at * MS,
      project: `/code/project-${String(at % 7)}`,
      sessionId: `session-${String(Math.floor(at++ / SESSION_LENGTH))}`,
    }
    if (!stream.write(`${JSON.stringify(line)}\n`)) await once(stream, 'drain')
  }
  stream.end()
  await once(stream, 'close')
}
