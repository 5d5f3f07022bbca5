// The record of how jobs went, also of runs that did not end, and in files that something else has changed.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { JobRunsFile } from '../../src/interfaces/cron/job-runs.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts'

let folder: TemporaryFolder
let path: string

beforeEach(async () => {
  folder = await temporaryFolder()
  path = join(folder.path, 'job-runs.json')
})
afterEach(async () => {
  await folder[Symbol.asyncDispose]()
})

test('a run is running until its end is recorded', async () => {
  const runs = new JobRunsFile(path)
  await runs.begin('vacuum_cron', 1000)
  expect(await new JobRunsFile(path).last('vacuum_cron')).toMatchObject({ outcome: 'running', at: 1000 })
  await runs.record('vacuum_cron', { at: 1000, duration_ms: 5, outcome: 'failed', reason: 'no space' })
  expect(await runs.last('vacuum_cron')).toEqual({ at: 1000, duration_ms: 5, outcome: 'failed', reason: 'no space' })
})

test('a run that another process began and did not end was interrupted', async () => {
  const file = new URL('../../src/interfaces/cron/job-runs.ts', import.meta.url).href
  const script = `
    import { JobRunsFile } from '${file}'
    const runs = new JobRunsFile(${JSON.stringify(path)})
    await runs.record('expiry_cron', { at: 1, duration_ms: 1, outcome: 'done' })
    await runs.begin('vacuum_cron', 1000)
    process.kill(process.pid, 'SIGKILL')`
  expect(() => execFileSync(process.execPath, ['--input-type=module', '-e', script], { stdio: 'pipe' })).toThrow()
  const runs = new JobRunsFile(path)
  expect(await runs.last('vacuum_cron')).toEqual({
    at: 1000,
    duration_ms: 0,
    outcome: 'interrupted',
    reason: expect.stringContaining('stopped or killed'),
  })
  expect(await runs.last('expiry_cron')).toMatchObject({ outcome: 'done' })
})

test.each([
  'null',
  '[]',
  '5',
  '"text"',
  '{"vacuum_cron":null}',
  '{"vacuum_cron":5}',
  '{"vacuum_cron":{"at":"today","duration_ms":1,"outcome":"done"}}',
  '{"vacuum_cron":{"at":1e300,"duration_ms":1,"outcome":"done"}}',
  '{"vacuum_cron":{"at":1,"duration_ms":-5,"outcome":"done"}}',
  '{"vacuum_cron":{"at":1,"duration_ms":5,"outcome":"well"}}',
  '{"vacuum_cron":{"at":1,"duration_ms":5,"outcome":"done"},"__proto__":{"at":1}',
  '\u0000\u0000\u0000',
  '',
])('what cannot be read counts as missing, and is replaced: %j', async text => {
  writeFileSync(path, text)
  const runs = new JobRunsFile(path)
  expect(await runs.last('vacuum_cron')).toBeUndefined()
  await runs.record('expiry_cron', { at: 1, duration_ms: 1, outcome: 'done' })
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ expiry_cron: { at: 1, duration_ms: 1, outcome: 'done' } })
})

test('what can be read beside an unreadable entry stays', async () => {
  writeFileSync(path, '{"vacuum_cron":7,"expiry_cron":{"at":1,"duration_ms":1,"outcome":"off"}}')
  const runs = new JobRunsFile(path)
  await runs.begin('full_backup_cron', 2)
  expect(await runs.last('expiry_cron')).toMatchObject({ outcome: 'off' })
})
