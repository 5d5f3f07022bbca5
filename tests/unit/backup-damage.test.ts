/** Whatever happens to the bytes of a backup is found, and never restored. */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { copyFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeManifest, type Manifest } from '../../src/backup/manifest.ts'
import { BackupRig, contentsOf } from '../support/backup/backup-rig.ts'

/** How many bits are flipped, each in another backup: `BACKUP_FLIPS`, 30 by default. */
const FLIPS = Number(process.env['BACKUP_FLIPS'] ?? 30)
const FLIPS_TIMEOUT_MS = 60_000 + FLIPS * 1000

let rig: BackupRig

beforeEach(async () => {
  rig = await BackupRig.make()
  rig.say(1500)
})
afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

/** The outcome of a verification, or the reason why it could not begin. */
const findings = async (): Promise<readonly string[]> =>
  await rig.verify().then(
    ({ problems }) => problems,
    (error: Error) => [error.message],
  )

/** Damages a file, looks what a verification and a restore make of it, and mends it again. */
const isFound = async (file: string, damage: (path: string) => void): Promise<boolean> => {
  const path = join(rig.folder.path, file)
  const whole = readFileSync(path)
  damage(path)
  if (whole.equals(readFileSync(path))) return true
  const before = contentsOf(rig.data())
  const found = await findings()
  const restored = await rig.restore().then(
    () => true,
    () => false,
  )
  writeFileSync(path, whole)
  expect(restored).toBe(false)
  expect(contentsOf(rig.data())).toEqual(before)
  return found.length > 0
}

/** Whether backups are encrypted. */
const FORMS = [
  ['a plain', false],
  ['an encrypted', true],
] as const

test.each(FORMS)(
  'a flipped bit in any file of %s backup is found by a verification, and refused by a restore',
  async (_form, is_encrypted) => {
    if (is_encrypted) await rig.encrypt()
    await rig.create('full')
    const { files } = rig
    await fc.assert(
      fc.asyncProperty(fc.nat(files.length - 1), fc.nat(), fc.nat(7), async (file, at, bit) => {
        const flip = (path: string): void => {
          const bytes = readFileSync(path)
          const place = at % bytes.length
          bytes[place] = (bytes[place] ?? 0) ^ (1 << bit)
          writeFileSync(path, bytes)
        }
        expect(await isFound(files[file] ?? '', flip)).toBe(true)
      }),
      { numRuns: FLIPS },
    )
  },
  FLIPS_TIMEOUT_MS,
)

test.each(FORMS)(
  'every file of %s backup that is cut, emptied, lengthened or missing is found',
  async (_form, is_encrypted) => {
    if (is_encrypted) await rig.encrypt()
    await rig.create('full')
    for (const file of rig.files) {
      const size = readFileSync(join(rig.folder.path, file)).length
      for (const left of [0, 1, Math.floor(size / 2), size - 1]) {
        expect(await isFound(file, path => truncateSync(path, left))).toBe(true)
      }
      expect(await isFound(file, path => writeFileSync(path, 'x', { flag: 'a' }))).toBe(true)
    }
    const [object = '', other = ''] = rig.files.filter(path => path.startsWith('objects/'))
    expect(await isFound(object, path => copyFileSync(join(rig.folder.path, other), path))).toBe(true)
    rmSync(join(rig.folder.path, object))
    expect(await findings()).toEqual([expect.stringContaining('is missing')])
  },
)

test('a manifest under another name, of another program or of a newer version is refused with the reason', async () => {
  const { id } = await rig.create('full')
  const path = join(rig.folder.path, 'backups', `${id}.json`)
  const other = id.replace(/.{4}$/, 'ffff')
  copyFileSync(path, join(rig.folder.path, 'backups', `${other}.json`))
  expect(await findings()).toEqual([`the manifest of ${other} belongs to ${id}`])
  writeFileSync(join(rig.folder.path, 'backups', `${other}.json`), '{"name":"restic"}\n')
  expect(await findings()).toEqual([`the manifest of ${other} is not one of DeniDin`])
})

