/** Session folders on disk. */
import { expect, test } from '@jest/globals'
import { SessionFolders } from '../../src/sessions/session-folders.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

test('texts are complete while a file is being replaced', async () => {
  await using folder = await temporaryFolder()
  const folders = new SessionFolders(folder.path)
  const write = (): Promise<void> => folders.write('s1', async () => ({ text: 'kept' }))
  await write()
  let done = false
  const writing = (async () => {
    for (let n = 0; n < 200; n++) await write()
    done = true
  })()
  let reads = 0
  while (!done) {
    const texts = await folders.texts('s1', undefined)
    expect(texts.length).toBeGreaterThan(0)
    reads++
  }
  await writing
  expect(reads).toBeGreaterThan(0)
})
