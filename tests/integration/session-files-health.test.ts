// Session files that cannot be written or archived show in the status, and answers go on.
import { rmSync, writeFileSync } from 'node:fs'
import { afterEach, expect, test } from '@jest/globals'
import { TestDenidin } from '../support/denidin.ts'

let denidin: TestDenidin

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const sessions = async (): Promise<unknown> => {
  const caller = { transport: 'cli', level: 'operator' } as const
  const { parts } = (await denidin.app.runner.run('health', {}, { caller })) as { parts: readonly { name: string }[] }
  return parts.find(({ name }) => name === 'sessions')
}

test('a file in the place of their folder is named until it is gone', async () => {
  denidin = await TestDenidin.start()
  expect(await sessions()).toMatchObject({ state: 'unknown' })
  await denidin.say('hello')
  expect(await sessions()).toMatchObject({ state: 'ok' })
  rmSync(denidin.data('sessions'), { recursive: true })
  writeFileSync(denidin.data('sessions'), 'a file')
  await denidin.say('are you there?')
  expect(await sessions()).toMatchObject({
    state: 'degraded',
    detail: expect.stringMatching(/^The files of sessions cannot be written: .*sessions is not a folder/),
  })
  await denidin.say('/reset')
  expect(await sessions()).toMatchObject({
    state: 'degraded',
    detail: expect.stringMatching(/^Ended sessions cannot be moved to their archive, and wait: .*ENOTDIR/),
  })
  rmSync(denidin.data('sessions'))
  await denidin.say('hello again')
  await denidin.say('/reset')
  expect(await sessions()).toMatchObject({ state: 'ok' })
})
