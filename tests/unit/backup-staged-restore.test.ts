/** A restore while DeniDin runs waits for the next start, which replaces the data by it, or leaves the data as it is. */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BackupHealth } from '../../src/backup/backup-health.ts'
import type { RestoreResult } from '../../src/backup/restore-backup.ts'
import { applyStagedRestore } from '../../src/backup/staged-restore.ts'
import { clearStaging, dataAside, finishRestore, stagedSwap } from '../../src/backup/swap.ts'
import { BackupRig, contentsOf } from '../support/backup/backup-rig.ts'

let rig: BackupRig

beforeEach(async () => {
  rig = await BackupRig.make()
})
afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

const NOW = Date.parse('2026-11-29T15:00:00Z')

const stage = (request: Parameters<BackupRig['restore']>[0] = {}): Promise<RestoreResult> =>
  rig.restore(request, rig.data(), true)

/** What a start does before it opens anything. */
const start = async () => {
  expect(await finishRestore(rig.data())).toBeUndefined()
  return await applyStagedRestore(rig.data(), NOW)
}

const dataFiles = (): ReadonlyMap<string, string> =>
  new Map([...contentsOf(rig.data())].filter(([path]) => !/^(before-restore|restore\/|restored-|run\/)/.test(path)))

test('a restore while the data is open changes nothing until the next start, which puts the old data aside', async () => {
  const { id, created_at } = await rig.create('full')
  rig.say(3)
  {
    using open = rig.open('denidin.db')
    const before = dataFiles()
    expect(await stage()).toMatchObject({
      outcome: 'staged',
      backup_id: id,
      kept_aside: undefined,
      left: { messages: 3 },
    })
    expect(dataFiles()).toEqual(before)
    expect(open.prepare('select count(*) as count from messages').get()).toEqual({ count: 203 })
  }
  // What comes until the restart is counted as well.
  rig.say(2)
  rig.write('index.db', 'an index of the later messages')
  expect(await stagedSwap(rig.data())).toMatchObject({ backup_id: id, created_at })
  expect(await start()).toMatchObject({ outcome: 'restored', swap: { backup_id: id, left: { messages: 5 } } })
  expect(rig.messages()).toBe(200)
  expect(existsSync(rig.data('index.db'))).toBe(false)
  expect(existsSync(rig.data('restore'))).toBe(false)
  const [aside] = await dataAside(rig.data())
  expect(aside).toMatchObject({
    backup_id: id,
    restored_at: '2026-11-29T15:00:00.000Z',
    folder: rig.data('before-restore-2026-11-29T15-00-00-000Z'),
    left: { messages: 5 },
  })
  using old = rig.open(join('before-restore-2026-11-29T15-00-00-000Z', 'denidin.db'))
  expect(old.prepare('select count(*) as count from messages').get()).toEqual({ count: 205 })
  expect(await start()).toBeUndefined()
})

test('what is forgotten between the staging and the start is known to the restored data', async () => {
  await rig.create('full')
  await stage()
  rig.forget('after the staging')
  const log = readFileSync(rig.data('erasures.db'))
  expect(await start()).toMatchObject({ outcome: 'restored' })
  expect(readFileSync(rig.data('erasures.db'))).toEqual(log)
})

test('a staged restore is dropped on request, and replaced by a later one', async () => {
  const first = await rig.create('full')
  rig.say(10)
  const second = await rig.create('incremental')
  await stage({ backup_id: first.id })
  await stage({ backup_id: second.id })
  expect(await stagedSwap(rig.data())).toMatchObject({ backup_id: second.id })
  const before = dataFiles()
  await clearStaging(rig.data())
  expect(await start()).toBeUndefined()
  expect(dataFiles()).toEqual(before)
})

test.each<[string, (folder: string) => void]>([
  ['lacks a file', folder => rmSync(join(folder, 'new', 'denidin.db'))],
  ['lacks all files', folder => rmSync(join(folder, 'new'), { recursive: true })],
])('a staged restore that %s is dropped, and the data stays', async (_what, damage) => {
  await rig.create('full')
  rig.say(4)
  await stage()
  const before = dataFiles()
  damage(rig.data('restore'))
  expect(await start()).toMatchObject({ outcome: 'dropped', reason: 'files of it are missing' })
  expect(dataFiles()).toEqual(before)
  expect(existsSync(rig.data('restore'))).toBe(false)
})

test('an erasure log of a backup that was to replace the present one does not, if something is forgotten meanwhile', async () => {
  await using other = await BackupRig.make()
  other.forget('elsewhere')
  await other.create('full')
  // A fresh installation, in which nothing was forgotten yet.
  const restore = (): Promise<RestoreResult> => other.restore({}, rig.data(), true)
  expect(await restore()).toMatchObject({ outcome: 'staged', erasure_log: 'from_backup' })
  rig.forget('here')
  const before = dataFiles()
  expect(await start()).toMatchObject({ outcome: 'dropped', reason: expect.stringContaining('forgotten since') })
  expect(dataFiles()).toEqual(before)
})

test('a staging that was interrupted leaves nothing behind', async () => {
  mkdirSync(rig.data('restore', 'new'), { recursive: true })
  writeFileSync(rig.data('restore', 'new', 'denidin.db'), 'half of it')
  expect(await start()).toBeUndefined()
  expect(readdirSync(rig.data())).not.toContain('restore')
})

test('a backup that cannot be restored drops nothing that runs, and leaves no files', async () => {
  await rig.create('full')
  rmSync(join(rig.folder.path, 'objects'), { recursive: true })
  await expect(stage()).rejects.toThrow('cannot be restored')
  expect(existsSync(rig.data('restore'))).toBe(false)
  expect(rig.messages()).toBe(200)
})

test('the health names a staged restore, and then what only the old data has', async () => {
  const { id, created_at } = await rig.create('full')
  rig.say(1)
  const health = new BackupHealth({
    encryption: 'off',
    folder: rig.folder,
    restoreState: async () => ({ staged: await stagedSwap(rig.data()), aside: await dataAside(rig.data()) }),
    pointState: () => undefined,
    targets: { status: async () => [] },
    history: {
      success: async () => ({ days: 30, succeeded: 1, attempted: 1 }),
      lastProblem: async () => undefined,
    },
    scheduled: true,
    warn_after_hours: 50,
    clock: rig.clock,
  })
  await stage()
  expect(await health.health()).toMatchObject({
    state: 'unknown',
    detail: expect.stringContaining(
      `The backup ${id} is staged: its data (${created_at}) replaces the present data at the next start.`,
    ),
  })
  await start()
  const { detail } = await health.health()
  expect(detail).toContain('One message of ')
  expect(detail).toContain(`is only in the old data, in ${rig.data('before-restore-2026-11-29T15-00-00-000Z')}.`)
  expect(detail).not.toContain('staged')
})
