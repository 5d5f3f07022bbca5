/** Encrypted backups: what is hidden, what works without the key, and what another key, no key or damage is answered with. */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createKeyFile } from '../../src/backup/age/key-file.ts'
import { isSealed } from '../../src/backup/manifest.ts'
import { pruneBackups } from '../../src/backup/retention.ts'
import type { AgeSettings } from '../../src/backup/age/age-forms.ts'
import { sha256Of } from '../../src/platform/checksums.ts'
import { BackupRig, contentsOf } from '../support/backup/backup-rig.ts'

let rig: BackupRig
let keys: AgeSettings

beforeEach(async () => {
  rig = await BackupRig.make()
  keys = await rig.encrypt()
})
afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

const identity = (): string => join(rig.root, 'identity.txt')
const newKey = async (name: string): Promise<AgeSettings> => {
  const { file, recipient } = await createKeyFile(join(rig.root, name), new Date(0))
  return { identity_file: file, recipients: [recipient] }
}

/** The reason why nothing can be done with the newest backup. */
const reason = async (act: () => Promise<unknown> = () => rig.verify()): Promise<string> =>
  await act().then(
    () => 'it worked',
    (error: Error) => error.message,
  )

const stored = async (id: string) => {
  const found = await rig.folder.stored(id)
  if (!isSealed(found)) throw new Error('it is not encrypted')
  return found
}

test('a backup is made, verified and restored with its key, and says nothing about its content without it', async () => {
  rig.write('sessions/one/session.json', '{"words":"hello from Rexington"}')
  const manifest = await rig.create('full')
  expect(await rig.verify()).toMatchObject({ in_order: true, problems: [] })
  const before = rig.messages()
  rig.say(5)
  expect(await rig.restore()).toMatchObject({ backup_id: manifest.id, outcome: 'restored' })
  expect(rig.messages()).toBe(before)
  expect(readFileSync(rig.data('sessions/one/session.json'), 'utf8')).toContain('Rexington')

  const readable = [...contentsOf(rig.folder.path).entries()].map(([path, bytes]) => ({
    path,
    text: Buffer.from(bytes, 'base64').toString('latin1'),
  }))
  for (const word of ['Rexington', 'messages', 'denidin.db', 'sessions', 'session.json', 'CREATE TABLE']) {
    const holding = readable.filter(({ path, text }) => path.includes(word) || text.includes(word))
    expect([word, holding.map(({ path }) => path)]).toEqual([word, []])
  }
  // The name of an object is not the digest of what anyone could guess.
  const plain = sha256Of(Buffer.from('{"words":"hello from Rexington"}'))
  expect(JSON.stringify(readable)).not.toContain(plain)
  expect((await stored(manifest.id)).created_at).toBe(manifest.created_at)
})

test('the same content is stored once, in incremental backups and restore points as in full ones', async () => {
  const first = await rig.create('full')
  const again = await rig.create('incremental')
  expect(first.new_objects).toBeGreaterThan(2)
  expect(again.new_objects).toBe(0)
  await rig.point()
  expect((await rig.point()) === 'unchanged').toBe(true)
  rig.say(2)
  const point = await rig.point()
  expect(point).toMatchObject({ type: 'point', key_id: first.key_id })
  const id = typeof point === 'string' ? '' : point.id
  expect(await rig.verify(id)).toMatchObject({ in_order: true })
  const before = rig.messages()
  rig.say(1)
  await rig.restore({ backup_id: id })
  expect(rig.messages()).toBe(before)
  const restored = await rig.restore({ before: rig.clock.now() })
  expect(restored.backup_id).toBe(id)
})

test('without the key, backups are made, listed and pruned, and nothing is called verified or restored', async () => {
  rig.useKeys({ recipients: keys.recipients, identity_file: undefined })
  const first = await rig.create('full')
  rig.say(2)
  const point = await rig.point()
  expect(point).toMatchObject({ type: 'point' })
  const full = await rig.create('full')
  const { backups, damaged } = await rig.folder.list()
  expect([backups.length, damaged]).toEqual([3, []])
  const sentence = `${full.id} is encrypted and cannot be read: set backup.encryption.identity_file to the file with its private key`
  expect(await reason()).toBe(sentence)
  expect(await reason(() => rig.restore())).toBe(sentence)
  expect(await rig.folder.verification(full.id)).toBeUndefined()
  const much_later = rig.clock.now() + 100 * 24 * 3_600_000
  const { deleted } = await pruneBackups(
    rig.folder,
    { retention_days: 30, archive_retention_days: 400 },
    much_later,
    false,
  )
  expect(deleted).toContain(first.id)
  // What was made without it can be read with it.
  rig.useKeys(keys)
  expect(await rig.verify(full.id)).toMatchObject({ in_order: true, problems: [] })
})

test('each wrong key file is refused with one sentence that says what is wrong', async () => {
  const { id } = await rig.create('full')
  const file = identity()
  const whole = readFileSync(file)
  const other = await newKey('other.txt')
  rig.useKeys({ ...keys, identity_file: other.identity_file })
  expect(await reason()).toBe(
    `${id} is encrypted for another key than ${other.identity_file ?? ''} holds; add the private key of that time to the file, on a line of its own`,
  )
  rig.useKeys(keys)
  const faults: readonly (readonly [string, () => void])[] = [
    ['does not exist', () => rmSync(file)],
    [`can be read by other users of this machine; run chmod 600 ${file}`, () => chmodSync(file, 0o644)],
    ['holds no key; it must have a line that begins with AGE-SECRET-KEY-1', () => writeFileSync(file, '# nothing\n')],
    [
      'is damaged: line 3 is no key that begins with AGE-SECRET-KEY-1',
      () => writeFileSync(file, whole.subarray(0, -9)),
    ],
    [
      'is protected by a passphrase, which nobody types for a backup at night; give a file without one',
      () => writeFileSync(file, 'age-encryption.org/v1\n'),
    ],
  ]
  for (const [fault, damage] of faults) {
    damage()
    expect(await reason()).toBe(`backup.encryption.identity_file: ${file} ${fault}`)
    // Backups are made all the same: they do not need it.
    expect(await rig.create()).toMatchObject({ type: 'incremental' })
    rmSync(file, { force: true })
    writeFileSync(file, whole, { mode: 0o600 })
  }
  expect(await rig.verify()).toMatchObject({ in_order: true })
})

