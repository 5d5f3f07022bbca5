// Files that the operator names: written as a whole, and never in the place of a device, a pipe or a folder.
import { chmod, lstat, mkdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { formatOfFile } from '../../src/platform/file-format.ts'
import { checkNamedFile, writeNamedFile } from '../../src/platform/named-file.ts'
import { cleanUpAfterEach } from '../support/clean-up.ts'

const cleanup = cleanUpAfterEach()

test('a file is written, and another one with new words', async () => {
  const path = join(await cleanup.folder(), 'report.csv')
  await writeNamedFile(path, 'old')
  await writeNamedFile(path, 'new')
  expect(await readFile(path, 'utf8')).toBe('new')
})

test('a link stays a link, and the file that it leads to is written', async () => {
  const folder = await cleanup.folder()
  await writeFile(join(folder, 'file'), 'old')
  await symlink('file', join(folder, 'link'))
  await writeNamedFile(join(folder, 'link'), 'new')
  expect(await readlink(join(folder, 'link'))).toBe('file')
  expect(await readFile(join(folder, 'file'), 'utf8')).toBe('new')
})

test.each(['/dev/stdout', '/dev/stderr', '/dev/null', '/dev/full', '/dev/a-new-file', '/proc/self/fd/1'])(
  '%s is refused, also where it is a link to a file',
  path => {
    expect(() => {
      checkNamedFile(path)
    }).toThrow(`the file cannot be written: ${path} is a device; a file is expected there`)
  },
)

test('nothing is written where a file is refused', async () => {
  const path = '/dev/no-file-of-denidin'
  await expect(writeNamedFile(path, 'x')).rejects.toMatchObject({ code: 'invalid_input' })
  await expect(lstat(path)).rejects.toMatchObject({ code: 'ENOENT' })
})

test('a folder, a missing folder, a link to nothing and a closed folder are named', async () => {
  const folder = await cleanup.folder()
  await mkdir(join(folder, 'below'))
  await symlink('nothing', join(folder, 'link'))
  await expect(writeNamedFile(join(folder, 'below'), 'x')).rejects.toThrow('is a folder; a file is expected there')
  await expect(writeNamedFile(join(folder, 'no', 'x.csv'), 'x')).rejects.toThrow(`there is no folder ${folder}/no`)
  await expect(writeNamedFile(join(folder, 'link'), 'x')).rejects.toThrow('is a link to nothing, which does not exist')
  if (process.getuid?.() === 0) return
  await chmod(join(folder, 'below'), 0o500)
  await expect(writeNamedFile(join(folder, 'below', 'x'), 'x')).rejects.toThrow('cannot be written by')
})

test('the format of a file is the given one, or that of its ending, and never two', () => {
  const formats = ['json', 'csv'] as const
  expect(formatOfFile('a/b.CSV', undefined, formats)).toBe('csv')
  expect(formatOfFile('a/b', 'csv', formats)).toBe('csv')
  expect(formatOfFile('a/b.txt', undefined, formats)).toBeUndefined()
  expect(() => formatOfFile('b.csv', 'json', formats)).toThrow(
    '"b.csv" is named as csv, and the format is json: give only one of them',
  )
})
