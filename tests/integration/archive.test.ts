/** The archive in the app: nothing of it is there before it is asked something, and it ends with the app. */
import { existsSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { createArchive } from '../../src/app/archive/archive.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { TestDenidin } from '../support/denidin.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

test('a conversation neither opens the archive nor makes its file, and a backup knows it', async () => {
  await using denidin = await TestDenidin.start()
  await denidin.say('hello')
  expect(existsSync(denidin.data('archive.db'))).toBe(false)
  const source = denidin.app.modules.backupSources.find(({ name }) => name === 'archive')
  expect(source).toMatchObject({ path: denidin.data('archive.db'), kind: 'sqlite', content: 'truth' })
})

test('the thread opens the archive with the first request', async () => {
  await using folder = await temporaryFolder()
  const { thread, module } = createArchive({ data_root: folder.path }, { clock: systemClock, logger: silentLogger })
  expect(await thread.request('archive.counts', undefined)).toEqual({
    messages: 0,
    projects: 0,
    sessions: 0,
    places: 0,
    runs: 0,
  })
  await module.stop?.()
  expect(existsSync(`${folder.path}/archive.db-wal`)).toBe(false)
})
