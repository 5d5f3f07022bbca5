/** Retention deletes what is too old, never the last good backup, and only objects that no backup needs. */
import { expect, test } from '@jest/globals'
import { truncateSync } from 'node:fs'
import { join } from 'node:path'
import { backupId, type BackupType } from '../../src/backup/manifest.ts'
import { expiredBackups, pruneBackups } from '../../src/backup/retention.ts'
import { PLAIN_FORM } from '../../src/backup/storage-form.ts'
import { DAY_MS } from '../../src/platform/clock.ts'
import { BackupRig } from '../support/backup/backup-rig.ts'

const NOW = Date.parse('2026-11-29T12:00:00Z')
const RETENTION = { retention_days: 30, archive_retention_days: 400 }

const made = (
  days_ago: number,
  type: BackupType,
  in_order?: boolean,
): { id: string; in_order: boolean | undefined } => ({
  id: backupId(NOW - days_ago * DAY_MS, type, 'abcd'),
  in_order,
})

test.each<[string, readonly (readonly [number, BackupType, boolean?])[], readonly number[]]>([
  [
    'nothing is too old',
    [
      [29, 'full'],
      [1, 'incremental'],
    ],
    [],
  ],
  [
    'full and incremental ones go after retention_days',
    [
      [40, 'full'],
      [31, 'incremental'],
      [2, 'full'],
    ],
    [0, 1],
  ],
  [
    'an archive stays longer',
    [
      [399, 'archive'],
      [40, 'full'],
      [1, 'full'],
    ],
    [1],
  ],
  [
    'an archive goes too, in the end',
    [
      [401, 'archive'],
      [1, 'full'],
    ],
    [0],
  ],
  ['the only backup stays, however old', [[900, 'full']], []],
  [
    'the last good one stays when all newer ones are bad',
    [
      [90, 'full', true],
      [3, 'full', false],
      [1, 'full', false],
    ],
    [],
  ],
  [
    'the newest stays although it is old and bad',
    [
      [90, 'full', true],
      [80, 'full', false],
    ],
    [],
  ],
  [
    'of incremental ones older than two days the last of each day stays',
    [
      [3.3, 'incremental'],
      [3.2, 'incremental'],
      [3.1, 'full'],
      [3, 'incremental'],
      [1.2, 'incremental'],
      [1.1, 'incremental'],
    ],
    [0, 1],
  ],
  [
    'a good one does not keep those before it',
    [
      [90, 'full', true],
      [60, 'full', true],
      [50, 'full'],
    ],
    [0],
  ],
])('%s', (_what, backups, expected) => {
  const all = backups.map(([days, type, in_order]) => made(days, type, in_order))
  expect(expiredBackups(all, RETENTION, NOW)).toEqual(expected.map(index => all[index]?.id))
})

test('pruning deletes the objects of old backups alone, and the others restore whole', async () => {
  await using rig = await BackupRig.make()
  const old = await rig.create('full')
  rig.say(3000)
  rig.clock.pass(40 * DAY_MS)
  await rig.create('incremental')
  await rig.create('incremental')
  const planned = await pruneBackups(rig.folder, RETENTION, rig.clock.now(), true)
  expect((await rig.folder.ids()).length).toBe(3)
  const done = await pruneBackups(rig.folder, RETENTION, rig.clock.now(), false)
  expect(done).toEqual(planned)
  expect(done).toMatchObject({ deleted: [old.id], kept: 2 })
  expect(done.objects).toBeGreaterThan(0)
  for (const id of await rig.folder.ids()) expect(await rig.verify(id)).toMatchObject({ in_order: true })
})

test('pruning collects what an interrupted backup stored', async () => {
  await using rig = await BackupRig.make()
  await rig.create('full')
  const kept = await rig.folder.objects.list()
  await rig.folder.objects.put(Buffer.from('left by an interrupted backup'), PLAIN_FORM, false)
  expect(await pruneBackups(rig.folder, RETENTION, rig.clock.now(), false)).toMatchObject({ deleted: [], objects: 1 })
  expect(await rig.folder.objects.list()).toEqual(kept)
})

test('while a manifest cannot be read nothing is deleted, and the reason says what to do', async () => {
  await using rig = await BackupRig.make()
  const { id } = await rig.create('full')
  rig.clock.pass(40 * DAY_MS)
  await rig.create('full')
  truncateSync(join(rig.folder.path, 'backups', `${id}.json`), 99)
  const objects = await rig.folder.objects.list()
  await expect(pruneBackups(rig.folder, RETENTION, rig.clock.now(), false)).rejects.toThrow(
    `Move backups/${id}.json away to give that backup up`,
  )
  expect(await rig.folder.objects.list()).toEqual(objects)
})
