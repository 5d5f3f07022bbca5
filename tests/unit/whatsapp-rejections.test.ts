import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { isOfLibrary } from '../../src/channels/whatsapp/library-rejections.ts'

const HOLD = fileURLToPath(new URL('../../src/channels/whatsapp/library-rejections.ts', import.meta.url))

/** Runs a process in which a promise that nobody waits for is rejected; whether it lives on. */
const survives = (rejection: string): boolean => {
  const script = `
    import { holdLibraryRejections } from ${JSON.stringify(HOLD)}
    const logger = { warn: () => undefined }
    holdLibraryRejections(logger)
    void Promise.reject(${rejection})
    setTimeout(() => process.exit(7), 50)`
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
