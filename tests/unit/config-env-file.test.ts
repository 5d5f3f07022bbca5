// `.env`, the environment and config.json as editors, shells, phones and containers leave them.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { loadSettings, type LoadedSettings } from '../../src/config/load-settings.ts'
import { cleanUpAfterEach } from '../support/clean-up.ts'

const cleanUp = cleanUpAfterEach()
const HOME = 'http://127.0.0.1:4321/v1'
const KEY = 'sk-secret-1234'

let folder: string
beforeEach(async () => {
  folder = await cleanUp.folder()
  mkdirSync(join(folder, 'config'))
  config('{}')
})

const config = (content: string | Buffer): void => {
  writeFileSync(join(folder, 'config/config.json'), content, { mode: 0o600 })
}
const dotEnv = (content: string | Buffer): void => {
  writeFileSync(join(folder, '.env'), content, { mode: 0o600 })
}
const load = (environment: Record<string, string> = {}): LoadedSettings => loadSettings({ environment, cwd: folder })
const refusal = (environment: Record<string, string> = {}): string => {
  try {
    load(environment)
  } catch (error) {
    return (error as Error).message
  }
  throw new Error('it loaded')
}

/** A line that sets the address of the service to which people's words go. */
const UNDERSTOOD: readonly (readonly [string, string])[] = [
  ['a byte order mark', `\uFEFFDENIDIN_AI_BASE_URL=${HOME}`],
  ['a byte order mark in the second line', `# notes\n\uFEFFDENIDIN_AI_BASE_URL=${HOME}`],
  ['two byte order marks', `\uFEFF\uFEFFDENIDIN_AI_BASE_URL=${HOME}`],
  ['line ends of Windows', `X=1\r\nDENIDIN_AI_BASE_URL=${HOME}\r\n`],
  ['line ends of old Macs', `X=1\rDENIDIN_AI_BASE_URL=${HOME}\r`],
  ['a colon', `DENIDIN_AI_BASE_URL: ${HOME}`],
  ['a colon and quotes', `DENIDIN_AI_BASE_URL: "${HOME}"`],
  ['export', `export DENIDIN_AI_BASE_URL=${HOME}`],
  ['export and tabs', `\texport\tDENIDIN_AI_BASE_URL\t=\t${HOME}`],
  ['set of cmd', `set DENIDIN_AI_BASE_URL=${HOME}`],
  ['PowerShell', `$env:DENIDIN_AI_BASE_URL = "${HOME}"`],
  ['quotes around the name', `"DENIDIN_AI_BASE_URL"="${HOME}"`],
  ['quotes around the whole', `"DENIDIN_AI_BASE_URL=${HOME}"`],
  ['curly quotes', `DENIDIN_AI_BASE_URL=“${HOME}”`],
  ['German quotes', `DENIDIN_AI_BASE_URL=„${HOME}“`],
  ['French quotes with spaces', `DENIDIN_AI_BASE_URL=«\u00a0${HOME}\u00a0»`],
  ['single curly quotes around the name', `‘DENIDIN_AI_BASE_URL’=${HOME}`],
  ['an opening quote alone', `DENIDIN_AI_BASE_URL=“${HOME}`],
  ['non-breaking spaces', `\u00a0DENIDIN_AI_BASE_URL\u00a0=\u00a0${HOME}\u00a0`],
  ['a zero-width space in the name', `DENIDIN_\u200bAI_BASE_URL=${HOME}`],
  ['a direction mark before the name', `\u200fDENIDIN_AI_BASE_URL=${HOME}`],
  ['a word joiner in the value', `DENIDIN_AI_BASE_URL=http://\u2060127.0.0.1:4321/v1\u200b`],
  ['a soft hyphen', `DENIDIN_AI_\u00adBASE_URL=${HOME}`],
  ['small letters', `denidin_ai_base_url=${HOME}`],
  ['dots as in the configuration', `DENIDIN_ai.base_url=${HOME}`],
  ['dashes', `DENIDIN-AI-BASE-URL=${HOME}`],
  ['a comment behind', `DENIDIN_AI_BASE_URL=${HOME} # at home`],
  ['a value of several lines before', `NOTES="one\ntwo=2\nthree"\nDENIDIN_AI_BASE_URL=${HOME}`],
  ['no new line at the end, and spaces', `DENIDIN_AI_BASE_URL=${HOME}   `],
]

