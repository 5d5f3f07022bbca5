import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdir, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { isOwned, takeOwnership } from '../../src/database/sqlite/owner-lock.ts'
import { cleanUpAfterEach } from '../support/clean-up.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const cleanUp = cleanUpAfterEach()
const RUNNING = 7
/** Another process that wants the lock. */
const tryToTake = `
  const { takeOwnership } = await import(${JSON.stringify(new URL('../../src/database/sqlite/owner-lock.ts', import.meta.url).href)})
  try {
    takeOwnership(process.env.LOCK)
  } catch (error) {
    console.error(error.message)
    process.exit(error.code === 'already_running' ? ${String(RUNNING)} : 1)
  }`

test('a data folder has one owner at a time', async () => {
  await using folder = await temporaryFolder()
  const lock = join(folder.path, 'data', 'run', 'owner.lock')
  const owner = takeOwnership(lock)
  expect(isOwned(lock)).toBe(true)
  expect(() => takeOwnership(lock)).toThrow(expect.objectContaining({ code: 'already_running' }))
  owner[Symbol.dispose]()
  expect(isOwned(lock)).toBe(false)
})

test('a data folder in which nothing can be written is named, in one sentence', async () => {
  await using folder = await temporaryFolder()
  const data = join(folder.path, 'data')
  await writeFile(data, 'a file where the folder belongs')
  expect(() => takeOwnership(join(data, 'run', 'owner.lock'))).toThrow(
    expect.objectContaining({ code: 'invalid_config', message: expect.stringContaining(`data_root: ${data}`) }),
  )
})

const NAMED = /owner\.lock .*\. It only keeps two DeniDin from using one data folder/

describe('a lock file', () => {
  let lock: string
  beforeEach(async () => {
    const folder = await cleanUp.folder()
    await mkdir(join(folder, 'data/run'), { recursive: true })
    lock = join(folder, 'data/run/owner.lock')
  })

  test.each<[string, string | Buffer]>([
    ['garbage', Buffer.alloc(5000, 'garbage')],
    ['a process id', '4711\n'],
    ['nothing', ''],
    ['zeros', Buffer.alloc(4096)],
    ['a header without a database', 'SQLite format 3\0'],
    ['Hebrew', 'מנעול'.repeat(300)],
  ])('that holds %s is taken, by one process at a time', async (_what, content) => {
    await writeFile(lock, content)
    using owner = takeOwnership(lock)
    expect(() => takeOwnership(lock)).toThrow(expect.objectContaining({ code: 'already_running' }))
    expect(owner).toBeDefined()
  })

  test('whose content became garbage while it is held is still held', async () => {
    using owner = takeOwnership(lock)
    // Not by a file handle of this process: closing that would free the lock.
    spawnSync('sh', ['-c', 'echo garbage garbage garbage >"$0"', lock])
    const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', tryToTake], { env: { LOCK: lock } })
    expect(status).toBe(RUNNING)
    expect(owner).toBeDefined()
  })

  test.each<[string, () => Promise<unknown>, RegExp]>([
    ['a folder', () => mkdir(lock), /is a folder; a file is expected there/],
    ['a link in a circle', () => symlink('owner.lock', lock), /is a link that leads in a circle/],
    ['a link to nothing', () => symlink('/nowhere/lock', lock), /is a link to \/nowhere\/lock, which does not exist/],
    ['a link to a folder', () => symlink('..', lock), /is a folder; a file is expected there/],
    ['a socket', () => once(createServer().listen(lock).unref(), 'listening'), /is a socket; a file is expected there/],
    ['a pipe', async () => spawnSync('mkfifo', [lock]), /is a pipe; a file is expected there/],
    ['a device', () => symlink('/dev/null', lock), /is a device; a file is expected there/],
  ])('that is %s is named, with what to do', async (_what, put, reason) => {
    await put()
    for (const look of [takeOwnership, isOwned]) {
      expect(() => look(lock)).toThrow(
        expect.objectContaining({ code: 'damaged', message: expect.stringMatching(reason) }),
      )
      expect(() => look(lock)).toThrow(NAMED)
    }
  })

  const asRoot = process.getuid?.() === 0 ? test : test.skip
  asRoot('of another user is named, with both users', async () => {
    using _owner = takeOwnership(lock)
    await chmod(join(lock, '../../..'), 0o755)
    for (const folder of ['..', '../..']) await chown(join(lock, folder), 65534, 65534)
    const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', tryToTake], {
      env: { LOCK: lock },
      uid: 65534,
      encoding: 'utf8',
    })
    expect(stderr).toMatch(/owner\.lock belongs to another user \(uid 0\) and cannot be written by nobody/)
    expect(stderr).not.toContain('another DeniDin')
  })
})
