/** When the knowledge folders are scanned: at the start, soon after any change, and from time to time. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { createKnowledgeModule } from '../../src/knowledge/knowledge-module.ts'
import { BackgroundTasks } from '../../src/platform/background-tasks.ts'
import { MINUTE_MS, SECOND_MS } from '../../src/platform/clock.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts'

let folder: TemporaryFolder
let clock: FakeClock
/** Ends the scan under way. */
let endScan: () => void
let scans = 0
let module: ReturnType<typeof createKnowledgeModule>

beforeEach(async () => {
  folder = await temporaryFolder()
  clock = new FakeClock()
  scans = 0
  module = createKnowledgeModule({
    settings: { dirs: [folder.path], ignore_dirs: [] },
    folder: {
      scan: async () => {
        scans += 1
        const { promise, resolve } = Promise.withResolvers<undefined>()
        endScan = () => {
          resolve(undefined)
        }
        await promise
        return { added: 0, updated: 0, removed: 0, waiting: 0, next_ms: undefined, unreadable: [] }
      },
    },
    files: { counts: async () => ({ read: 0, refused: 0, passages: 0 }) },
    close: async () => undefined,
    background: new BackgroundTasks(silentLogger),
    clock,
    logger: silentLogger,
  })
  await module.start?.()
  await clock.advance(0)
})

afterEach(async () => {
  endScan()
  await module.stop?.()
  await folder[Symbol.asyncDispose]()
})

/** Lets time pass, a second at a time, until there were so many scans. @returns how many seconds it took */
const secondsUntil = async (wanted: number, most_seconds: number): Promise<number> => {
  for (let seconds = 0; ; seconds++) {
    if (scans >= wanted || seconds >= most_seconds) return seconds
    await clock.advance(SECOND_MS)
    // The system reports a change in its own time.
    await systemClock.sleep(50)
  }
}

test('without a change the folders are scanned every five minutes', async () => {
  expect(scans).toBe(1)
  endScan()
  await clock.advance(0)
  await clock.advance(5 * MINUTE_MS - SECOND_MS)
  expect(scans).toBe(1)
  await clock.advance(SECOND_MS)
  expect(scans).toBe(2)
})

test('a change is scanned soon, and one during a scan is not forgotten', async () => {
  endScan()
  await clock.advance(0)
  writeFileSync(join(folder.path, 'one.md'), 'one')
  expect(await secondsUntil(2, 60)).toBeLessThan(60)
  // The second scan is under way.
  writeFileSync(join(folder.path, 'two.md'), 'two')
  await systemClock.sleep(200)
  endScan()
  await clock.advance(0)
  expect(await secondsUntil(3, 60)).toBeLessThan(60)
})

test('steady changes do not put a scan off', async () => {
  endScan()
  await clock.advance(0)
  for (let at = 0; at < 40 && scans < 2; at++) {
    writeFileSync(join(folder.path, 'log.txt'), String(at))
    await systemClock.sleep(50)
    await clock.advance(SECOND_MS / 2)
  }
  expect(scans).toBe(2)
})
