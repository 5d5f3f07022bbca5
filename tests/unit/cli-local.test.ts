/** The scripts behind `denidin start` and `denidin stop`, run as real processes. */
import { execFile } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { runScript } from '../../src/interfaces/cli/local/run-script.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'denidin-local-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

test.each([0, 3])('start hands on the exit code of the start script: %i', async code => {
  const script = join(folder, 'run_denidin.sh')
  await writeFile(script, `#!/bin/sh\ntest "$1" = --foreground || exit 99\nexit ${String(code)}\n`)
  await chmod(script, 0o755)
  await expect(runScript(script, ['--foreground'])).resolves.toBe(code)
})

test('a quiet start leaves stdout to its caller', async () => {
  const script = join(folder, 'run_denidin.sh')
  await writeFile(script, '#!/bin/sh\necho DeniDin is up.\n')
  await chmod(script, 0o755)
  const module = join(import.meta.dirname, '../../src/interfaces/cli/local/run-script.ts')
  const code = `import(${JSON.stringify(module)}).then(start => start.runScript(${JSON.stringify(script)}, [], true))`
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['-e', code])
  expect([stdout, stderr]).toEqual(['', 'DeniDin is up.\n'])
})

test('a start script that cannot be run is a failure', async () => {
  await expect(runScript(join(folder, 'missing.sh'), [])).rejects.toMatchObject({ code: 'internal' })
})
