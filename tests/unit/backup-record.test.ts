/** The history of backups, drills, and backups in the background. */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { appendFileSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { recordedBackups } from '../../src/app/backup/recorded-backups.ts'
import { BackgroundBackup } from '../../src/backup/background-backup.ts'
import { BackupHistory } from '../../src/backup/backup-history.ts'
import { BackupDrills } from '../../src/backup/drills.ts'
import type { BackupSummary } from '../../src/backup/backups.ts'
import type { ListedBucket, ListedFolder } from '../../src/platform/backup-targets.ts'
import { DAY_MS } from '../../src/platform/clock.ts'
import { DenidinError } from '../../src/platform/errors.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { FakeBackups, VERIFICATION } from '../support/operations/fake-backups.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts'

let folder: TemporaryFolder
let clock: FakeClock
let history: BackupHistory

beforeEach(async () => {
  folder = await temporaryFolder()
  clock = new FakeClock()
  history = new BackupHistory(join(folder.path, 'data', 'backup-history.jsonl'), clock)
})
afterEach(async () => {
  await folder[Symbol.asyncDispose]()
})

const path = (): string => join(folder.path, 'data', 'backup-history.jsonl')

test('backups and verifications are written down, refusals and cancelled ones are not', async () => {
  const fake = new FakeBackups([])
  let failure: DenidinError | undefined
  const recorded = recordedBackups(
    {
      create: async (type, extras) => {
        if (failure !== undefined) throw failure
        return await fake.create(type, extras)
      },
      verify: fake.verify,
    },
    history,
    silentLogger,
  )
  await recorded.create('full', [])
  await recorded.create('point', [])
  await recorded.verify('latest')
  for (const code of ['unavailable', 'not_found', 'stopping'] as const) {
    failure = new DenidinError(code, 'the disk is full')
    await expect(recorded.create('full', [])).rejects.toBe(failure)
  }
  expect(await history.since(1)).toMatchObject([
    { act: 'create', ok: true, backup_id: VERIFICATION.backup_id, problem: null },
    { act: 'verify', ok: true },
    { act: 'create', ok: false, backup_id: null, problem: 'the disk is full' },
  ])
  expect(await history.success(30)).toEqual({ days: 30, succeeded: 1, attempted: 2 })
  expect(await history.lastProblem(30)).toBe('the disk is full')
  expect(statSync(path()).mode & 0o077).toBe(0)
})

test('successes are counted over the last days, whatever a crash left of a line', async () => {
  const result = { act: 'create', backup_id: null, target: null, problem: null } as const
  await history.add({ ...result, ok: false })
  clock.step(31 * DAY_MS)
  await history.add({ ...result, ok: true })
  appendFileSync(path(), '{"at":"2026-')
  expect(await history.success(30)).toEqual({ days: 30, succeeded: 1, attempted: 1 })
  expect(await history.success(60)).toEqual({ days: 60, succeeded: 1, attempted: 2 })
})

test('old results are removed when the file has grown', async () => {
  const result = { act: 'verify', ok: true, backup_id: null, target: null, problem: 'x'.repeat(600_000) } as const
  await history.add(result)
  clock.step(401 * DAY_MS)
  await history.add(result)
  expect(readFileSync(path(), 'utf8').trim().split('\n')).toHaveLength(1)
})

const FOLDER: ListedFolder = {
  name: 'nas',
  type: 'folder',
  folder: '/nas',
  types: [],
  retention_days: undefined,
  archive_retention_days: undefined,
}
const GLACIER: ListedBucket = {
  ...FOLDER,
  name: 'glacier',
  type: 's3',
  bucket: 'b',
  region: 'r',
  endpoint: undefined,
  prefix: '',
  storage_class: 'GLACIER',
  path_style: false,
  access_key_id: 'a',
  secret_access_key: 's',
  session_token: undefined,
}

/** Drills over four backups, three of them at the targets; `at` is what chance says. */
const drillsAt = (at: number, verified: string[], problem?: string): BackupDrills => {
  const verify = async (backup_id: string) => ({
    ...VERIFICATION,
    backup_id,
    in_order: problem === undefined,
    problems: problem === undefined ? [] : [problem],
  })
  const known = { types: [], last_success: null, problem: null, damaged: [], backups: ['a', 'b', 'c'] }
  return new BackupDrills({
    backups: {
      verify: async id => {
        verified.push(id)
        return await verify(id)
      },
    },
    targets: {
      status: async () => [
        { target: 'glacier', type: 's3', ...known },
        { target: 'nas', type: 'folder', ...known },
      ],
      verify: async (target, id) => {
        verified.push(`${target} ${id}`)
        return await verify(id)
      },
    },
    listed: [FOLDER, GLACIER],
    ids: async () => ['a', 'b', 'c', 'd'],
    history,
    random: { fraction: () => at },
  })
}

test('a drill verifies a backup chosen at random here, and one at a target that can be read', async () => {
  const verified: string[] = []
  for (const at of [0, 0.5, 0.99]) await drillsAt(at, verified).run({})
  expect(verified).toEqual(['a', 'nas a', 'c', 'nas b', 'd', 'nas c'])
  expect(await history.since(1)).toMatchObject([
    { act: 'drill', ok: true, backup_id: 'a', target: null },
    { act: 'drill', ok: true, backup_id: 'a', target: 'nas' },
    {},
    {},
    {},
    {},
  ])
})

test('a drill that finds a damaged backup says which, and keeps the result', async () => {
  expect(await drillsAt(0, [], 'an object is missing').run({})).toMatchObject([
    { backup_id: 'a', target: undefined, in_order: false, problem: 'an object is missing' },
    { backup_id: 'a', target: 'nas', in_order: false },
  ])
  expect((await history.since(1)).map(({ ok }) => ok)).toEqual([false, false])
})

test('a backup in the background is started once, reports its progress, and then its result once', async () => {
  const asked: string[] = []
  const fake = new FakeBackups(asked)
  const end = Promise.withResolvers<undefined>()
  const background = new BackgroundBackup({
    create: async (type, extras, options): Promise<BackupSummary> => {
      options?.progress?.({ done: 4, total: 10, unit: 'MB' })
      await end.promise
      return await fake.create(type, extras)
    },
    made: () => asked.push('made'),
    clock,
  })
  const first = background.run(20_000)
  await clock.advance(20_000)
  expect(await first).toEqual({ state: 'running', done: 4, total: 10 })
  const second = background.run(20_000)
  end.resolve(undefined)
  expect(await second).toMatchObject({ state: 'made', backup: { id: VERIFICATION.backup_id } })
  expect(asked).toEqual(['backup incremental', 'made'])
  expect(await background.run(20_000)).toMatchObject({ state: 'made' })
  expect(asked).toHaveLength(4)
})

test('a backup in the background that fails gives its reason', async () => {
  const background = new BackgroundBackup({
    create: () => Promise.reject(new DenidinError('unavailable', 'the disk is full')),
    made: () => undefined,
    clock,
  })
  expect(await background.run(20_000)).toEqual({ state: 'failed', problem: 'the disk is full' })
})
