// The folder for temporary files: named when it cannot be used, with what to do.
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { cleanUpAfterEach } from '../support/clean-up.ts'
import { smallDisk, SMALL_DISKS } from '../support/small-disk.ts'

const cleanUp = cleanUpAfterEach()
const PROGRAM = `
  const { temporaryFilesHealth } = await import(${JSON.stringify(new URL('../../src/platform/temporary-files.ts', import.meta.url).href)})
  console.log(JSON.stringify(await temporaryFilesHealth()))`

/** What a process with this TMPDIR finds. */
const healthIn = (folder: string, uid?: number): { readonly state: string; readonly detail: string } => {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', PROGRAM], {
    env: { TMPDIR: folder },
    cwd: '/',
    encoding: 'utf8',
    ...(uid === undefined ? {} : { uid }),
  })
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout) as { state: string; detail: string }
}

const NAMED = / Mend it, or set TMPDIR to a folder that can be written, and start again\.$/

test.each<[string, (folder: string) => void, RegExp]>([
  ['is not there', () => undefined, /does not exist/],
  ['is a file', folder => writeFileSync(folder, ''), /is a file; a folder is expected there/],
  ['is a link to nowhere', folder => symlinkSync('/nowhere', folder), /is a link to \/nowhere, which does not exist/],
  ['is a link in a circle', folder => symlinkSync('tmp', folder), /is a link that leads in a circle/],
])('one that %s', async (_what, put, reason) => {
  const folder = join(await cleanUp.folder(), 'tmp')
  put(folder)
  const { state, detail } = healthIn(folder)
  expect([state, detail]).toEqual(['down', expect.stringMatching(reason)])
  expect(detail).toContain(folder)
  expect(detail).toMatch(NAMED)
})

test('one that can be written, which is left as it was', async () => {
  const folder = await cleanUp.folder()
  expect(healthIn(folder)).toMatchObject({ state: 'ok' })
  expect(readdirSync(folder)).toEqual([])
})

const asRoot = process.getuid?.() === 0 ? test : test.skip
asRoot('one of another user', async () => {
  const parent = await cleanUp.folder()
  const folder = join(parent, 'tmp')
  mkdirSync(folder)
  for (const each of [parent, folder]) chmodSync(each, 0o755)
  expect(healthIn(folder, 65534)).toMatchObject({
    state: 'down',
    detail: expect.stringMatching(/belongs to another user \(uid 0\) and cannot be written by nobody/),
  })
})

const onSmallDisk = SMALL_DISKS ? test : test.skip
onSmallDisk('one on a full disk', async () => {
  const { path } = cleanUp.keep(await smallDisk(2 ** 15))
  expect(healthIn(path)).toMatchObject({ state: 'down', detail: expect.stringMatching(/the disk is full/) })
})
