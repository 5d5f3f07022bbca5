import { afterEach } from '@jest/globals'
import { temporaryFolder } from './temporary-folder.ts'

/** Takes what a test opens, and lets go of it after the test, the last first. To be made once, outside of the tests. */
export const cleanUpAfterEach = () => {
  const kept: AsyncDisposable[] = []
  afterEach(async () => {
    for (const each of kept.splice(0).reverse()) await each[Symbol.asyncDispose]()
  })
  const keep = <T extends AsyncDisposable>(opened: T): T => {
    kept.push(opened)
    return opened
  }
  return {
    keep,
    /** Leaves the last one to the test. */
    release: () => kept.pop(),
    /** Path of a folder of the test's own. */
    folder: async (): Promise<string> => keep(await temporaryFolder()).path,
  }
}
