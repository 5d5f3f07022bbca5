/** A process that makes or restores a backup is killed (kill -9) at random steps: all of it has happened, or none of it. */
import { expect, test } from '@jest/globals'
import { spawn } from 'node:child_process'
import { cp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pruneBackups } from '../../src/backup/retention.ts'
import { finishRestore } from '../../src/backup/swap.ts'
import { systemIds } from '../../src/platform/ids.ts'
import { BackupRig, contentsOf } from '../support/backup/backup-rig.ts'
import { random } from '../support/random-text.ts'
import { PROJECT } from '../support/script-run.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** How often each act is killed: `BACKUP_KILLS`, 4 by default. */
const KILLS = Number(process.env['BACKUP_KILLS'] ?? 4)
const SEED = Number(process.env['CRASH_SEED'] ?? Math.floor(systemIds.fraction() * 1e9))
const TIMEOUT_MS = 60_000 + KILLS * 20_000

/** Whether backups are encrypted. */
const FORMS = [
  ['a plain', false],
  ['an encrypted', true],
] as const

const RETENTION = { retention_days: 30, archive_retention_days: 400 }

/** Runs an act to its end, or to its death. @returns how many steps it took */
const live = async (root: string, act: string, die_at?: number): Promise<number> =>
  await new Promise((resolve, reject) => {
    const support = join(PROJECT, 'tests/support/backup')
    const { DIE_AT: _none, ...env } = process.env
    const child = spawn(
      process.execPath,
      ['--import', join(support, 'die-at-file-step.mjs'), join(support, 'backup-child.ts'), root, act],
      { env: die_at === undefined ? env : { ...env, DIE_AT: String(die_at) }, stdio: ['ignore', 'pipe', 'inherit'] },
    )
    let out = ''
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code !== 0 && signal !== 'SIGKILL') reject(new Error(`the process ended with ${String(code)}`))
      else resolve(Number(/steps (\d+)/.exec(out)?.[1] ?? 0))
    })
  })

/** The data of a rig, without what a restore puts beside it. */
const dataOf = (rig: BackupRig): ReadonlyMap<string, string> =>
  new Map([...contentsOf(rig.data())].filter(([path]) => !/^(before-restore|restored-|run\/)/.test(path)))

test.each(FORMS)(
  'whenever the making of %s backup is killed, it is not listed or it is whole, and the next one works',
  async (_form, is_encrypted) => {
    await using rig = await BackupRig.make()
    if (is_encrypted) await rig.encrypt()
    rig.say(2000)
    await rig.create('full')
    rig.say(3000)
    await using spare = await temporaryFolder()
    await cp(rig.root, spare.path, { recursive: true })
    const steps = await live(spare.path, 'create')
    expect(steps).toBeGreaterThan(50)
    const pick = random(SEED)
    for (let kill = 0; kill < KILLS; kill++) {
      const before = await rig.folder.ids()
      const die_at = 1 + pick.below(steps)
      await live(rig.root, 'create', die_at)
      const { backups, damaged } = await rig.folder.list()
      expect([die_at, SEED, damaged]).toEqual([die_at, SEED, []])
      expect(backups.length - before.length).toBeLessThanOrEqual(1)
      for (const { id } of backups.slice(-2))
        expect(await rig.verify(id)).toMatchObject({ in_order: true, problems: [] })
      await pruneBackups(rig.folder, RETENTION, rig.clock.now(), false)
      expect(await rig.verify()).toMatchObject({ in_order: true })
      await rig.folder.delete((await rig.folder.ids()).slice(1))
      await pruneBackups(rig.folder, RETENTION, rig.clock.now(), false)
    }
    await rig.create()
    expect(await rig.verify()).toMatchObject({ in_order: true })
  },
  TIMEOUT_MS,
)

