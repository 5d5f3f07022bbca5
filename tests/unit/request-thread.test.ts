/** A worker thread that answers typed requests: start, errors, abort, progress, crash, idle end, stop. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { asDenidinError } from '../../src/platform/errors.ts'
import { RequestThread } from '../../src/platform/threads/request-thread.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { memoryLog, type MemoryLog } from '../support/memory-log.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import type { EchoRequests } from '../support/threads/echo-requests.ts'

const IDLE_MS = 1000

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let clock: FakeClock
let log: MemoryLog
let thread: RequestThread<EchoRequests>
const closedFile = (): string => join(folder.path, 'closed')

beforeEach(async () => {
  folder = await temporaryFolder()
  clock = new FakeClock()
  log = memoryLog()
  thread = new RequestThread<EchoRequests>({
    name: 'echo',
    file: new URL('../support/threads/echo-thread-main.ts', import.meta.url),
    data: { closed_file: closedFile() },
    idle_ms: IDLE_MS,
    clock,
    logger: log,
  })
})
afterEach(async () => {
  await thread[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

/** What a request was refused with. */
const refusal = async (request: Promise<unknown>): Promise<{ code: string; message: string; retryable: boolean }> => {
  const { code, message, retryable } = await request.then(
    () => {
      throw new Error('it was answered')
    },
    (error: unknown) => asDenidinError(error),
  )
  return { code, message, retryable }
}

test('the thread starts with the first request, and answers several at once', async () => {
  expect(thread.isRunning).toBe(false)
  const answers = await Promise.all(['a', 'b', 'c'].map(text => thread.request('echo', text)))
  expect(answers).toEqual(['a', 'b', 'c'])
  expect(thread.isRunning).toBe(true)
})

test('an error of a handler arrives with its code and sentence', async () => {
  expect(await refusal(thread.request('fail', undefined))).toEqual({
    code: 'not_found',
    message: 'there is none',
    retryable: true,
  })
})

test('a request that is called off ends with the reason of its caller, after progress and log lines came across', async () => {
  const caller = new AbortController()
  const steps: unknown[] = []
  const waiting = thread.request('wait', undefined, {
    signal: caller.signal,
    progress: step => {
      steps.push(step)
      caller.abort(new Error('enough'))
    },
  })
  await expect(waiting).rejects.toThrow('enough')
  expect(steps).toEqual([{ done: 1, total: 2, unit: 'steps' }])
  expect(await thread.request('echo', 'still there')).toBe('still there')
})

test('after a crash the requests under way fail with one clear error, and the next one starts the thread again', async () => {
  const waiting = refusal(thread.request('wait', undefined))
  const crash = await refusal(thread.request('crash', undefined))
  expect(crash).toMatchObject({ code: 'unavailable', retryable: true })
  expect(crash.message).toMatch(/^the thread of the echo broke down \(.*out of order\); ask again$/)
  expect(await waiting).toEqual(crash)
  expect((await thread.health()).state).toBe('degraded')
  expect(await thread.request('echo', 'again')).toBe('again')
  expect((await thread.health()).state).toBe('ok')
})

test('what the thread says of itself after a failure is its health, also when it has ended, until it is well', async () => {
  const down = { state: 'down', detail: 'the file is damaged' }
  expect((await refusal(thread.request('sicken', down.detail))).code).toBe('damaged')
  expect(await thread.health()).toEqual(down)
  await thread.request('echo', 'still there')
  expect(await thread.health()).toEqual(down)
  await thread.request('sicken', '')
  expect((await thread.health()).state).toBe('ok')
  await refusal(thread.request('sicken', down.detail))
  await clock.advance(IDLE_MS)
  expect(thread.isRunning).toBe(false)
  expect(await thread.health()).toEqual(down)
})

test('a request that is called off while the thread before it ends is not made', async () => {
  await thread.request('echo', 'once')
  await clock.advance(IDLE_MS)
  const caller = new AbortController()
  const late = thread.request('echo', 'late', { signal: caller.signal })
  caller.abort(new Error('enough'))
  await expect(late).rejects.toThrow('enough')
  expect(thread.isRunning).toBe(false)
})

test('a thread that is asked nothing for a while closes its files and ends; the next request starts it again', async () => {
  await thread.request('echo', 'once')
  await clock.advance(IDLE_MS)
  expect(thread.isRunning).toBe(false)
  expect(await thread.request('echo', 'twice')).toBe('twice')
  expect(existsSync(closedFile())).toBe(true)
})

test('the end calls off what is under way, closes the files, and refuses what comes later', async () => {
  let started = (): void => undefined
  const begun = new Promise<void>(resolve => (started = resolve))
  const waiting = refusal(thread.request('wait', undefined, { progress: started }))
  await begun
  await thread[Symbol.asyncDispose]()
  expect((await waiting).code).toBe('stopping')
  expect(existsSync(closedFile())).toBe(true)
  expect((await refusal(thread.request('echo', 'late'))).code).toBe('stopping')
})
