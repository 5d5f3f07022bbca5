/** Backups are consistent, complete, and store only what has changed. */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PLAIN_FORM } from '../../src/backup/storage-form.ts'
import { BackupRig, silentCall } from '../support/backup/backup-rig.ts'

let rig: BackupRig

beforeEach(async () => {
  rig = await BackupRig.make()
})
afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

test('a manifest names every file with its size, digest and objects, and every table with count and digest', async () => {
  const manifest = await rig.create('full')
  expect(manifest.databases.map(({ name, path }) => [name, path])).toEqual([
    ['database', 'denidin.db'],
    ['erasures', 'erasures.db'],
  ])
  const [main] = manifest.databases
  expect(main?.tables.map(({ name, rows }) => [name, rows])).toEqual([
    ['marks', 2],
    ['messages', 200],
    ['migrations', 1],
  ])
  expect(main?.migrations).toEqual(['messages-001'])
  expect(main?.bytes).toBe(statSync(rig.data('denidin.db')).size)
  expect(manifest.folders.map(({ path, files }) => [path, files.map(file => file.path)])).toEqual([
    ['sessions', ['one/session.json']],
    ['usage', ['budget-usage.jsonl']],
    ['config', ['config.json']],
  ])
  expect((await rig.folder.list()).backups).toEqual([manifest])
})

test('an incremental backup stores only the pieces that changed, and restores as much as a full one', async () => {
  rig.say(5000)
  const full = await rig.create('full')
  rig.say(1)
  const next = await rig.create('incremental')
  expect(next.parent).toBe(full.id)
  expect(next.new_bytes).toBeLessThan(full.new_bytes / 3)
  await rig.folder.delete([full.id])
  expect(await rig.verify(next.id)).toMatchObject({ in_order: true, problems: [] })
  const again = await rig.create('incremental')
  expect(again.new_objects).toBeLessThanOrEqual(1)
})

test('a full backup replaces objects that were damaged meanwhile, an incremental one relies on them', async () => {
  await rig.create('full')
  const [object = ''] = rig.files.filter(path => path.startsWith('objects/'))
  writeFileSync(join(rig.folder.path, object), Buffer.alloc(200))
  await rig.create('incremental')
  expect((await rig.verify()).in_order).toBe(false)
  await rig.create('full')
  expect(await rig.verify()).toMatchObject({ in_order: true })
})

test('a database that is written to while it is copied is copied as it was at one moment', async () => {
  rig.say(20_000)
  using writer = rig.open('denidin.db')
  const add = writer.prepare('insert into messages (message_id, text) values (?, ?)')
  let added = 0
  const write = (): void => {
    add.run(`during-${String(added++)}`, 'x')
  }
  const manifest = await rig.create('full', { ...silentCall(), progress: write })
  expect(added).toBeGreaterThan(10)
  // Every message was written after the moment of the snapshot.
  expect(manifest.databases[0]?.tables.find(({ name }) => name === 'messages')?.rows).toBe(20_200)
  expect(await rig.verify()).toMatchObject({ in_order: true, problems: [] })
})

test('a backup that is called off leaves no manifest and no copy', async () => {
  const stop = new AbortController()
  const call = { signal: stop.signal, progress: () => stop.abort(new Error('called off')) }
  await expect(rig.create('full', call)).rejects.toThrow('called off')
  expect(await rig.folder.ids()).toEqual([])
  expect(existsSync(rig.data('run', 'backup'))).toBe(false)
  await rig.create('full')
  expect(await rig.verify()).toMatchObject({ in_order: true })
})

test('an empty data folder gives one sentence and no backup', async () => {
  rmSync(rig.data(), { recursive: true })
  mkdirSync(rig.data())
  await expect(rig.create()).rejects.toThrow(`there is nothing to back up in ${rig.data()} yet`)
})

test('while one command works in the folder, another is refused', async () => {
  using _lock = rig.folder.lock()
  await expect(rig.create()).rejects.toMatchObject({ code: 'already_running' })
})

test('an object can be read with the zstd tool, where that is installed', async () => {
  await rig.create('full')
  const [object = ''] = rig.files.filter(path => path.startsWith('objects/'))
  const { error, stdout } = spawnSync('zstd', ['-dc', join(rig.folder.path, object)])
  const content = await rig.folder.objects.get(object.slice(-68, -4), PLAIN_FORM)
  expect(error === undefined ? stdout.equals(content) : true).toBe(true)
})

test('files of backups can be read by their owner alone', async () => {
  await rig.create('full')
  const modes = readdirSync(rig.folder.path, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && !entry.parentPath.endsWith('run'))
    .map(entry => statSync(join(entry.parentPath, entry.name)).mode & 0o077)
  expect(new Set(modes)).toEqual(new Set([0]))
})

test('progress is told in megabytes and never runs back', async () => {
  rig.say(5000)
  const steps: number[] = []
  await rig.create('full', { ...silentCall(), progress: ({ done }) => steps.push(done) })
  expect(steps).toEqual([...steps].sort((one, other) => one - other))
  expect(steps.at(-1)).toBeGreaterThan(1)
})

test('a manifest is one line of JSON that carries its own checksum', async () => {
  const { id } = await rig.create()
  const text = readFileSync(join(rig.folder.path, 'backups', `${id}.json`), 'utf8')
  expect(JSON.parse(text)).toMatchObject({ manifest: { format: 'denidin-backup', id } })
})
