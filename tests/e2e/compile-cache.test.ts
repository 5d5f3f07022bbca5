// Compiled code is kept between starts, from the very first file on: otherwise Node loads its compiler of TypeScript.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { cleanUpAfterEach } from '../support/clean-up.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const cleanup = cleanUpAfterEach()

test('the second start compiles no file', async () => {
  const folder = await cleanup.folder()
  const run = () =>
    spawnSync(join(ROOT, 'bin/denidin'), ['--version'], {
      encoding: 'utf8',
      env: { ...process.env, NODE_COMPILE_CACHE: folder, NODE_DEBUG_NATIVE: 'COMPILE_CACHE' },
    })
  const first = run()
  expect(first.status).toBe(0)
  const second = run()
  const retrieved = second.stderr
    .split('\n')
    .filter(line => line.includes('retrieving transpile cache for StrippedTypeScript'))
  expect(retrieved.filter(line => line.includes('src/cli.ts'))).toHaveLength(1)
  expect(retrieved.filter(line => !line.endsWith('success'))).toEqual([])
})
