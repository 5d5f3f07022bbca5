import { execFile } from 'node:child_process'
import { readFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'
import JSON5 from 'json5'
import { CONSOLE_PHONE } from '../../src/channels/console/console-channel.ts'
import { environmentNames } from '../../src/config/environment.ts'
import { loadSettings } from '../../src/config/load-settings.ts'
import { SCHEMA } from '../../src/config/schema.ts'
import { listSettings, type Section, type SettingsOf } from '../../src/config/setting.ts'
import type { Settings } from '../../src/config/settings.ts'

const ROOT = join(import.meta.dirname, '../..')
const run = promisify(execFile)
const KEYS = listSettings(SCHEMA).map(each => each.key)

const load = (file: string, environment: Record<string, string> = {}) => {
  const cwd = mkdtempSync(join(tmpdir(), 'denidin-config-'))
  try {
    return loadSettings({ environment, file, cwd })
  } finally {
    rmSync(cwd, { recursive: true })
  }
}

test('the documentation page and the example are up to date with the schema', async () => {
  const script = join(ROOT, 'scripts/generate-configuration-docs.ts')
  await expect(run(process.execPath, [script, '--check'])).resolves.toMatchObject({ stderr: '' })
})

test('the page names every key and every environment variable', () => {
  const page = readFileSync(join(ROOT, 'docs/configuration.md'), 'utf8')
  const names = listSettings(SCHEMA).flatMap(each => [each.key, ...environmentNames(each)])
  expect(names.filter(name => !page.includes(`\`${name}\``))).toEqual([])
})

test('the example loads, names every key, and changes nothing', () => {
  const path = join(ROOT, 'config/config.example.json')
  const environment = { OPENAI_API_KEY: 'sk-of-the-test' }
  const { settings, warnings } = load(path, environment)
  expect(warnings).toEqual([])
  const { data_root, logs_dir, budget, ...rest } = load('/dev/null', environment).settings
  expect(settings).toMatchObject(rest)
  const { profiles_file, patterns_dir, prices_file, ...rest_of_budget } = budget
  expect(settings.budget).toMatchObject(rest_of_budget)
  const names = (paths: readonly string[]): readonly string[] => paths.map(each => basename(each))
  const { data_root: data, logs_dir: logs, budget: own } = settings
  expect(names([data, logs, own.profiles_file, own.patterns_dir, own.prices_file])).toEqual(
    names([data_root, logs_dir, profiles_file, patterns_dir, prices_file]),
  )
  const leaves = (value: unknown, key: string): string[] =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value).flatMap(([name, each]) => leaves(each, key === '' ? name : `${key}.${name}`))
      : [key]
  expect(leaves(JSON5.parse(readFileSync(path, 'utf8')), '').sort()).toEqual([...KEYS].sort())
})

test('the demo needs no key, has memory on, and stores everything in its own folder', () => {
  const { settings, warnings } = load(join(ROOT, 'config/demo.json'))
  expect(warnings).toEqual([])
  expect(settings.feature_flags.enable_memory_system).toBe(true)
  expect([settings.ai.provider, settings.embeddings.provider]).toEqual(['offline', 'offline'])
  expect(settings.data_root).toMatch(/\/data_demo$/)
  expect(settings.logs_dir).toMatch(/\/data_demo\/logs$/)
  expect(settings.whatsapp.enabled).toBe(false)
  // The user at the terminal is the administrator.
  expect(settings.godfather_phone).toBe(CONSOLE_PHONE)
})

test('no two keys share an environment variable', () => {
  const names = listSettings(SCHEMA).flatMap(environmentNames)
  expect(new Set(names).size).toBe(names.length)
})

test('the type of the settings is derived from the schema, and loading returns exactly its keys', () => {
  const settings: Settings = load('/dev/null', { OPENAI_API_KEY: 'sk-of-the-test' }).settings
  const leaves = listSettings(SCHEMA).map(({ key }) => key)
  expect(leaves.filter(key => !hasPath(settings, key))).toEqual([])
  expect(Object.keys(settings)).toEqual(Object.keys(SCHEMA))

  // Checked by the compiler.
  const level: 'debug' | 'info' | 'warn' | 'error' = settings.log_level
  const inherited: 'openai' | 'offline' = settings.embeddings.provider
  const optional: string | undefined = settings.embeddings.base_url
  const blocked: readonly string[] = settings.user_roles.blocked_phones
  // @ts-expect-error a key without a default may be unset
  const phone: string = settings.godfather_phone
  // @ts-expect-error an undeclared key does not exist
  const undeclared: unknown = settings.ai.modle
  expect([level, inherited, optional, blocked, phone, undeclared]).toEqual([
    'info',
    'openai',
    undefined,
    [],
    undefined,
    undefined,
  ])
})

const hasPath = (tree: object, key: string): boolean => {
  const [name = '', ...rest] = key.split('.')
  const value: unknown = Object.hasOwn(tree, name) ? tree[name as keyof typeof tree] : undefined
  if (rest.length === 0) return Object.hasOwn(tree, name)
  return typeof value === 'object' && value !== null && hasPath(value, rest.join('.'))
}

test('a faulty declaration does not compile', () => {
  const doc = 'A declaration of the test.'
  const wrongDefault = {
    // @ts-expect-error the default of a number is a number
    a: { format: 'integer', default: '1', min: 0, max: 4, doc },
  } as const satisfies Section
  const withoutBounds = {
    // @ts-expect-error a number has bounds
    a: { format: 'integer', default: 1, doc },
  } as const satisfies Section
  const misspelt = {
    // @ts-expect-error there is no such property
    a: { b: { format: 'text', default: 'x', doc, envAlias: ['X'] } },
  } as const satisfies Section
  const unknownFormat = {
    // @ts-expect-error there is no such format
    a: { format: 'colour', default: 'red', doc },
  } as const satisfies Section
  expect([wrongDefault, withoutBounds, misspelt, unknownFormat].map(each => Object.keys(each))).toEqual(
    Array.from({ length: 4 }, () => ['a']),
  )
})

test('every key that another inherits from is a key', () => {
  expect(
    listSettings(SCHEMA)
      .flatMap(({ inherits }) => inherits ?? [])
      .filter(key => !KEYS.includes(key)),
  ).toEqual([])
})

test('a setting that inherits may be unset only if its source may be', () => {
  const schema = {
    a: { format: 'text', default: 'x', doc: 'Has a default.' },
    b: { format: 'text', default: null, doc: 'May be unset.' },
    fromA: { format: 'text', default: null, inherits: 'a', doc: 'Inherits a value.' },
    fromB: { format: 'text', default: null, inherits: 'b', doc: 'Inherits what may be unset.' },
  } as const satisfies Section
  const settings: SettingsOf<typeof schema> = { a: 'x', b: undefined, fromA: 'x', fromB: undefined }
  // @ts-expect-error the source always has a value
  const wrong: SettingsOf<typeof schema> = { a: 'x', b: undefined, fromA: undefined, fromB: undefined }
  expect([settings, wrong].map(each => Object.keys(each))).toEqual([Object.keys(schema), Object.keys(schema)])
})
