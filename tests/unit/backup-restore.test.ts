/** A restore works from any state of the data folder, keeps the erasure log, and changes all or nothing. */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { BackupFolder } from '../../src/backup/backup-folder.ts'
import { writeManifest } from '../../src/backup/manifest.ts'
import { finishRestore } from '../../src/backup/swap.ts'
import { BackupRig, contentsOf } from '../support/backup/backup-rig.ts'
import { SMALL_DISKS, smallDisk } from '../support/small-disk.ts'

let rig: BackupRig

beforeEach(async () => {
  rig = await BackupRig.make()
})
afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

const files = (): readonly string[] =>
  [...contentsOf(rig.data()).keys()].filter(path => !/^(before-restore|restored-|run\/)/.test(path))

test.each<[string, () => void]>([
  ['is unchanged', () => undefined],
  ['is missing', () => rmSync(rig.data(), { recursive: true })],
  ['is empty', () => readdirSync(rig.data()).forEach(name => rmSync(rig.data(name), { recursive: true }))],
  ['lacks denidin.db', () => rmSync(rig.data('denidin.db'))],
  ['has a denidin.db cut in half', () => truncateSync(rig.data('denidin.db'), 20_000)],
  ['has text in the place of denidin.db', () => writeFileSync(rig.data('denidin.db'), 'no database')],
  [
    'has a folder in the place of denidin.db',
    () => {
      rmSync(rig.data('denidin.db'))
      mkdirSync(rig.data('denidin.db', 'inside'), { recursive: true })
    },
  ],
  [
    'has the write-ahead log of another database',
    () => writeFileSync(rig.data('denidin.db-wal'), Buffer.alloc(9000, 7)),
  ],
  ['lacks its sessions', () => rmSync(rig.data('sessions'), { recursive: true })],
  ['has sessions that the backup does not know', () => rig.write('sessions/two/session.json', '{}')],
  [
    'has an index and an archive of later',
    () => {
      rig.write('index.db', 'later')
      rig.write('memory/chroma.sqlite3', 'later')
      rig.write('archive.db', 'later')
    },
  ],
])('a backup is restored whole when the data folder %s', async (_state, damage) => {
  await rig.create('full')
  const expected = rig.messages()
  damage()
  const result = await rig.restore()
  expect(rig.messages()).toBe(expected)
  expect(files()).toEqual(['denidin.db', 'erasures.db', 'sessions/one/session.json', 'usage/budget-usage.jsonl'])
  expect(existsSync(rig.data('restore'))).toBe(false)
  expect(result.kept_aside === undefined || existsSync(result.kept_aside)).toBe(true)
  // Proves it again, from the restored data.
  await rig.create('full')
  expect(await rig.verify()).toMatchObject({ in_order: true })
})

test('the old state is put aside whole, and named', async () => {
  await rig.create('full')
  rig.say(5)
  rig.write('index.db', 'index')
  const before = contentsOf(rig.data())
  const { kept_aside = '' } = await rig.restore()
  expect(rig.messages()).toBe(200)
  const aside = contentsOf(kept_aside)
  const { ['restore.json']: record, ...old } = Object.fromEntries(aside)
  for (const [path, content] of Object.entries(old)) expect([path, before.get(path)]).toEqual([path, content])
  expect(Object.keys(old)).toEqual(['denidin.db', 'index.db', 'sessions/one/session.json', 'usage/budget-usage.jsonl'])
  expect(JSON.parse(Buffer.from(record ?? '', 'base64').toString())).toMatchObject({ left: { messages: 5 } })
})

test('a backup is restored to another path, with the configuration beside the data for the operator', async () => {
  const { id } = await rig.create('full')
  const elsewhere = join(rig.root, 'another machine', 'data')
  const result = await rig.restore({}, elsewhere)
  expect(result).toMatchObject({ erasure_log: 'from_backup', kept_aside: undefined })
  expect(existsSync(join(elsewhere, 'sessions', 'one', 'session.json'))).toBe(true)
  using restored = new DatabaseSync(join(elsewhere, 'denidin.db'))
  expect(restored.prepare('select count(*) as count from messages').get()).toEqual({ count: 200 })
  expect(readFileSync(join(result.for_operator ?? '', 'config', 'config.json'), 'utf8')).toContain('godfather_phone')
  expect(result.for_operator).toBe(join(elsewhere, `restored-${id}`))
})

test('the present erasure log stays: what was forgotten since the backup is known to the restored data', async () => {
  await rig.create('full')
  rig.forget('after the backup')
  const log = readFileSync(rig.data('erasures.db'))
  expect(await rig.restore()).toMatchObject({ erasure_log: 'kept' })
  expect(readFileSync(rig.data('erasures.db'))).toEqual(log)
})

test('without an erasure log, the newest of any backup is taken, also with an older backup', async () => {
  const old = await rig.create('full')
  rig.forget('after the old backup')
  await rig.create('incremental')
  rmSync(rig.data(), { recursive: true })
  expect(await rig.restore({ backup_id: old.id })).toMatchObject({ backup_id: old.id, erasure_log: 'from_backup' })
  using log = rig.open('erasures.db')
  expect(log.prepare('select act from acts').all()).toEqual([{ act: 'after the old backup' }])
})

