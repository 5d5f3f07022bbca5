// The archive as its thread has it, without the thread: an index that is damaged while it is used, and what its health says.
import { closeSync, openSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { ArchiveHandlers } from '../../src/app/archive/archive-handlers.ts'
import type { ArchiveAnswer } from '../../src/archive/archive-search.ts'
import { createSqliteErasures } from '../../src/messages/sqlite/sqlite-erasures.ts'
import { systemClock } from '../../src/platform/clock.ts'
import type { Health } from '../../src/platform/health.ts'
import { systemIds } from '../../src/platform/ids.ts'
import { archived, ArchiveRig } from '../support/archive-rig.ts'
import { cleanUpAfterEach } from '../support/clean-up.ts'
import { memoryLog } from '../support/memory-log.ts'
import { until } from '../support/until.ts'

const cleanup = cleanUpAfterEach()

interface OpenHandlers {
  readonly handlers: ArchiveHandlers
  readonly reported: Health[]
  search(query: string): Promise<ArchiveAnswer>
  /** Overwrites all pages of the index but the first, as a failing disk does. */
  spoil(): void
}

const PAGE_BYTES = 4096

const call = { signal: new AbortController().signal, progress: () => undefined }

/** An archive with these texts, which was not opened yet. */
const opened = async (texts: Iterable<string>, { isIndexed = true } = {}): Promise<OpenHandlers> => {
  const folder = await cleanup.folder()
  {
    await using rig = new ArchiveRig(folder)
    await rig.write(Array.from(texts, (content, at) => archived(content, { at: 1000 * at })))
    if (isIndexed) await rig.search.indexer.sync()
  }
  // The bot has made its erasure log by then.
  createSqliteErasures(join(folder, 'erasures.db'), systemIds)[Symbol.dispose]()
  const reported: Health[] = []
  const handlers = cleanup.keep(
    new ArchiveHandlers({
      archive_path: join(folder, 'archive.db'),
      messages_path: join(folder, 'denidin.db'),
      erasures_path: join(folder, 'erasures.db'),
      clock: systemClock,
      logger: memoryLog(),
      reportHealth: health => reported.push(health),
    }),
  )
  const index = join(folder, 'archive-index.db')
  return {
    handlers,
    reported,
    search: query =>
      handlers.handlers['archive.search'](
        { query, filters: {}, access: 'all', sort: 'relevance', limit: 10, time_zone: 'UTC' },
        call,
      ),
    spoil: () => {
      const file = openSync(index, 'r+')
      writeSync(file, Buffer.alloc(statSync(index).size - PAGE_BYTES, 0xa5), 0, undefined, PAGE_BYTES)
      closeSync(file)
    },
  }
}

const filling = (count: number): Iterable<string> =>
  Array.from(
    { length: count },
    (_, at) => `tea number ${String(at)} cup ${at.toString(36)} ${(at * 7919).toString(36)}`,
  )

test('an archive that was not opened yet says so, and one that was says what was checked', async () => {
  const { handlers, search } = await opened(['a tea'])
  expect((await handlers.health()).state).toBe('unknown')
  await search('tea')
  expect(await handlers.health()).toEqual({
    state: 'ok',
    detail: expect.stringMatching(/archive\.db can be read and written\..*The index follows the archive\.$/),
  })
})

test('an index that turns out to be damaged is filled again before the same search is answered', async () => {
  const { handlers, search, spoil } = await opened(filling(3000))
  await handlers.handlers['archive.counts'](undefined, call)
  spoil()
  for (let number = 100; number < 3000; number += 100) {
    const { messages, notes } = await search(`"number ${String(number)}"`)
    expect({ seqs: messages.map(({ seq }) => seq), waiting: notes.waiting }).toEqual({ seqs: [number + 1], waiting: 0 })
  }
  expect(await handlers.health()).toEqual({
    state: 'ok',
    detail: expect.stringContaining('archive-index.db is damaged'),
  })
})

test('while a large index is filled again, searches and health say so, until it is full', async () => {
  const { handlers, search, spoil, reported } = await opened(filling(17_000))
  await handlers.handlers['archive.counts'](undefined, call)
  spoil()
  const { notes } = await search('2999')
  expect(notes.waiting).toBeGreaterThan(0)
  expect(await handlers.health()).toEqual({
    state: 'degraded',
    detail: 'The index is being filled: searches find what is indexed so far, and say how many messages wait.',
  })
  // Nothing but the damage starts it.
  await until(() => reported.at(-1)?.state === 'ok')
  expect(reported.map(({ state }) => state)).toEqual(['degraded', 'ok'])
  expect((await search('16999')).messages).toHaveLength(1)
})

test('the first opening of a large archive is reported as it is', async () => {
  const { handlers, search, reported } = await opened(filling(17_000), { isIndexed: false })
  await handlers.handlers['archive.counts'](undefined, call)
  expect((await search('tea')).notes.waiting).toBeGreaterThan(0)
  await until(() => reported.at(-1)?.state === 'ok')
  expect(reported.map(({ state }) => state)).toEqual(['degraded', 'ok'])
})
