import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { isOpenToOthers, writeFileAtomic } from '../../src/platform/files.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

test('what a crash left of a file half written is gone when the file is written the next time', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'session.json')
  await writeFileAtomic(path, 'before')
  writeFileSync(`${path}.new`, 'half of someth')
  await writeFileAtomic(path, 'after')
  expect(readdirSync(folder.path)).toEqual(['session.json'])
  expect(readFileSync(path, 'utf8')).toBe('after')
  expect(statSync(path).mode & 0o077).toBe(0)
})

test('of many writes to one file at once the last one stands, whole', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'deeper', 'file')
  const texts = Array.from({ length: 20 }, (_, index) => String(index).repeat(10_000))
  await Promise.all(texts.map(text => writeFileAtomic(path, text)))
  expect(readFileSync(path, 'utf8')).toBe(texts.at(-1))
})

test('a write that fails leaves the file as it was, and nothing beside it', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'taken')
  await writeFileAtomic(join(path, 'inside'), 'kept')
  await expect(writeFileAtomic(path, 'text')).rejects.toThrow()
  expect(readdirSync(folder.path)).toEqual(['taken'])
  expect(readFileSync(join(path, 'inside'), 'utf8')).toBe('kept')
})

test('permissions of the group open a file to others, unless it is the group of root and that is asked for', () => {
  expect([0o700, 0o600].map(mode => isOpenToOthers(mode, 1000))).toEqual([false, false])
  expect([0o770, 0o640, 0o701].map(mode => isOpenToOthers(mode, 1000))).toEqual([true, true, true])
  // The volumes of a container belong to the group 0.
  expect([0o770, 0o640, 0o701, 0o774].map(mode => isOpenToOthers(mode, 0))).toEqual([false, false, true, true])
  expect(isOpenToOthers(0o640)).toBe(true)
})