test('a file of other backups in the place of an object is named, and not restored', async () => {
  const { id } = await rig.create('full')
  const [object = ''] = (await stored(id)).objects
  const path = join(rig.folder.path, 'objects', object.slice(0, 2), `${object}.zst.age`)
  const whole = readFileSync(path)
  writeFileSync(path, 'x'.repeat(whole.length))
  expect((await rig.verify()).problems[0]).toContain(`${path} is damaged: it is no file of age`)
  rig.useKeys(await newKey('other.txt'))
  await rig.create('full')
  const foreign = rig.files.filter(each => each.endsWith('.age') && !each.includes(object))
  copyFileSync(join(rig.folder.path, foreign.at(-1) ?? ''), path)
  rig.useKeys(keys)
  const [problem] = (await rig.verify(id)).problems
  expect(problem).toMatch(/is damaged or belongs to other backups: it cannot be decrypted|holds other content/)
})

test('encryption is switched on and off and keys are replaced between backups of one folder', async () => {
  rig.useKeys({ recipients: [], identity_file: undefined })
  const plain = await rig.create('full')
  rig.useKeys(keys)
  expect(await rig.point()).toBe('needs_backup')
  const first = await rig.create('incremental')
  expect(first.new_objects).toBeGreaterThan(2)
  const next = await newKey('next.txt')
  // Both keys are in one file, each on a line.
  const both = join(rig.root, 'both.txt')
  writeFileSync(both, `${readFileSync(identity(), 'utf8')}${readFileSync(next.identity_file ?? '', 'utf8')}`, {
    mode: 0o600,
  })
  rig.useKeys({ recipients: [...keys.recipients, ...next.recipients], identity_file: both })
  const shared = await rig.create('incremental')
  rig.useKeys({ recipients: next.recipients, identity_file: both })
  const second = await rig.create('incremental')
  rig.useKeys({ recipients: [], identity_file: both })
  const open = await rig.create('incremental')
  expect(new Set([plain, first, shared, second].map(({ key_id }) => key_id)).size).toBe(4)
  expect(open.key_id).toBeNull()
  for (const { id } of [plain, first, shared, second, open]) {
    expect(await rig.verify(id)).toMatchObject({ in_order: true, problems: [] })
  }
  // Either key opens what is encrypted for both.
  for (const { identity_file } of [keys, next]) {
    rig.useKeys({ recipients: [], identity_file })
    expect(await rig.verify(shared.id)).toMatchObject({ in_order: true })
  }
  rig.useKeys({ recipients: [], identity_file: undefined })
  await rig.folder.delete([first.id, second.id])
  await pruneBackups(rig.folder, { retention_days: 30, archive_retention_days: 400 }, rig.clock.now(), false)
  expect(await rig.verify(plain.id)).toMatchObject({ in_order: true })
  rig.useKeys({ recipients: [], identity_file: next.identity_file })
  expect(await rig.verify(shared.id)).toMatchObject({ in_order: true })
})

test('the erasure log of the newest backup is restored with its own key, or the restore says that it needs that key', async () => {
  rig.useKeys({ recipients: [], identity_file: undefined })
  const plain = await rig.create('full')
  rig.forget('later')
  rig.useKeys(keys)
  const newest = await rig.create('incremental')
  const elsewhere = join(rig.root, 'elsewhere')
  mkdirSync(elsewhere)
  expect(await rig.restore({ backup_id: plain.id }, elsewhere)).toMatchObject({ erasure_log: 'from_backup' })
  {
    using log = rig.open('../elsewhere/erasures.db')
    expect(log.prepare('select act from acts').all()).toEqual([{ act: 'later' }])
  }
  rig.useKeys({ recipients: [], identity_file: undefined })
  const empty = join(rig.root, 'empty')
  mkdirSync(empty)
  expect(await reason(() => rig.restore({ backup_id: plain.id }, empty))).toBe(
    `${newest.id} is encrypted and cannot be read: set backup.encryption.identity_file to the file with its private key. It has the newest record of what was forgotten, and without that, the restore would bring it back. If that key is lost, move backups/${newest.id}.json away.`,
  )
  // The data folder has a log of its own: the other one is not needed.
  expect(await rig.restore({ backup_id: plain.id })).toMatchObject({ erasure_log: 'kept' })
})

test('a key file is readable by its owner alone and never replaced', async () => {
  const made = await newKey('deep/down/key.txt')
  const file = made.identity_file ?? ''
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const text = readFileSync(file, 'utf8')
  expect(text).toMatch(/^# created: .*\n# public key: age1[a-z0-9]{58}\nAGE-SECRET-KEY-1[A-Z0-9]{58}\n$/)
  await expect(newKey('deep/down/key.txt')).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringContaining('exists, and a key is never replaced'),
  })
  expect(readFileSync(file, 'utf8')).toBe(text)
})