describe('a .env file', () => {
  test.each([...UNDERSTOOD])('is understood with %s', (_what, text) => {
    dotEnv(`${text}\nOPENAI_API_KEY=${KEY}`)
    expect(load().settings.ai.base_url).toBe(HOME)
    expect(load().settings.openai_api_key).toBe(KEY)
  })

  test.each<[string, string, number]>([
    ['no equals sign', `X=1\nDENIDIN_AI_BASE_URL ${HOME}`, 2],
    ['an equals sign of full width', `DENIDIN_AI_BASE_URL＝${HOME}`, 1],
    ['an arrow', `# first\n\nDENIDIN_AI_BASE_URL -> ${HOME}`, 3],
    ['Cyrillic letters in the name', `DENIDIN_АI_BASE_URL=${HOME}`, 1],
    ['a key without its name', `OPENAI_API_KEY\n${KEY}`, 1],
    ['JSON', `{\n  "DENIDIN_AI_BASE_URL", "${HOME}"\n}`, 2],
    ['a space in the name', `DENIDIN_AI BASE_URL=${HOME}`, 1],
  ])('with %s is refused by its line', (_what, text, line) => {
    dotEnv(text)
    const said = refusal()
    expect(said.split('\n')[0]).toMatch(
      new RegExp(`\\.env: line ${String(line)} cannot be read; write it as NAME=value$`),
    )
    expect(said).not.toContain(KEY)
    expect(said).not.toContain('4321')
  })

  test.each<[string, Buffer]>([
    ['UTF-16, little end first', Buffer.from(`\uFEFFOPENAI_API_KEY=${KEY}`, 'utf16le')],
    ['UTF-16, big end first', Buffer.from(`\uFEFFOPENAI_API_KEY=${KEY}`, 'utf16le').swap16()],
    ['UTF-16 without a mark', Buffer.from(`OPENAI_API_KEY=${KEY}`, 'utf16le')],
    ['UTF-16 without a mark, big end first', Buffer.from(`OPENAI_API_KEY=${KEY}`, 'utf16le').swap16()],
  ])('in %s is refused with the encoding', (_what, content) => {
    dotEnv(content)
    expect(refusal()).toMatch(/\.env is encoded in UTF-16; save it as UTF-8$/)
    config(content)
    dotEnv('')
    expect(refusal()).toMatch(/config\.json is encoded in UTF-16; save it as UTF-8$/)
  })

  test('in Windows-1255 is refused by its line; a comment may hold anything', () => {
    const hebrew = Buffer.from([0xf9, 0xec, 0xe5, 0xed])
    dotEnv(
      Buffer.concat([
        Buffer.from('# '),
        hebrew,
        Buffer.from('\nDENIDIN_AI_MODEL='),
        hebrew,
        Buffer.from(`\nOPENAI_API_KEY=${KEY}`),
      ]),
    )
    expect(refusal()).toMatch(/\.env: line 2 is not encoded in UTF-8; save the file as UTF-8$/)
  })

  test('with a name twice warns, and the last one counts', () => {
    dotEnv(`OPENAI_API_KEY=${KEY}\nDENIDIN_AI_RETRIES=1\n\nDENIDIN_AI_RETRIES=4\nOPENAI_API_KEY=${KEY}`)
    const { settings, warnings } = load()
    expect(settings.ai.retries).toBe(4)
    expect(warnings).toEqual([
      expect.stringMatching(/DENIDIN_AI_RETRIES is set in line 2 and again in line 4; the last one counts/),
    ])
  })

  test('of another program too warns of its lines alone', () => {
    dotEnv(`OPENAI_API_KEY=${KEY}\nhello there\n---\n`)
    const { settings, warnings } = load()
    expect(settings.openai_api_key).toBe(KEY)
    expect(warnings).toEqual(
      [2, 3].map(line => expect.stringMatching(new RegExp(`line ${String(line)} cannot be read.*ignored`))),
    )
  })

  test('keeps what quotes and comments mean to Node', () => {
    dotEnv(`OPENAI_API_KEY='${KEY}' # mine\nDENIDIN_AI_MODEL="a#b"\nDENIDIN_EMBEDDINGS_MODEL=c # d`)
    const { settings } = load()
    expect([settings.openai_api_key, settings.ai.model, settings.embeddings.model]).toEqual([KEY, 'a#b', 'c'])
  })
})

