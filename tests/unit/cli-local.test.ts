/** `denidin start` and `denidin stop`, against real processes. */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { takeOwnership } from '../../src/database/sqlite/owner-lock.ts'
import { startBot } from '../../src/interfaces/cli/local/start.ts'
import {
  sayStopped,
  stopBot,
  type Kill,
  type StopOutcome,
  type StopTarget,
} from '../../src/interfaces/cli/local/stop.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { fakeTerminal } from '../support/terminal.ts'

let folder: string
let target: StopTarget
let child: ChildProcess | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'denidin-local-'))
  child = undefined
  target = {
    pid_file: join(folder, 'run', 'denidin.pid'),
    isOwned: () => {
      try {
        takeOwnership(join(folder, 'run', 'owner.lock'))[Symbol.dispose]()
        return Promise.resolve(false)
      } catch {
        return Promise.resolve(true)
      }
    },
  }
  await target.isOwned()
})
afterEach(async () => {
  if (child !== undefined && child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  await rm(folder, { recursive: true })
})

const kill: Kill = (pid, signal) => {
  process.kill(pid, signal)
}

/** A process that holds the lock of the data folder, as the bot does, and heeds SIGTERM (or not). */
const startHolder = async (heeds: boolean): Promise<number> => {
  const lock = JSON.stringify(join(folder, 'run', 'owner.lock'))
  const script = `
    const { DatabaseSync } = require('node:sqlite')
    const lock = new DatabaseSync(${lock})
    lock.exec('pragma locking_mode = exclusive; begin exclusive')
    process.on('SIGTERM', () => { ${heeds ? 'setTimeout(() => process.exit(0), 50)' : ''} })
    setInterval(() => undefined, 1000)
    console.log('up')`
  child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  if (child.stdout === null) throw new Error('no output')
  await once(child.stdout, 'data')
  return child.pid ?? 0
}

test('stop ends the running bot and waits until the data is free', async () => {
  const pid = await startHolder(true)
  await writeFile(target.pid_file, `${String(pid)}\n`)
  const gone = child === undefined ? Promise.reject(new Error('no process')) : once(child, 'exit')
  const { stderr } = fakeTerminal()
  await expect(stopBot({ target, kill, clock: systemClock, stderr })).resolves.toEqual({ was_running: true, pid })
  await expect(target.isOwned()).resolves.toBe(false)
  await expect(gone).resolves.toEqual([0, null])
})

test('stop leaves alone a stranger whose process has the number of a bot that died', async () => {
  await writeFile(target.pid_file, String(process.pid))
  const killed: unknown[] = []
  const { stderr } = fakeTerminal()
  const outcome = stopBot({ target, kill: (...signal) => killed.push(signal), clock: systemClock, stderr })
  await expect(outcome).resolves.toEqual({ was_running: false })
  expect(killed).toEqual([])
})

test.each([
  ['no pid file', undefined],
  ['a pid file that cannot be read', 'abc'],
  ['the pid of a process that is gone', '99999999'],
])('data in use by another command and %s: nobody is stopped', async (_what, pid) => {
  await startHolder(true)
  if (pid !== undefined) await writeFile(target.pid_file, pid)
  const { stderr } = fakeTerminal()
  await expect(stopBot({ target, kill, clock: systemClock, stderr })).rejects.toMatchObject({ code: 'not_running' })
  await expect(target.isOwned()).resolves.toBe(true)
})

test('a bot that does not stop is reported after a minute, with progress meanwhile', async () => {
  const pid = await startHolder(false)
  await writeFile(target.pid_file, String(pid))
  const clock = new FakeClock()
  const { stderr, err } = fakeTerminal()
  let over = false
  const failed = expect(
    stopBot({ target, kill, clock, stderr }).finally(() => {
      over = true
    }),
  ).rejects.toMatchObject({ code: 'timeout', message: expect.stringContaining(String(pid)) as unknown })
  while (!over) await clock.advance(1000)
  await failed
  expect(err()).toContain('stop: working')
})

test.each<[StopOutcome, string]>([
  [{ was_running: true, pid: 42 }, 'DeniDin (process 42) has stopped.\n'],
  [{ was_running: false }, 'DeniDin is not running.\n'],
])('what a stop did is said: %j', async (outcome, words) => {
  const plain = fakeTerminal()
  await sayStopped(outcome, plain.stdout, false)
  expect(plain.out()).toBe(words)
  const json = fakeTerminal()
  await sayStopped(outcome, json.stdout, true)
  expect(JSON.parse(json.out())).toEqual(outcome)
})

test.each([0, 3])('start hands on the exit code of the start script: %i', async code => {
  const script = join(folder, 'run_denidin.sh')
  await writeFile(script, `#!/bin/sh\ntest "$1" = --foreground || exit 99\nexit ${String(code)}\n`)
  await chmod(script, 0o755)
  await expect(startBot(script, ['--foreground'])).resolves.toBe(code)
})

test('a quiet start leaves stdout to its caller', async () => {
  const script = join(folder, 'run_denidin.sh')
  await writeFile(script, '#!/bin/sh\necho DeniDin is up.\n')
  await chmod(script, 0o755)
  const module = join(import.meta.dirname, '../../src/interfaces/cli/local/start.ts')
  const code = `import(${JSON.stringify(module)}).then(start => start.startBot(${JSON.stringify(script)}, [], true))`
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['-e', code])
  expect([stdout, stderr]).toEqual(['', 'DeniDin is up.\n'])
})

test('a start script that cannot be run is a failure', async () => {
  await expect(startBot(join(folder, 'missing.sh'), [])).rejects.toMatchObject({ code: 'internal' })
})
