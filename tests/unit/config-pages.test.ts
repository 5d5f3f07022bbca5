import { execFile } from 'node:child_process'
import { readFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'
import JSON5 from 'json5'
import { CONSOLE_PHONE } from '../../src/channels/console/console-channel.ts'
import { environmentNames } from '../../src/config/environment.ts'
import { loadSettings } from '../../src/config/load-settings.ts'
import { SCHEMA } from '../../src/config/schema.ts'
import { placedSettings, type Setting, type SettingsTree } from '../../src/config/setting.ts'
import type { Settings } from '../../src/config/settings.ts'

const ROOT = join(import.meta.dirname, '../..')
const run = promisify(execFile)
const KEYS = placedSettings(SCHEMA).map(each => each.key)

const load = (file: string, environment: Record<string, string> = {}) => {
  const cwd = mkdtempSync(join(tmpdir(), 'denidin-config-'))
  try {
    return loadSettings({ environment, file, cwd })
  } finally {
    rmSync(cwd, { recursive: true })
  }
}

test('the documentation page and the example are what the schema says now', async () => {
  const script = join(ROOT, 'scripts/generate-configuration-docs.ts')
  await expect(run(process.execPath, [script, '--check'])).resolves.toMatchObject({ stderr: '' })
})

test('the page names every key and every name in the environment', () => {
  const page = readFileSync(join(ROOT, 'docs/configuration.md'), 'utf8')
  const names = placedSettings(SCHEMA).flatMap(each => [each.key, ...environmentNames(each)])
  expect(names.filter(name => !page.includes(`\`${name}\``))).toEqual([])
})

test('the example loads, names every key, and changes nothing', () => {
  const path = join(ROOT, 'config/config.example.json')
  const environment = { OPENAI_API_KEY: 'sk-of-the-test' }
  const { settings, warnings } = load(path, environment)
  expect(warnings).toEqual([])
  const { data_root, logs_dir, ...rest } = load('/dev/null', environment).settings
  expect(settings).toMatchObject(rest)
  expect([settings.data_root, settings.logs_dir].map(each => each.split('/').at(-1))).toEqual(
    [data_root, logs_dir].map(each => each.split('/').at(-1)),
  )
  const leaves = (value: unknown, key: string): string[] =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value).flatMap(([name, each]) => leaves(each, key === '' ? name : `${key}.${name}`))
      : [key]
  expect(leaves(JSON5.parse(readFileSync(path, 'utf8')), '').sort()).toEqual([...KEYS].sort())
})

test('the demo needs no key, remembers, and keeps to its own folder', () => {
  const { settings, warnings } = load(join(ROOT, 'config/demo.json'))
  expect(warnings).toEqual([])
  expect(settings.feature_flags.enable_memory_system).toBe(true)
  expect([settings.ai.provider, settings.embeddings.provider]).toEqual(['offline', 'offline'])
  expect(settings.data_root).toMatch(/\/data_demo$/)
  expect(settings.logs_dir).toMatch(/\/data_demo\/logs$/)
  expect(settings.whatsapp.enabled).toBe(false)
  // Whoever sits at the terminal may do everything.
  expect(settings.godfather_phone).toBe(CONSOLE_PHONE)
})

test('no two keys share a name in the environment', () => {
  const names = placedSettings(SCHEMA).flatMap(environmentNames)
  expect(new Set(names).size).toBe(names.length)
})

test('every setting that the code can ask for is a key of the schema, and the other way round', () => {
  // Checked by the compiler: a tree for another shape does not fit, in either direction.
  const { log_level: _, ...withoutOne } = SCHEMA
  // @ts-expect-error a missing key does not compile
  const missing: SettingsTree<Settings> = withoutOne
  const colour: Setting<string> = { default: 'red', format: 'text', doc: 'Nothing reads it.' }
  // @ts-expect-error an additional key does not compile
  const more: SettingsTree<Settings> = { ...SCHEMA, colour }
  // @ts-expect-error a default of another type does not compile
  const other: SettingsTree<Settings> = { ...SCHEMA, log_level: { ...SCHEMA.log_level, default: 5 } }
  const asked = Object.keys(load('/dev/null', { OPENAI_API_KEY: 'sk-of-the-test' }).settings)
  expect(asked).toEqual(Object.keys(SCHEMA))
  expect([missing, more, other].map(each => Object.keys(each).length - asked.length)).toEqual([-1, 1, 0])
})