test('an erasure log that is older than the backup is replaced, a damaged one too, and both are put aside', async () => {
  await rig.create('full')
  const older = readFileSync(rig.data('erasures.db'))
  rig.forget('something')
  await rig.create('incremental')
  writeFileSync(rig.data('erasures.db'), older)
  const first = await rig.restore()
  expect(first.erasure_log).toBe('from_backup')
  expect(readFileSync(join(first.kept_aside ?? '', 'erasures.db'))).toEqual(older)
  writeFileSync(rig.data('erasures.db'), 'damaged')
  expect(await rig.restore()).toMatchObject({ erasure_log: 'from_backup_damaged' })
})

test('a backup of another data folder is refused where something was forgotten, and taken by a fresh one', async () => {
  await using other = await BackupRig.make()
  await other.create('full')
  rig.forget('something')
  const restoreOther = async (): Promise<unknown> => {
    return await other.restore({}, rig.data())
  }
  await expect(restoreOther()).rejects.toMatchObject({
    code: 'damaged',
    message: expect.stringContaining('is a backup of another data folder'),
  })
  expect(rig.messages()).toBe(200)
  await using fresh = await BackupRig.make()
  expect(await other.restore({}, fresh.data())).toMatchObject({ erasure_log: 'from_backup' })
})

test('a backup of a newer DeniDin is refused, with its version', async () => {
  using main = rig.open('denidin.db')
  main.exec("insert into migrations values ('messages-999', 1)")
  const { id } = await rig.create('full')
  await expect(rig.restore()).rejects.toThrow('denidin.db was written by a newer DeniDin (test: messages-999)')
  expect((await rig.verify(id)).problems).toEqual([expect.stringContaining('messages-999')])
})

test('a backup is chosen by its id, the beginning of it, or a time', async () => {
  const first = await rig.create('full')
  rig.clock.pass(3_600_000)
  const second = await rig.create('incremental')
  const at = Date.parse(first.created_at)
  expect((await rig.restore({ before: at + 1000 })).backup_id).toBe(first.id)
  expect((await rig.restore({ before: Date.parse(second.created_at) })).backup_id).toBe(second.id)
  expect((await rig.restore({ backup_id: second.id.slice(0, 17) })).backup_id).toBe(second.id)
  await expect(rig.restore({ before: at - 1 })).rejects.toThrow('no backup is as old as')
  await expect(rig.restore({ backup_id: second.id.slice(0, 4) })).rejects.toThrow('may mean')
  await expect(rig.restore({ backup_id: '../../etc/passwd' })).rejects.toThrow('there is no backup "../../etc/passwd"')
})

test('the login is restored only when that is asked for', async () => {
  rig.write('whatsapp/session/key', 'old login')
  await rig.create('full')
  rig.write('whatsapp/session/key', 'new login')
  expect(await rig.restore()).toMatchObject({ restored_login: false })
  expect(readFileSync(rig.data('whatsapp/session/key'), 'utf8')).toBe('new login')
  expect(await rig.restore({ include_login: true })).toMatchObject({ restored_login: true })
  expect(readFileSync(rig.data('whatsapp/session/key'), 'utf8')).toBe('old login')
})

test.each(['../outside', '/etc/outside', 'a/../../outside', 'sessions\\outside', 'a//b', '.'])(
  'a manifest that wants to write to %s is refused',
  async path => {
    const manifest = await rig.create('full')
    const [database] = manifest.databases
    if (database === undefined) throw new Error('no database')
    const forged = { ...manifest, databases: [{ ...database, path }] }
    writeFileSync(join(rig.folder.path, 'backups', `${manifest.id}.json`), writeManifest(forged))
    await expect(rig.restore()).rejects.toThrow('makes no sense: databases.0.path is wrong')
  },
)

test('what an interrupted restore left before its swap is deleted, and changes nothing', async () => {
  rig.write('restore/new/denidin.db', 'half a database')
  const before = rig.messages()
  expect(await finishRestore(rig.data())).toBeUndefined()
  expect(existsSync(rig.data('restore'))).toBe(false)
  expect(rig.messages()).toBe(before)
})

;(SMALL_DISKS ? test : test.skip)('a full disk is refused before anything is written', async () => {
  rig.say(1000)
  await rig.create('full')
  await using disk = await smallDisk(2 ** 20)
  const data_root = join(disk.path, 'data')
  await expect(rig.restore({}, data_root)).rejects.toThrow('has too little room for the restored data')
  expect(readdirSync(data_root)).toEqual([])
})

test('an empty folder of backups, and one that is missing, give one sentence', async () => {
  await expect(rig.restore()).rejects.toThrow(`there is no backup in ${rig.folder.path}`)
  expect(await BackupFolder.at(join(rig.root, 'nowhere')).list()).toEqual({ backups: [], damaged: [] })
})
