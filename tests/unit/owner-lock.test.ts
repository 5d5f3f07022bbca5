import { expect, test } from '@jest/globals'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isOwned, takeOwnership } from '../../src/database/sqlite/owner-lock.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

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
