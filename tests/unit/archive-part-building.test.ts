/** Parts of the archive's index that another thread builds are those that this thread would have built. */
import { hash } from 'node:crypto'
import { expect, test } from '@jest/globals'
import {
  partsBeside,
  partsInThread,
  type PartBuildings,
  type PartRequests,
} from '../../src/archive/index/part-building.ts'
import type { WordPage } from '../../src/archive/index/word-pages.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { RequestThread } from '../../src/platform/threads/request-thread.ts'
import { archiveCorpus } from '../support/archive-corpus.ts'
import { archived, ArchiveRig } from '../support/archive-rig.ts'
import { cleanUpAfterEach } from '../support/clean-up.ts'

const cleanup = cleanUpAfterEach()

const MESSAGES = 1200
/** So many that the other thread is used. */
const MANY = 4200
const messages = [...archiveCorpus(MESSAGES).messages()]
const AT_ONCE = 300

const besideThread = (): PartBuildings =>
  partsBeside(
    cleanup.keep(
      new RequestThread<PartRequests>({
        name: 'words',
        file: new URL('../../src/app/archive/part-thread-main.ts', import.meta.url),
        data: undefined,
        idle_ms: 60_000,
        clock: systemClock,
        logger: silentLogger,
      }),
    ),
  )

const built = async (parts: PartBuildings, first: number) => {
  const part = parts.begin(first)
  const counts: Promise<readonly number[]>[] = []
  for (let from = 0; from < MESSAGES; from += AT_ONCE) {
    const some = messages
      .slice(from, Math.min(MESSAGES, from + AT_ONCE))
      .map(({ content }, at) => ({ seq: first + from + at, content }))
    counts.push(part.add(some))
  }
  const words = (await Promise.all(counts)).flat()
  const pages: WordPage[] = []
  for await (const some of part.pages()) pages.push(...some)
  return { words, pages: pages.map(page => [page.first, hash('md5', page.words), hash('md5', page.positions)]) }
}

test('both build the same pages, also when the next part follows one that was given up', async () => {
  const beside = besideThread()
  const wanted = await built(partsInThread, 77)
  expect(wanted.words).toHaveLength(MESSAGES)
  expect(wanted.pages.length).toBeGreaterThan(20)
  const given_up = beside.begin(1)
  await given_up.add([{ seq: 1, content: 'given up' }])
  expect(await built(beside, 77)).toEqual(wanted)
  expect(await built(beside, 77)).toEqual(wanted)
})

test('what was indexed with the help of another thread is found, and forgotten while it is indexed', async () => {
  const rig = cleanup.keep(new ArchiveRig(await cleanup.folder(), besideThread()))
  await rig.write(
    Array.from({ length: MANY }, (_, at) => archived(`tea and cake ${String(at % 50)}`, { at: 1000 * at })),
  )
  const syncing = rig.search.indexer.sync()
  rig.archive.run('delete from archive_messages where seq in (4, 4199)')
  await rig.search.indexer.purge()
  await syncing
  await rig.search.indexer.sync()
  expect(rig.search.indexer.waiting).toBe(0)
  const { facets } = await rig.ask('tea', { facets: true })
  expect(facets?.messages).toBe(MANY - 2)
  // Numbers 3 and 48 lost one message each.
  expect(await rig.texts('"cake 3"', { limit: 200 })).toHaveLength(MANY / 50 - 1)
  expect(await rig.texts('"cake 48"', { limit: 200 })).toHaveLength(MANY / 50 - 1)
  expect(await rig.texts('"cake 5"', { limit: 200 })).toHaveLength(MANY / 50)
})
