/** Copies in the background: tried again with growing pauses, at once when there is a new backup, and ended by a stop. */
import { expect, test } from '@jest/globals'
import type { BackupRequests } from '../../src/app/backup/backup-requests.ts'
import { TargetCopies } from '../../src/app/backup/target-copies.ts'
import { UNTRIED } from '../../src/backup/targets/target-state.ts'
import type { TargetResult } from '../../src/backup/targets/targets.ts'
import type { ListedTarget } from '../../src/platform/backup-targets.ts'
import { HOUR_MS, MINUTE_MS } from '../../src/platform/clock.ts'
import { DenidinError } from '../../src/platform/errors.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import type { Requests } from '../../src/platform/threads/thread-messages.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { fakeIds } from '../support/fake-ids.ts'

const listed = (name: string): ListedTarget => ({
  name,
  type: 'folder',
  folder: '/nas',
  types: [],
  retention_days: undefined,
  archive_retention_days: undefined,
})

/** Targets whose attempts fail until `is_up`; attempts are written down with their minute. */
const setUp = (...names: readonly string[]) => {
  const clock = new FakeClock()
  const began = clock.now()
  const rig = { is_up: false, attempts: [] as string[], state: UNTRIED, ended: false }
  const copy = async (target: string, signal: AbortSignal | undefined): Promise<TargetResult> => {
    rig.attempts.push(`${target} ${String(Math.floor((clock.now() - began) / MINUTE_MS))}`)
    if (signal?.aborted === true) throw new DenidinError('stopping', 'DeniDin is stopping')
    const problem = rig.is_up || target === 'good' ? undefined : 'it is down'
    const counts = { backups: problem === undefined ? 1 : 0, objects: 0, bytes: 0 }
    return { target, state: problem === undefined ? 'copied' : 'failed', ...counts, problem }
  }
  const thread: Requests<BackupRequests> = {
    request: async (_name, input, options) => await copy((input as { target: string }).target, options?.signal),
  }
  const copies = new TargetCopies({
    targets: names.map(listed),
    states: { of: async () => rig.state },
    thread,
    ids: async () => ['2026-11-20T023000Z-full-abcd'],
    clock,
    random: fakeIds(),
    logger: silentLogger,
  })
  return { clock, rig, copies }
}

test('a target that is down is tried again with growing pauses of at most an hour, until it is up', async () => {
  const { clock, rig, copies } = setUp('bad', 'good')
  copies.copySoon()
  await clock.advance(0)
  expect(rig.attempts).toEqual(['bad 0', 'good 0'])
  for (let minute = 0; minute < 300; minute++) await clock.advance(MINUTE_MS)
  const minutes = rig.attempts.slice(2).map(attempt => Number(attempt.replace('bad ', '')))
  const pauses = minutes.map((minute, at) => minute - (minutes[at - 1] ?? 0))
  expect(pauses.length).toBeGreaterThan(7)
  expect(pauses).toEqual([...pauses].sort((one, other) => one - other))
  expect(pauses.at(-1)).toBeLessThanOrEqual(HOUR_MS / MINUTE_MS)
  rig.is_up = true
  await clock.advance(HOUR_MS)
  const tried = rig.attempts.length
  await clock.advance(10 * HOUR_MS)
  expect(rig.attempts.length).toBe(tried)
})

test('a new backup ends the pause', async () => {
  const { clock, rig, copies } = setUp('bad')
  copies.copySoon()
  for (let minute = 0; minute < 100; minute++) await clock.advance(MINUTE_MS)
  const tried = rig.attempts.length
  rig.is_up = true
  copies.copySoon()
  await clock.advance(0)
  expect(rig.attempts.length).toBe(tried + 1)
})

test('a start continues where a target lacks the newest backup, and not otherwise', async () => {
  const { clock, rig, copies } = setUp('good')
  rig.state = { ...UNTRIED, backups: ['2026-11-20T023000Z-full-abcd'] }
  await copies.resume()
  await clock.advance(0)
  expect(rig.attempts).toEqual([])
  rig.state = UNTRIED
  await copies.resume()
  await clock.advance(0)
  expect(rig.attempts).toEqual(['good 0'])
})

test('a stop ends the pauses', async () => {
  const { clock, rig, copies } = setUp('bad')
  copies.copySoon()
  await clock.advance(0)
  await copies[Symbol.asyncDispose]()
  await clock.advance(10 * HOUR_MS)
  expect(rig.attempts).toEqual(['bad 0'])
})
