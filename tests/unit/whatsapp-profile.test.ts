import { mkdir, readdir, readFile, symlink, unlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from '@jest/globals'
import {
  backUpProfile,
  deleteBackup,
  hasBackup,
  restoreProfile,
} from '../../src/channels/whatsapp/wwebjs/profile-backup.ts'
import { deleteProfile, makeProfile } from '../../src/channels/whatsapp/wwebjs/profile.ts'
import { fakeIds } from '../support/fake-ids.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const never = new AbortController().signal

const write = async (folder: string, files: Readonly<Record<string, string>>): Promise<void> => {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, content)
  }
}

const PROFILE = {
  'session/Default/IndexedDB/https_web/000003.log': 'keys',
  'session/Default/IndexedDB/https_web/LOCK': '',
  'session/Default/Local Storage/leveldb/CURRENT': 'MANIFEST',
  'session/Default/Cache/data_0': 'a large cache',
}

test('a backup holds the files of the login, and replaces a broken profile', async () => {
  await using folder = await temporaryFolder()
  await write(folder.path, PROFILE)
  await expect(backUpProfile(folder.path, fakeIds(), never)).resolves.toBe('keysMANIFEST'.length)
  await write(folder.path, { 'session/Default/IndexedDB/https_web/000003.log': 'broken' })
  await expect(restoreProfile(folder.path, 0)).resolves.toBe(true)
  const names = await readdir(join(folder.path, 'session'), { recursive: true })
  expect(names.filter(name => /\d|CURRENT|LOCK/.test(name)).sort()).toEqual([
    'Default/IndexedDB/https_web/000003.log',
    'Default/Local Storage/leveldb/CURRENT',
  ])
  const kept = join(folder.path, 'session.damaged-1970-01-01T00-00-00-000Z')
  await expect(readFile(join(kept, 'Default/IndexedDB/https_web/000003.log'), 'utf8')).resolves.toBe('broken')
  // It is used up.
  await expect(hasBackup(folder.path)).resolves.toBe(false)
  await expect(restoreProfile(folder.path, 1)).resolves.toBe(false)
})

test('one backup is kept, and nothing else is left behind', async () => {
  await using folder = await temporaryFolder()
  const ids = fakeIds()
  await write(folder.path, { ...PROFILE, 'backup-new-of-a-killed-run/Default/Cookies': 'half' })
  await backUpProfile(folder.path, ids, never)
  await write(folder.path, { 'session/Default/IndexedDB/https_web/000003.log': 'newer' })
  await backUpProfile(folder.path, ids, never)
  expect((await readdir(folder.path)).sort()).toEqual(['backup', 'session'])
  const copied = join(folder.path, 'backup/Default/IndexedDB/https_web/000003.log')
  await expect(readFile(copied, 'utf8')).resolves.toBe('newer')
})

test('a backup that is aborted leaves the previous one as it was', async () => {
  await using folder = await temporaryFolder()
  await write(folder.path, PROFILE)
  await backUpProfile(folder.path, fakeIds(), never)
  await write(folder.path, { 'session/Default/IndexedDB/https_web/000003.log': 'newer' })
  const stop = AbortSignal.abort(new Error('enough'))
  await expect(backUpProfile(folder.path, fakeIds(), stop)).rejects.toThrow('enough')
  expect((await readdir(folder.path)).sort()).toEqual(['backup', 'session'])
  const copied = join(folder.path, 'backup/Default/IndexedDB/https_web/000003.log')
  await expect(readFile(copied, 'utf8')).resolves.toBe('keys')
})

test('a run that was killed between the two renames of a backup still has the old one', async () => {
  await using folder = await temporaryFolder()
  await write(folder.path, { 'backup-before/Default/Cookies': 'old', 'session/Default/Cookies': 'broken' })
  await expect(hasBackup(folder.path)).resolves.toBe(true)
  await restoreProfile(folder.path, 0)
  await expect(readFile(join(folder.path, 'session/Default/Cookies'), 'utf8')).resolves.toBe('old')
})

test('a login is deleted with everything that belongs to it', async () => {
  await using folder = await temporaryFolder()
  await write(folder.path, PROFILE)
  await backUpProfile(folder.path, fakeIds(), never)
  await deleteProfile(folder.path)
  await deleteBackup(folder.path)
  await expect(readdir(folder.path)).resolves.toEqual([])
})

test('folders of the login that cannot be written to are named', async () => {
  await using folder = await temporaryFolder()
  const login_dir = join(folder.path, 'whatsapp')
  await writeFile(login_dir, 'a file where the folder should be')
  await expect(makeProfile(login_dir)).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining(login_dir),
  })
  await unlink(login_dir)
  await mkdir(login_dir)
  // Nobody can make a file there, not even root.
  await symlink('/proc/denidin', join(login_dir, 'session'))
  await expect(makeProfile(login_dir)).rejects.toMatchObject({
    message: expect.stringMatching(/cannot be written to.*session/),
  })
  await unlink(join(login_dir, 'session'))
  await makeProfile(login_dir)
  await expect(readdir(join(login_dir, 'session'))).resolves.toEqual([])
})
