/** When `scripts/install.sh` installs, what it leaves alone, and what it says; npm itself is a script that takes notes. */
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'

const source = join(import.meta.dirname, '../..')
let folder: string
let project: string

const LOCK = {
  packages: {
    '': { name: 'denidin' },
    'node_modules/kept': { version: '1.0.0', integrity: 'sha512-a' },
    'node_modules/jest': { version: '1.0.0', integrity: 'sha512-b', dev: true },
    'node_modules/node-of-another-system': { version: '24.0.0', integrity: 'sha512-c', optional: true },
  },
}

const write = (path: string, content: object | string): void => {
  const file = join(project, path)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o755 })
}

const installed = (version: string): object => ({
  packages: { 'node_modules/kept': { version, integrity: 'sha512-a' } },
})

/** A finished production install, as npm leaves it. */
const pretendInstalled = (version = '1.0.0'): void => {
  write('node_modules/kept/package.json', {})
  write('node_modules/.package-lock.json', installed(version))
}

/**
 * Tools on the PATH: those of the shell, Node, and an npm that notes its arguments, leaves a finished install behind
 * and ends with exit code 0 or, when it `fails`, 1. An old Node is one that never finds the install complete.
 */
const install = (machine: { readonly npm?: 'fails' | 'missing'; readonly node?: 'old' | 'missing' } = {}) => {
  const bin = join(folder, 'bin')
  rmSync(bin, { recursive: true, force: true })
  mkdirSync(bin)
  for (const tool of ['sh', 'dirname', 'readlink', 'sleep', 'sed', 'uname', 'mkdir', 'cp']) {
    const path = ['/usr/bin', '/bin'].map(each => join(each, tool)).find(existsSync)
    symlinkSync(path!, join(bin, tool))
  }
  if (machine.node === 'old') writeFileSync(join(bin, 'node'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
  else if (machine.node === undefined) symlinkSync(process.execPath, join(bin, 'node'))
  if (machine.npm !== 'missing') {
    const lines = [
      '#!/bin/sh',
      `echo "$@" >'${folder}/npm-arguments'`,
      `mkdir -p node_modules/kept && cp '${folder}/installed.json' node_modules/.package-lock.json`,
      machine.npm === 'fails' ? 'exit 1' : 'exit 0',
    ]
    writeFileSync(join(bin, 'npm'), lines.join('\n'), { mode: 0o755 })
  }
  const run = spawnSync(join(project, 'scripts/install.sh'), { encoding: 'utf8', cwd: '/', env: { PATH: bin } })
  const notes = join(folder, 'npm-arguments')
  return { ...run, npm: existsSync(notes) ? readFileSync(notes, 'utf8').trim().split(' ') : undefined }
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'denidin-install-'))
  project = join(folder, 'a project')
  mkdirSync(join(project, 'scripts'), { recursive: true })
  for (const script of ['install.sh', 'is-installed.mjs']) {
    copyFileSync(join(source, 'scripts', script), join(project, 'scripts', script))
  }
  write('package.json', { dependencies: { kept: '1.0.0' } })
  write('package-lock.json', LOCK)
  writeFileSync(join(folder, 'installed.json'), JSON.stringify(installed('1.0.0')))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

test('a fresh clone is installed without development packages, with optional ones', () => {
  const { status, stdout, npm } = install()
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' })
  expect(npm).toEqual(expect.arrayContaining(['ci', '--omit=dev']))
  expect(npm?.join(' ')).not.toMatch(/omit=optional/)
})

test('what is installed is left alone, without a word', () => {
  pretendInstalled()
  expect(install()).toMatchObject({ status: 0, stdout: '', stderr: '', npm: undefined })
})

test('a changed package-lock.json is installed', () => {
  pretendInstalled('0.9.0')
  expect(install().npm?.[0]).toBe('ci')
})

test('a package whose folder is gone is installed again', () => {
  pretendInstalled()
  rmSync(join(project, 'node_modules/kept'), { recursive: true })
  expect(install().npm?.[0]).toBe('ci')
})

test('an install that was broken off is done again', () => {
  write('node_modules/kept/package.json', {})
  expect(install().npm?.[0]).toBe('ci')
})

test('development packages that are there stay', () => {
  pretendInstalled('0.9.0')
  write('node_modules/typescript/package.json', {})
  expect(install().npm).not.toContain('--omit=dev')
})

test('a failed installation ends with one line of what to do', () => {
  const { status, stderr } = install({ npm: 'fails' })
  expect(status).toBe(1)
  expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^The installation failed/)
})

test('a machine without npm is told so in one line', () => {
  const { status, stderr } = install({ npm: 'missing' })
  expect(status).toBe(1)
  expect(stderr).toMatch(/^DeniDin needs npm .*\n$/)
})

test('a system that npm has no Node 24 for is told so in one line', () => {
  const { status, stderr } = install({ node: 'old' })
  expect(status).toBe(1)
  expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^DeniDin runs on Node 24, and npm brings none for this system/)
})

test('a machine without Node is told so in one line', () => {
  const { status, stderr } = install({ node: 'missing' })
  expect(status).toBe(1)
  expect(stderr).toMatch(/^DeniDin needs Node 20 or newer .*\n$/)
})
