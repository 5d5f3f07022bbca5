import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { failureOf } from '../../src/channels/whatsapp/library-errors.ts'
import { isOfLibrary } from '../../src/channels/whatsapp/library-rejections.ts'

const HOLD = fileURLToPath(new URL('../../src/channels/whatsapp/library-rejections.ts', import.meta.url))

/** Runs a process in which a promise that nobody waits for is rejected; whether it hears of it and lives on. */
const survives = (rejection: string): boolean => {
  const script = `
    import { holdLibraryRejections } from ${JSON.stringify(HOLD)}
    const logger = { warn: () => undefined }
    let heard = false
    holdLibraryRejections(logger, () => { heard = true })
    void Promise.reject(${rejection})
    setTimeout(() => process.exit(heard ? 7 : 8), 50)`
  return spawnSync(process.execPath, ['--input-type=module', '-e', script]).status === 7
}

test('a bare string that the library throws into nowhere does not end the process', () => {
  expect(survives("'auth timeout'")).toBe(true)
})

test('an error of ours that nobody waits for still ends the process', () => {
  expect(survives("new Error('a fault of ours')")).toBe(false)
})

test('errors are told apart by where they come from', () => {
  const from = (path: string): Error => Object.assign(new Error('x'), { stack: `Error: x\n at f (${path}:1:1)` })
  expect(isOfLibrary(from('/app/node_modules/whatsapp-web.js/src/Client.js'))).toBe(true)
  expect(isOfLibrary(from('/app/node_modules/puppeteer/lib/x.js'))).toBe(true)
  expect(isOfLibrary(from('/app/src/learning/sweep.ts'))).toBe(false)
})

test.each([
  [new Error('Execution context was destroyed, most likely because of a navigation.'), 'page gone'],
  [
    Object.assign(new Error('Protocol error (Runtime.callFunctionOn): Target closed'), { name: 'TargetCloseError' }),
    'page gone',
  ],
  ['auth timeout', 'timeout'],
  [Object.assign(new Error('Navigation failed'), { name: 'TimeoutError' }), 'timeout'],
  [new TypeError('r is not a function'), 'other'],
])('%s is a failure of the kind: %s', (thrown, kind) => {
  expect(failureOf(thrown)).toBe(kind)
})
