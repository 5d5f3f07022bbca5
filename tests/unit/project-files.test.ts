/** What a fresh machine depends on: the lock files, the scripts, and how the tests are counted. */
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { environmentNames } from '../../src/config/environment.ts'
import { SCHEMA } from '../../src/config/schema.ts'
import { listSettings } from '../../src/config/setting.ts'

const root = join(import.meta.dirname, '../..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const shellScripts = [...globSync(['*.sh', 'scripts/*.sh'], { cwd: root }), 'bin/denidin', '.ci/run']

interface LockEntry {
  readonly integrity?: string
  readonly os?: readonly string[]
  readonly cpu?: readonly string[]
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** Systems that DeniDin is made for. Packages for others are development tools' own, and may be pinned by version. */
const isOurs = (entry: LockEntry): boolean =>
  (entry.os ?? ['linux']).includes('linux') && ['x64', 'arm64'].some(cpu => (entry.cpu ?? [cpu]).includes(cpu))

test.each(globSync(['package-lock.json', '*/package-lock.json'], { cwd: root, exclude: ['node_modules'] }))(
  '%s pins every package by its hash and names no download address',
  path => {
    const { packages } = JSON.parse(read(path)) as { packages: Record<string, LockEntry> }
    const loose = Object.entries(packages).filter(([name, entry]) => name !== '' && isOurs(entry) && !entry.integrity)
    expect(loose.map(([name]) => name)).toEqual([])
    expect(read(path)).not.toMatch(/"resolved"|https?:\/\/[^"]+\.tgz/)
  },
)

test('package-lock.json knows the packages of every system, or npm ci refuses it', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, LockEntry> }
  const asked = Object.values(packages).flatMap(entry => Object.keys(entry.optionalDependencies ?? {}))
  const known = new Set(Object.keys(packages).map(path => path.replace(/^.*node_modules\//, '')))
  expect(asked.length).toBeGreaterThan(10)
  expect(asked.filter(name => !known.has(name))).toEqual([])
})

test('every package is asked for in one exact version', () => {
  const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, string>>
  const asked = ['dependencies', 'optionalDependencies', 'devDependencies'].flatMap(kind =>
    Object.entries(manifest[kind] ?? {}),
  )
  expect(asked.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([])
})

test('every file that an npm script names exists', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  const named = Object.values(scripts).flatMap(
    line => line.match(/[\w./-]+\.(sh|mjs|cjs|ts|json)\b|bin\/denidin/g) ?? [],
  )
  expect(named.length).toBeGreaterThan(5)
  expect(named.filter(path => !existsSync(join(root, path)))).toEqual([])
})

test.each(shellScripts)('%s can be run, and its shell can read it', path => {
  const script = join(root, path)
  expect(() => {
    accessSync(script, constants.X_OK)
  }).not.toThrow()
  const shell = read(path).startsWith('#!/bin/sh\n') ? 'sh' : 'bash'
  expect(spawnSync(shell, ['-n', script], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' })
})

test.each(globSync(['*.sh', 'scripts/*.sh'], { cwd: root }))('%s --help says what it does', path => {
  const help = spawnSync(join(root, path), ['--help'], { encoding: 'utf8', cwd: tmpdir() })
  expect(help.status).toBe(0)
  expect(help.stdout).toMatch(/usage: /i)
})

const summarise = (...results: readonly object[]) => {
  const folder = mkdtempSync(join(tmpdir(), 'denidin-summary-'))
  const files = results.map((result, index) => {
    const file = join(folder, `${String(index)}.json`)
    writeFileSync(file, JSON.stringify(result))
    return file
  })
  const run = spawnSync(process.execPath, [join(root, 'scripts/test-summary.mjs'), ...files], { encoding: 'utf8' })
  rmSync(folder, { recursive: true })
  return { code: run.status, lines: run.stdout.trimEnd().split('\n') }
}

const counts = { numFailedTests: 0, numRuntimeErrorTestSuites: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] }

test('a run of the tests ends with its counts, alone on the last line', () => {
  expect(summarise({ ...counts, numPassedTests: 12, success: true })).toEqual({
    code: 0,
    lines: ['12 passed, 0 failed'],
  })
})

test('skipped tests are counted, and failed ones named', () => {
  const testResults = [{ name: 'a', status: 'failed', assertionResults: [{ status: 'failed', fullName: 'it works' }] }]
  const result = { ...counts, numPassedTests: 3, numFailedTests: 1, numTodoTests: 2, success: false, testResults }
  expect(summarise(result)).toEqual({ code: 1, lines: ['failed: it works', '3 passed, 1 failed, 2 skipped'] })
})

test('a test file that cannot be loaded counts as failed', () => {
  const testResults = [{ name: 'a.test.ts', status: 'failed', assertionResults: [] }]
  const result = { ...counts, numPassedTests: 3, numRuntimeErrorTestSuites: 1, success: false, testResults }
  expect(summarise(result)).toEqual({ code: 1, lines: ['not loaded: a.test.ts', '3 passed, 1 failed'] })
})

test('the runs of one proof are counted together, and each must have succeeded', () => {
  const good = { ...counts, numPassedTests: 12, success: true }
  expect(summarise(good, { ...good, numPassedTests: 1 })).toEqual({ code: 0, lines: ['13 passed, 0 failed'] })
  expect(summarise(good, { ...good, numPassedTests: 0, success: false })).toMatchObject({ code: 1 })
  expect(summarise()).toMatchObject({ code: 1 })
})

test('an image gets no file of the configuration of the machine that builds it, and sets variables that exist', () => {
  const ignored = read('.dockerignore').split('\n')
  expect(ignored).toEqual(expect.arrayContaining(['.env', 'config/*', '!config/demo.json', '!config/*.example.json']))
  expect(ignored.filter(line => line.startsWith('!'))).toHaveLength(2)
  const set = [...read('deploy/docker/Dockerfile').matchAll(/\b(DENIDIN_[A-Z_]+)=/g)].map(([, name = '']) => name)
  const known = listSettings(SCHEMA).flatMap(environmentNames)
  expect(set.length).toBeGreaterThan(6)
  expect(set.filter(name => ![...known, 'DENIDIN_CONFIG'].includes(name))).toEqual([])
})
