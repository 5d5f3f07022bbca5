// Compiled code is kept between starts, from the very first file on: otherwise Node loads its compiler of TypeScript.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'

const ROOT = join(import.meta.dirname, '..', '..')

/** Runs a program twice, with the project's own cache; returns what the second run looked up in it. */
const lookUps = (program: string, args: readonly string[], environment = {}): readonly string[] => {
  const { NODE_COMPILE_CACHE: _elsewhere, ...inherited } = process.env
  const run = () =>
    spawnSync(join(ROOT, program), args, {
      encoding: 'utf8',
      env: { ...inherited, ...environment, NODE_DEBUG_NATIVE: 'COMPILE_CACHE' },
    })
  const first = run()
  const second = run()
  expect(second.status).toBe(first.status)
  return second.stderr.split('\n').filter(line => line.includes('retrieving transpile cache for StrippedTypeScript'))
}

test('the second call of a command compiles no file', () => {
  const found = lookUps('bin/denidin', ['--version'])
  expect(found.filter(line => line.includes('src/cli.ts'))).toHaveLength(1)
  expect(found.filter(line => !line.endsWith('success'))).toEqual([])
})

test('the second look at the settings before a start compiles no file', () => {
  // Settings that are refused, so that no bot starts.
  const found = lookUps('run_denidin.sh', [], { DENIDIN_CONFIG: '/nonexistent/config.json' })
  expect(found.filter(line => line.includes('scripts/plan-start.ts'))).toHaveLength(1)
  expect(found.filter(line => !line.endsWith('success'))).toEqual([])
})
