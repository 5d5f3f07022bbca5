// Something else stands in the place of one of our folders while a person asks to be forgotten: everything else goes,
// the answer says that something is left, and that goes too once the folder is back.
import { execFileSync } from 'node:child_process'
import { renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { afterEach, expect, test } from '@jest/globals'
import { MINUTE_MS } from '../../src/platform/clock.ts'
import { operations } from '../../src/operations/list.ts'
import { filesWith } from '../support/data-files.ts'
import { TestDenidin } from '../support/denidin.ts'
import { until } from '../support/until.ts'

const SECRET = 'Quetzal9'
const RETRY_MS = 10 * MINUTE_MS
const OPERATOR = { caller: { transport: 'cli', level: 'operator' } } as const

let denidin: TestDenidin

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const PUT = {
  'a pipe': (path: string) => execFileSync('mkfifo', [path]),
  'a file': (path: string) => {
    writeFileSync(path, 'garbage')
  },
  'a link to nothing': (path: string) => {
    symlinkSync('/nonexistent/folder', path)
  },
} as const

const erasures = async () => {
  const { parts } = operations.status.output.parse(await denidin.app.runner.run('status', {}, OPERATOR))
  return parts.find(({ name }) => name === 'erasures')
}

/** @returns what tries the erasure again, once there is something to try */
const retryOf = (): (() => void) => {
  const { clock } = denidin
  const after = clock.after.bind(clock)
  let again = (): void => undefined
  clock.after = (milliseconds, run) => {
    if (milliseconds !== RETRY_MS) return after(milliseconds, run)
    again = run
    return { [Symbol.dispose]: () => undefined }
  }
  return () => {
    again()
  }
}

test.each([
  ['usage', 'a pipe'],
  ['usage', 'a link to nothing'],
  ['usage/budget-usage.jsonl', 'a pipe'],
  ['sessions/expired', 'a pipe'],
  ['sessions/expired', 'a file'],
] as const)('with %s replaced by %s', async (folder, thing) => {
  denidin = await TestDenidin.start()
  const retry = retryOf()
  await denidin.say(`my locker code is ${SECRET}`)
  await denidin.say('/reset')
  await denidin.app.closing.sweep()
  await denidin.say(`is ${SECRET} still my code?`)
  const [path, moved] = [denidin.data(folder), `${denidin.folder}/moved`]
  renameSync(path, moved)
  PUT[thing](path)
  await denidin.say('hello there')

  await denidin.say('/forget all')
  expect(await denidin.say('yes')).toMatch(
    /^Forgotten: \d+ messages.* [12] traces? of it could not be removed yet\. I try again/,
  )
  expect(await erasures()).toMatchObject({ state: 'degraded', detail: expect.stringContaining(path) })
  // The running session's file too, whichever one failed.
  expect(await filesWith(denidin.data(), [SECRET])).toEqual([])

  rmSync(path)
  renameSync(moved, path)
  await denidin.say('my bike is red')
  retry()
  await until(async () => (await erasures())?.state === 'ok')
  expect(await filesWith(denidin.data(), [SECRET])).toEqual([])
  expect(await denidin.say('/memory')).toContain('bike')
})
