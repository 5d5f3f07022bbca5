import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from '@jest/globals'
import {
  endBrowsers,
  markedBrowsers,
  markOf,
  memoryOfBrowsers,
} from '../../src/channels/whatsapp/wwebjs/browser-process.ts'
import { listProcesses } from '../../src/platform/process-table.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { memoryLog } from '../support/memory-log.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'

// Real processes that look as browsers do to us: a group of their own, a child, and arguments that nobody reads.

const onLinux = process.platform === 'linux' ? test : test.skip

const PARENT = `
  const { spawn } = require('node:child_process')
  const child = spawn(process.execPath, ['-e', 'kept = Buffer.alloc(64 << 20, 1); setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  if (process.argv.includes('--deaf')) process.on('SIGTERM', () => {})
  process.stdout.write(String(child.pid))
  setInterval(() => {}, 1000)`

const start = async (
  ...args: readonly string[]
): Promise<{ readonly child: ChildProcess; readonly grandchild: number }> => {
  const child = spawn(process.execPath, ['-e', PARENT, '--', ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [text] = (await once(child.stdout, 'data')) as [Buffer]
  return { child, grandchild: Number(text.toString()) }
}

const areRunning = async (...pids: readonly number[]): Promise<boolean> => {
  const running = (await listProcesses()).map(each => each.pid)
  return pids.every(pid => running.includes(pid))
}

const deps = { clock: systemClock, logger: memoryLog() }

onLinux('a browser is recognised by the mark of its login, and ended with its children', async () => {
  await using folder = await temporaryFolder()
  const mark = markOf(folder.path)
  const ours = await start(mark)
  const others = await start(markOf(`${folder.path}/other`), `${mark}0`, folder.path)
  try {
    await expect(markedBrowsers(mark)).resolves.toEqual([ours.child.pid])
    await expect(endBrowsers(mark, 'at once', deps)).resolves.toBe(1)
    await expect(areRunning(ours.grandchild)).resolves.toBe(false)
    expect(ours.child.signalCode ?? (await once(ours.child, 'exit'))[1]).toBe('SIGKILL')
    await expect(markedBrowsers(mark)).resolves.toEqual([])
    await expect(areRunning(others.child.pid!, others.grandchild)).resolves.toBe(true)
    await expect(endBrowsers(mark, 'gently', deps)).resolves.toBe(0)
  } finally {
    process.kill(-others.child.pid!, 'SIGKILL')
  }
})

onLinux('a browser that is suspended or ignores SIGTERM is killed', async () => {
  await using folder = await temporaryFolder()
  const mark = markOf(folder.path)
  const [stopped, deaf] = await Promise.all([start(mark), start(mark, '--deaf')])
  process.kill(stopped.child.pid!, 'SIGSTOP')
  const ends = [once(stopped.child, 'exit'), once(deaf.child, 'exit')]
  await expect(endBrowsers(mark, 'gently', deps)).resolves.toBe(2)
  const signals = (await Promise.all(ends)).map(([, signal]) => signal as string)
  expect(signals).toEqual(['SIGTERM', 'SIGKILL'])
})

onLinux('the memory of a browser counts its children', async () => {
  await using folder = await temporaryFolder()
  const mark = markOf(folder.path)
  await expect(memoryOfBrowsers(mark)).resolves.toBe(0)
  const { child } = await start(mark)
  try {
    // The child fills 64 MiB; the test's own timeout is the limit.
    await until(async () => (await memoryOfBrowsers(mark)) >= 64 * 2 ** 20)
  } finally {
    process.kill(-child.pid!, 'SIGKILL')
  }
})