describe('the environment of a container', () => {
  test.each<[string, Record<string, string>]>([
    ['quotes of an env file', { DENIDIN_AI_BASE_URL: `"${HOME}"`, OPENAI_API_KEY: `'${KEY}'` }],
    ['quotes in the names', { '"DENIDIN_AI_BASE_URL"': HOME, "'OPENAI_API_KEY'": KEY }],
    ['a quote at the beginning of the name alone', { '"DENIDIN_AI_BASE_URL': `${HOME}"`, OPENAI_API_KEY: KEY }],
    ['a byte order mark in a name', { '\uFEFFDENIDIN_AI_BASE_URL': HOME, OPENAI_API_KEY: KEY }],
    ['carriage returns', { DENIDIN_AI_BASE_URL: `${HOME}\r`, OPENAI_API_KEY: `${KEY}\r` }],
    ['a space before the value', { DENIDIN_AI_BASE_URL: ` ${HOME}`, OPENAI_API_KEY: ` ${KEY}` }],
    ['export in the name', { 'export DENIDIN_AI_BASE_URL': HOME, OPENAI_API_KEY: KEY }],
    ['a new line behind a key from a secret file', { DENIDIN_AI_BASE_URL: HOME, OPENAI_API_KEY: `${KEY}\n` }],
    ['curly quotes around a key', { DENIDIN_AI_BASE_URL: HOME, OPENAI_API_KEY: `“${KEY}”` }],
    ['a zero-width space in a key', { DENIDIN_AI_BASE_URL: HOME, OPENAI_API_KEY: `sk-\u200bsecret-1234` }],
  ])('is understood with %s', (_what, environment) => {
    const { settings } = load(environment)
    expect([settings.ai.base_url, settings.openai_api_key]).toEqual([HOME, KEY])
  })

  test('a name that is right wins over one that had to be cleaned', () => {
    expect(
      load({ '\uFEFFDENIDIN_AI_BASE_URL': 'http://other/v1', DENIDIN_AI_BASE_URL: HOME }).settings.ai.base_url,
    ).toBe(HOME)
  })

  test('lists of quoted items, phone numbers, switches and choices', () => {
    const { settings } = load({
      DENIDIN_AI_PROVIDER: '"offline"',
      DENIDIN_GODFATHER_PHONE: '"+1 555 000 1111"',
      DENIDIN_FEATURE_FLAGS_ENABLE_MEMORY_SYSTEM: "'true'",
      DENIDIN_USER_ROLES_BLOCKED_PHONES: '["+15550002222", "+15550003333"]',
      DENIDIN_AI_RETRIES: '"3"',
    })
    expect(settings).toMatchObject({
      ai: { provider: 'offline', retries: 3 },
      godfather_phone: '15550001111',
      feature_flags: { enable_memory_system: true },
      user_roles: { blocked_phones: ['15550002222', '15550003333'] },
    })
  })

  test.each(['sk-one"two', 'sk-one’two', 'sk-שלום', 'sk-one two', 'Bearer sk-one'])(
    'a key such as %s is named, not shown',
    key => {
      const said = refusal({ OPENAI_API_KEY: key })
      expect(said).toMatch(/^openai_api_key: must be non-empty text without spaces/)
      expect(said).not.toContain('one')
    },
  )
})

describe('config.json', () => {
  test.each<[string, string | Buffer]>([
    ['a byte order mark', '\uFEFF{ "ai": { "provider": "offline" } }'],
    ['trailing commas', '{ "ai": { "provider": "offline", }, }'],
    ['line ends of Windows and comments', '{\r\n// mine\r\n"ai": { "provider": "offline" }\r\n}'],
    ['non-breaking spaces', '{\u00a0"ai":\u00a0{ "provider": "offline" } }'],
    ['a zero-width space in a key', '{ "ai": { "prov\u200bider": "offline" } }'],
    ['single quotes', "{ 'ai': { provider: 'offline' } }"],
  ])('is understood with %s', (_what, content) => {
    config(content)
    expect(load().settings.ai.provider).toBe('offline')
  })

  test('a key in curly quotes, with spaces or a line end, is cleaned', () => {
    for (const key of [`“${KEY}”`, ` ${KEY}\\n`, `\u200b${KEY}\u00a0`]) {
      config(`{ "openai_api_key": "${key}" }`)
      expect(load().settings.openai_api_key).toBe(KEY)
    }
  })

  test.each<[string, string | Buffer, RegExp]>([
    [
      'curly quotes',
      '{\n  “ai”: { “provider”: “offline” }\n}',
      /not valid JSON: .* at line 2, column \d+; replace the curly quotes in this line by "$/,
    ],
    ['a curly quote at the end', '{ "ai": { "provider": "offline” } }', /not valid JSON.*curly quotes/],
    ['half a file', '{ "ai": {', /not valid JSON: .* at line 1, column/],
    ['Latin-1', Buffer.from('{\n "ai": { "model": "caf\xe9" } }', 'latin1'), /is not encoded in UTF-8 \(line 2\)/],
  ])('with %s is refused in one line', (_what, content, expected) => {
    config(content)
    expect(refusal()).toMatch(expected)
    expect(refusal().split('\n')).toHaveLength(1)
  })
})
