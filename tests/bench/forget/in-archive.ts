/** How long forgetting in the archive waits while the archive does nothing, is checked, and is copied. */
import { createWriteStream, statSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { once } from 'node:events'
import { ArchiveHandlers } from '../../../src/app/archive/archive-handlers.ts'
import type { CopiedMessage } from '../../../src/archive/conversation-copy.ts'
import { createSqliteErasures } from '../../../src/messages/sqlite/sqlite-erasures.ts'
import { systemIds } from '../../../src/platform/ids.ts'
import { messageOf } from '../../support/message-of.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { silentLogger } from '../../../src/platform/logger.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { BENCH_SOURCES, textAt } from '../ingest/sources.ts'

const CHARACTERS = 3500
const COPIED = 1000
const TIMES = 5
const BETWEEN_MS = 500
const MEGABYTE = 1e6

const call = { signal: new AbortController().signal, progress: () => undefined }

/** @param messages how many long messages the archive contains beside a few conversations */
export const measureInArchive = async (messages: number) => {
  await using folder = await temporaryFolder()
  const archive_path = join(folder.path, 'archive.db')
  const erasures_path = join(folder.path, 'erasures.db')
  using _erasures = createSqliteErasures(erasures_path, systemIds)
  await using archive = new ArchiveHandlers({
    archive_path,
    erasures_path,
    messages_path: join(folder.path, 'denidin.db'),
    clock: systemClock,
    logger: silentLogger,
    reportHealth: () => undefined,
  })
  const { handlers } = archive
  const copied: readonly CopiedMessage[] = Array.from({ length: COPIED }, (_, at) =>
    messageOf(`secret ${String(at)}`, { message_id: `m${String(at)}` }),
  )
  await handlers['copy.apply'](
    { states: copied.map(now => ({ message_id: now.message_id, now })), reached: { filled_to: undefined, change: 1 } },
    call,
  )
  const path = await write(join(folder.path, BENCH_SOURCES.history.path), messages)
  await handlers['ingest.load']({ path, dry_run: false, started_by: 'bench' }, call)
  let next = 0
  const forget = async (): Promise<number> => {
    const began = performance.now()
    await handlers['copy.forget'](
      copied.slice(next, ++next).map(({ message_id }) => message_id),
      call,
    )
    return performance.now() - began
  }
  const during = async (act: () => Promise<unknown>): Promise<{ readonly most: number; readonly took: number }> => {
    const began = performance.now()
    const over = new AbortController()
    const working = act().finally(() => {
      over.abort()
    })
    let most = 0
    for (let times = 0; times < TIMES && !over.signal.aborted; times++) {
      await new Promise(resolve => setTimeout(resolve, BETWEEN_MS))
      most = Math.max(most, await forget())
    }
    await working
    return { most: Math.round(most), took: Math.round(performance.now() - began) }
  }
  const idle: number[] = []
  for (let times = 0; times < TIMES; times++) idle.push(await forget())
  const check = await during(() => handlers['archive.verify']({ check_hashes: false }, call))
  const copy = await during(() => handlers['archive.rebuild']({ backs_up: true }, call))
  return {
    archive_mb: Math.round(statSync(archive_path).size / MEGABYTE),
    forget_ms: Math.round(Math.max(...idle)),
    forget_during_check_ms: check.most,
    check_ms: check.took,
    forget_during_reindex_ms: copy.most,
    reindex_ms: copy.took,
  }
}

const write = async (file: string, messages: number): Promise<string> => {
  await mkdir(dirname(file), { recursive: true })
  const stream = createWriteStream(file)
  for (let at = 0; at < messages; at++) {
    if (!stream.write(`${BENCH_SOURCES.history.lineAt(at, textAt(at, CHARACTERS))}\n`)) await once(stream, 'drain')
  }
  stream.end()
  await once(stream, 'close')
  return file
}