test('a damaged backup is listed with the reason, and the one before it is restored on request', async () => {
  const first = await rig.create('full')
  const second = await rig.create('incremental')
  truncateSync(join(rig.folder.path, 'backups', `${second.id}.json`), 50)
  expect(await rig.folder.list()).toEqual({
    backups: [first],
    damaged: [{ id: second.id, reason: expect.stringContaining('checksum') }],
  })
  await expect(rig.restore()).rejects.toMatchObject({ code: 'damaged' })
  expect(await rig.restore({ backup_id: first.id })).toMatchObject({ backup_id: first.id })
})

test('recall that does not find what it should makes a backup fail its verification, and the result is recorded', async () => {
  const { id } = await rig.create('full')
  const problems = ['recall did not find a message by its words']
  const verification = await rig.verify('latest', async () => ({ questions: 3, answered: 2, problems }))
  expect(verification).toMatchObject({ in_order: false, problems, questions: 3, answered: 2 })
  expect(await rig.folder.verification(id)).toEqual(verification)
})

/** Replaces the manifest of a backup by one with right checksums. */
const forge = (manifest: Manifest): void => {
  writeFileSync(join(rig.folder.path, 'backups', `${manifest.id}.json`), writeManifest(manifest))
}

/** The manifest with another description of what `denidin.db` contains. */
const described = (manifest: Manifest, change: Partial<Manifest['databases'][number]>): Manifest => ({
  ...manifest,
  databases: manifest.databases.map(each => (each.name === 'database' ? { ...each, ...change } : each)),
})

const CHANGES: readonly (readonly [what: string, sql: string, problem: string])[] = [
  ['a row fewer', 'delete from messages where seq = 1', 'denidin.db: messages has 1699 rows, not 1700'],
  ['a row more', "insert into messages (text) values ('x')", 'denidin.db: messages has 1701 rows, not 1700'],
  ['another text', "update messages set text = 'x' where seq = 7", 'denidin.db: rows of messages differ'],
  ['a number as text', "update marks set value = '9' where scope = 'b'", 'denidin.db: rows of marks differ'],
  ['a null', 'update messages set price = null where seq = 9', 'denidin.db: rows of messages differ'],
  ['a column more', 'alter table messages add column more', 'denidin.db: rows of messages differ'],
  ['a table fewer', 'drop table marks', 'denidin.db: the table marks is missing'],
  ['a table more', 'create table others (a)', 'denidin.db has tables that the manifest lacks'],
  ['another migration', 'delete from migrations', 'denidin.db has another schema'],
]

test.each(CHANGES)(
  'a database with %s than its manifest says is found, although every checksum of a file is right',
  async (_what, sql, problem) => {
    const [before] = (await rig.create('full')).databases
    {
      using main = rig.open('denidin.db')
      main.exec(sql)
    }
    const after = await rig.create('full')
    expect(await rig.verify()).toMatchObject({ problems: [] })
    forge(described(after, { tables: before?.tables ?? [], migrations: before?.migrations ?? [] }))
    const data = contentsOf(rig.data())
    expect((await rig.verify()).problems).toContainEqual(expect.stringContaining(problem))
    await expect(rig.restore()).rejects.toMatchObject({ code: 'damaged', message: expect.stringContaining(problem) })
    expect(contentsOf(rig.data())).toEqual(data)
  },
)

test('a manifest with right checksums that names another size or digest of a file is found', async () => {
  const manifest = await rig.create('full')
  const [main] = manifest.databases
  forge(described(manifest, { bytes: (main?.bytes ?? 0) + 1 }))
  expect(await findings()).toEqual(['denidin.db has another size than the manifest says'])
  forge(described(manifest, { sha256: '0'.repeat(64) }))
  expect(await findings()).toEqual([expect.stringContaining('has other content than the manifest says')])
  forge(described(manifest, { objects: main?.objects.slice(1) ?? [] }))
  expect(await findings()).toEqual([expect.stringContaining('has other content than the manifest says')])
  const folders = manifest.folders.map(each => ({
    ...each,
    files: each.files.map(file => ({ ...file, sha256: '0'.repeat(64) })),
  }))
  forge({ ...manifest, folders })
  expect(await findings()).toHaveLength(folders.flatMap(({ files }) => files).length)
})
