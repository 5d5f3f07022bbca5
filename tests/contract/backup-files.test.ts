/** Every place where backups are kept: a folder, and an S3-compatible store. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { BackupFiles } from '../../src/backup/files/backup-files.ts'
import { FolderFiles } from '../../src/backup/files/folder-files.ts'
import { S3Files } from '../../src/backup/s3/s3-files.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { S3Store } from '../support/backup/s3-store.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

let cleanup = new AsyncDisposableStack()
afterEach(async () => {
  await cleanup.disposeAsync()
  cleanup = new AsyncDisposableStack()
})

const inFolder = async (): Promise<BackupFiles> =>
  new FolderFiles(join(cleanup.use(await temporaryFolder()).path, 'new'))

const inStore = async (prefix: string): Promise<BackupFiles> => {
  const store = cleanup.use(await S3Store.start())
  const { signal } = new AbortController()
  return cleanup.use(new S3Files({ target: store.target({ prefix }), clock: systemClock, signal }))
}

describe.each([
  ['a folder', inFolder],
  ['a store', () => inStore('denidin')],
  ['a store without a prefix', () => inStore('')],
] as const)('files in %s', (_name, make) => {
  test('are read as they were written, replaced as a whole, and listed with their sizes', async () => {
    const files = await make()
    const content = randomBytes(300_000)
    await files.write('objects/ab/one.zst', content)
    await files.write('objects/cd/two.zst', 'text')
    await files.write('objects/cd/two.zst', 'longer text')
    await files.write('backups/three.json', '')
    await files.flush()
    expect((await files.read('objects/ab/one.zst'))?.equals(content)).toBe(true)
    expect((await files.read('objects/cd/two.zst'))?.toString()).toBe('longer text')
    expect(await files.bytes('objects/ab/one.zst')).toBe(300_000)
    expect(await files.bytes('backups/three.json')).toBe(0)
    expect([...(await files.list('objects'))].sort()).toEqual([
      ['objects/ab/one.zst', 300_000],
      ['objects/cd/two.zst', 11],
    ])
    expect([...(await files.list('backups')).keys()]).toEqual(['backups/three.json'])
  })

  test('that are missing are told apart from empty ones, and may be removed', async () => {
    const files = await make()
    expect(await files.read('backups/none.json')).toBeUndefined()
    expect(await files.bytes('backups/none.json')).toBeUndefined()
    expect((await files.list('objects')).size).toBe(0)
    await files.write('objects/ab/one.zst', 'x')
    await files.remove(['objects/ab/one.zst', 'objects/ab/none.zst'])
    expect((await files.list('objects')).size).toBe(0)
  })

  test('of more than a thousand objects are all listed and removed', async () => {
    const files = await make()
    const paths = Array.from({ length: 1010 }, (_, at) => `objects/${String(at % 7)}/${String(at)}.zst`)
    for (let at = 0; at < paths.length; at += 101) {
      await Promise.all(paths.slice(at, at + 101).map(path => files.write(path, 'x')))
    }
    expect((await files.list('objects')).size).toBe(paths.length)
    await files.remove(paths.slice(5))
    expect([...(await files.list('objects')).keys()].sort()).toEqual(paths.slice(0, 5).sort())
  })
})