test.each(FORMS)(
  'whenever a restore of %s backup is killed, the next start finds all of the old data or all of the backup',
  async (_form, is_encrypted) => {
    await using rig = await BackupRig.make()
    if (is_encrypted) await rig.encrypt()
    await rig.create('full')
    rig.say(500)
    rig.write('index.db', 'an index of the later messages')
    rig.write('sessions/two/session.json', '{"words":"later"}')
    const old = dataOf(rig)
    await using spare = await temporaryFolder()
    await cp(rig.root, spare.path, { recursive: true })
    const steps = await live(spare.path, 'restore')
    const restored = dataOf(BackupRig.at(spare.path))
    expect(restored).not.toEqual(old)
    const pick = random(SEED)
    let [forward, back] = [0, 0]
    for (let kill = 0; kill < KILLS; kill++) {
      await using crashed = await temporaryFolder()
      await cp(rig.root, crashed.path, { recursive: true })
      // Half of the kills are among the last steps, which move files.
      const die_at = kill % 2 === 0 ? 1 + pick.below(steps) : steps - pick.below(60)
      await live(crashed.path, 'restore', die_at)
      const after = BackupRig.at(crashed.path)
      await finishRestore(after.data())
      const now = dataOf(after)
      const is_restored = now.get('index.db') === undefined
      expect([die_at, SEED, now]).toEqual([die_at, SEED, is_restored ? restored : old])
      const beside = (await readdir(after.data())).filter(name => name.startsWith('before-restore'))
      expect(beside.length).toBe(is_restored ? 1 : 0)
      if (is_restored) forward += 1
      else back += 1
      await rm(after.data('restore'), { recursive: true, force: true })
      await after.restore()
      expect(dataOf(after)).toEqual(restored)
    }
    expect(forward + back).toBe(KILLS)
  },
  TIMEOUT_MS,
)

test.each(FORMS)(
  'whenever the making of %s restore point is killed, it is not listed or it is whole, and the next one works',
  async (_form, is_encrypted) => {
    await using rig = await BackupRig.make()
    if (is_encrypted) await rig.encrypt()
    rig.say(2000)
    await rig.create('full')
    rig.say(20)
    await using spare = await temporaryFolder()
    await cp(rig.root, spare.path, { recursive: true })
    const steps = await live(spare.path, 'point')
    expect(steps).toBeGreaterThan(10)
    const pick = random(SEED)
    for (let kill = 0; kill < KILLS; kill++) {
      await using crashed = await temporaryFolder()
      await cp(rig.root, crashed.path, { recursive: true })
      const die_at = 1 + pick.below(steps)
      await live(crashed.path, 'point', die_at)
      await using after = BackupRig.at(crashed.path)
      const { backups, damaged } = await after.folder.list()
      expect([die_at, SEED, damaged]).toEqual([die_at, SEED, []])
      await after.point()
      await pruneBackups(after.folder, RETENTION, after.clock.now(), false)
      const newest = (await after.folder.ids()).at(-1) ?? ''
      expect(backups.length).toBeLessThanOrEqual(2)
      expect([die_at, SEED, newest]).toEqual([die_at, SEED, expect.stringContaining('-point-')])
      expect(await after.verify(newest)).toMatchObject({ in_order: true, problems: [] })
    }
  },
  TIMEOUT_MS,
)

test.each(FORMS)(
  'whenever the staging of a restore of %s backup or the start after it is killed, the next start finds all of the old or the new data',
  async (_form, is_encrypted) => {
    await using rig = await BackupRig.make()
    if (is_encrypted) await rig.encrypt()
    await rig.create('full')
    rig.say(500)
    const old = dataOf(rig)
    await using spare = await temporaryFolder()
    await cp(rig.root, spare.path, { recursive: true })
    const staging = await live(spare.path, 'stage')
    await using staged = await temporaryFolder()
    await cp(spare.path, staged.path, { recursive: true })
    const starting = await live(spare.path, 'start')
    const restored = dataOf(BackupRig.at(spare.path))
    expect(restored).not.toEqual(old)
    const pick = random(SEED)
    for (let kill = 0; kill < KILLS; kill++) {
      const is_start = kill % 2 === 0
      await using crashed = await temporaryFolder()
      await cp(is_start ? staged.path : rig.root, crashed.path, { recursive: true })
      const die_at = 1 + pick.below(is_start ? starting : staging)
      await live(crashed.path, is_start ? 'start' : 'stage', die_at)
      // The next start.
      await live(crashed.path, 'start')
      const now = dataOf(BackupRig.at(crashed.path))
      const is_restored = JSON.stringify([...now]) === JSON.stringify([...restored])
      expect([is_start, die_at, SEED, now]).toEqual([is_start, die_at, SEED, is_restored ? restored : old])
      // A start that was killed completes the restore; a staging may have been complete.
      if (is_start) expect(is_restored).toBe(true)
      expect((await readdir(join(crashed.path, 'data'))).includes('restore')).toBe(false)
    }
  },
  TIMEOUT_MS,
)
