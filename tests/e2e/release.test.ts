/** `npm run release` and what a rollback asks git, in repositories of their own. */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { createWorkingCopy } from '../../src/app/working-copy.ts'
import { PROJECT } from '../support/script-run.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts'

let folder: TemporaryFolder
beforeEach(async () => {
  folder = await temporaryFolder()
  git('init', '--quiet', '--initial-branch', 'main')
  for (const [key, value] of [
    ['user.name', 'Test'],
    ['user.email', 'test@example.org'],
  ] as const) {
    git('config', key, value)
  }
  write('package.json', '{\n  "name": "denidin",\n  "version": "0.1.0"\n}\n')
  write(
    'package-lock.json',
    JSON.stringify({ version: '0.1.0', packages: { '': { version: '0.1.0' }, other: { version: '0.1.0' } } }, null, 2),
  )
  write(
    'CHANGELOG.md',
    '# Changelog\n\n## Unreleased\n\n### Added\n\n- One.\n- Two.\n\n## 0.1.0 – 2026-11-21\n\n- First.\n',
  )
  commit('begin')
})
afterEach(async () => {
  await folder[Symbol.asyncDispose]()
})

const write = (name: string, text: string): void => {
  writeFileSync(join(folder.path, name), text)
}
const read = (name: string): string => readFileSync(join(folder.path, name), 'utf8')
const git = (...args: readonly string[]): string => {
  const { status, stdout, stderr } = spawnSync('git', args, { cwd: folder.path, encoding: 'utf8' })
  expect([args, status, stderr]).toEqual([args, 0, expect.any(String)])
  return stdout.trim()
}
const commit = (message: string): void => {
  git('add', '.')
  git('commit', '--quiet', '--message', message)
}
const release = (...args: readonly string[]) => {
  const script = join(PROJECT, 'scripts/release.ts')
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    cwd: folder.path,
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

test('a release dates the changelog, sets the version, commits and tags', async () => {
  expect(release('0.2.0')).toEqual({
    status: 0,
    stdout: 'v0.2.0 is committed and tagged, with 2 entries of CHANGELOG.md. Push it: git push --follow-tags\n',
    stderr: '',
  })
  expect(read('CHANGELOG.md')).toMatch(
    /^# Changelog\n\n## Unreleased\n\n## 0\.2\.0 – \d{4}-\d\d-\d\d\n\n### Added\n\n- One\.\n- Two\.\n\n## 0\.1\.0 – 2026-11-21\n/,
  )
  expect(JSON.parse(read('package.json'))).toEqual({ name: 'denidin', version: '0.2.0' })
  expect(JSON.parse(read('package-lock.json'))).toEqual({
    version: '0.2.0',
    packages: { '': { version: '0.2.0' }, other: { version: '0.1.0' } },
  })
  expect(git('status', '--porcelain')).toBe('')
  expect(git('rev-parse', 'v0.2.0^{commit}')).toBe(git('rev-parse', 'HEAD'))
  const copy = createWorkingCopy(folder.path)
  expect(await copy.commit()).toBe(git('rev-parse', 'HEAD'))
  expect([await copy.hasTag('v0.2.0'), await copy.hasTag('v0.1.0')]).toEqual([true, false])
})

test('what is not ready for a release is refused with its reason, and nothing changes', () => {
  const refused = (reason: string) => ({ status: 1, stdout: '', stderr: `Nothing was released: ${reason}.\n` })
  expect(release('0.1.0')).toEqual(refused('0.1.0 is not higher than the present version, 0.1.0'))
  expect(release('next')).toEqual(refused('"next" is no version: give three numbers, such as 0.2.0'))
  write('package.json', '{ "version": "0.1.0" }')
  expect(release('0.2.0')).toEqual(refused('there are uncommitted changes: commit them first'))
  git('checkout', '--quiet', '.')
  git('tag', 'v0.2.0')
  expect(release('0.2.0')).toEqual(refused('there is a tag v0.2.0 already'))
  git('checkout', '--quiet', '-b', 'other')
  expect(release('0.3.0')).toEqual(refused('releases are made on the branch main, and this is other'))
  git('checkout', '--quiet', 'main')
  const head = git('rev-parse', 'HEAD')
  expect(release('0.3.0', '--dry-run')).toMatchObject({ status: 0, stdout: expect.stringContaining('2 entries') })
  write('CHANGELOG.md', '# Changelog\n\n## Unreleased\n\n## 0.1.0 – 2026-11-21\n\n- First.\n')
  commit('empty')
  expect(release('0.3.0')).toEqual(refused('the section "## Unreleased" of CHANGELOG.md has no entry'))
  expect(release()).toMatchObject({ status: 2 })
  expect([git('rev-parse', 'HEAD~1'), git('status', '--porcelain')]).toEqual([head, ''])
})

test('a folder without git, also inside of a repository, has no commit', async () => {
  const copy = createWorkingCopy(join(folder.path, 'below'))
  expect([await copy.commit(), await copy.hasTag('v0.1.0')]).toEqual([null, false])
})
