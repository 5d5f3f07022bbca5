import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { failureOf } from '../../src/channels/whatsapp/wwebjs/errors.ts'
import { isOfLibrary } from '../../src/channels/whatsapp/wwebjs/unhandled-rejections.ts'

const HOLD = fileURLToPath(new URL('../../src/channels/whatsapp/wwebjs/unhandled-rejections.ts', import.meta.url))
const EVENTS = fileURLToPath(new URL('../../src/channels/whatsapp/wwebjs/events.ts', import.meta.url))

/** Runs a process in which a promise that nobody waits for is rejected; whether it hears of it and lives on. */
const survives = (rejection: string): boolean => {
  const script = `
    import { holdUnhandledRejections } from ${JSON.stringify(HOLD)}
    const logger = { warn: () => undefined }
    let heard = false
    holdUnhandledRejections(logger, () => { heard = true })
    void Promise.reject(${rejection})
    setTimeout(() => process.exit(heard ? 7 : 8), 50)`
  return spawnSync(process.execPath, ['--input-type=module', '-e', script]).status === 7
}

test('an unhandled bare string of the library does not end the process', () => {
  expect(survives("'auth timeout'")).toBe(true)
})

test('an unhandled error of ours still ends the process', () => {
  expect(survives("new Error('a fault of ours')")).toBe(false)
})

test('errors are told apart by where they come from', () => {
  const from = (path: string): Error => Object.assign(new Error('x'), { stack: `Error: x\n at f (${path}:1:1)` })
  expect(isOfLibrary(from('/app/node_modules/whatsapp-web.js/src/Client.js'))).toBe(true)
  expect(isOfLibrary(from('/app/node_modules/puppeteer/lib/x.js'))).toBe(true)
  expect(isOfLibrary(from('/app/src/learning/sweep.ts'))).toBe(false)
})

test.each([
  ['Error', 'Execution context was destroyed, most likely because of a navigation.', 'page gone'],
  ['TargetCloseError', 'Protocol error (Runtime.callFunctionOn): Target closed', 'page gone'],
  ['TimeoutError', 'Navigation failed', 'timeout'],
  ['TypeError', 'r is not a function', 'other'],
])('%s: %s is a failure of the kind: %s', (name, message, kind) => {
  expect(failureOf(Object.assign(new Error(message), { name }))).toBe(kind)
})

test('a bare string of the library has its kind as well', () => {
  expect(failureOf('auth timeout')).toBe('timeout')
})

test('a failed write to a browser that is gone does not end the process', () => {
  const script = `
    import { spawn } from 'node:child_process'
    import { listenToBrowser } from ${JSON.stringify(EVENTS)}
    const browser = spawn(process.execPath, ['-e', 'process.stdout.write("here"); setInterval(() => {}, 1000)'], {
      stdio: ['ignore', 'pipe', 'ignore', 'pipe', 'pipe'],
    })
    if (process.argv.includes('listen')) {
      listenToBrowser({ pupBrowser: { on() {}, process: () => browser }, pupPage: null }, () => undefined)
    }
    browser.on('close', () => process.exit(7))
    browser.stdout.on('data', () => {
      browser.kill('SIGKILL')
      // Until it is gone, and before anybody could hear of that.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
      browser.stdio[3].write('a question')
    })`
  const run = (...args: readonly string[]): number | null =>
    spawnSync(process.execPath, ['--input-type=module', '-e', script, ...args]).status
  expect(run('listen')).toBe(7)
  expect(run()).not.toBe(7)
})
