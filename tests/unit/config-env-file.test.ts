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

/** What would be lost without a word, or sent to another service. */
describe('a .env file that hides a setting', () => {
  test.each<[string, string, number]>([
    ['two assignments in one line', `export X=1; export DENIDIN_AI_BASE_URL=${HOME}`, 1],
    ['two joined by &&', `export X=1 && export DENIDIN_AI_BASE_URL=${HOME}`, 1],
    ['two with a space', `X=1 DENIDIN_AI_BASE_URL=${HOME}`, 1],
    ['a line of systemd', `Environment="DENIDIN_AI_BASE_URL=${HOME}"`, 1],
    ['a quote that is not closed', `# x\nNOTES="one\nDENIDIN_AI_BASE_URL="${HOME}"`, 2],
    ['line separators of Unicode', `X=1\u2028DENIDIN_AI_BASE_URL=${HOME}`, 1],
    ['a form feed', `X=1\fDENIDIN_AI_BASE_URL=${HOME}`, 1],
    ['the name in the value', `X=1\nOPENAI_API_KEY=OPENAI_API_KEY=${KEY}`, 2],
  ])('in %s is refused by its line', (_what, text, line) => {
    dotEnv(`${text}\n`)
    const said = refusal({ OPENAI_API_KEY: KEY })
    expect(said).toMatch(
      new RegExp(`^\\S+\\.env: line ${String(line)} contains \\w+ too; write each NAME=value in a line of its own`),
    )
    expect(said.split('\n')).toHaveLength(1)
    expect(said).not.toMatch(/4321|secret/)
  })

  test('in NUL characters is not said to be in UTF-16', () => {
    const zeros = Buffer.alloc(4096)
    for (const content of [
      `OPENAI_API_KEY=sk-a\0bc`,
      Buffer.concat([Buffer.from(`OPENAI_API_KEY=${KEY}\n`), zeros]),
      zeros,
    ]) {
      dotEnv(content)
      expect(refusal()).toMatch(/\.env contains NUL characters, as a power failure can leave them: write it anew/)
    }
  })

  test.each(['OPENAI_KEY', 'OPENAI_APIKEY', 'OPENAI_API_TOKEN', 'OPENAI_SECRET_KEY'])(
    'under the name %s says which name is meant',
    name => {
      dotEnv(`${name}=${KEY}`)
      expect(refusal().split('\n')).toEqual([
        expect.stringMatching(/^openai_api_key: not set/),
        expect.stringMatching(new RegExp(`^${name}: unknown variable, ignored; did you mean OPENAI_API_KEY\\?`)),
      ])
    },
  )

  test.each(['DENIDN_AI_BASE_URL', 'DENIDIN__AI__BASE_URL', 'DENDIN_AI_BASE_URL', 'denidn.ai.base_url'])(
    'under the misspelt name %s warns',
    name => {
      dotEnv(`OPENAI_API_KEY=${KEY}\n${name}=${HOME}`)
      expect(load().warnings).toEqual([`${name}: unknown variable, ignored; did you mean DENIDIN_AI_BASE_URL?`])
    },
  )

  test('under the names of the openai package is understood', () => {
    for (const name of ['OPENAI_BASE_URL', 'OPENAI_API_BASE']) {
      dotEnv(`OPENAI_API_KEY=${KEY}\n${name}=${HOME}`)
      const { settings, warnings } = load()
      expect([settings.ai.base_url, settings.embeddings.base_url, warnings]).toEqual([HOME, HOME, []])
    }
  })
})

describe('a key as it is copied', () => {
  test.each([
    `Bearer ${KEY}`,
    `"bearer ${KEY}"`,
    `Authorization: Bearer ${KEY}`,
    `“Bearer\u00a0${KEY}”`,
    `${KEY};`,
    `"${KEY}\\n"`,
  ])('%s is the key', text => {
    dotEnv(`OPENAI_API_KEY=${text}`)
    expect(load().settings.openai_api_key).toBe(KEY)
  })

  test.each(['$MY_KEY', '${MY_KEY}', '$(cat /run/key)'])('%s is refused as the name of a variable', text => {
    dotEnv(`OPENAI_API_KEY=${text}`)
    expect(refusal()).toBe(
      'openai_api_key: must be non-empty text without spaces; it contains the name of a variable instead of a key (set by OPENAI_API_KEY)',
    )
  })
})

describe('an address, a schedule, a zone and a number', () => {
  test.each([
    ['DENIDIN_AI_BASE_URL', `${HOME} // at home`],
    ['DENIDIN_AI_BASE_URL', `http://${HOME}`],
    ['DENIDIN_AI_BASE_URL', 'http:/127.0.0.1:4321/v1'],
    ['DENIDIN_MEMORY_LONGTERM_CHROMA_URL', 'https://https//chroma.example'],
    ['DENIDIN_MEMORY_SESSION_CLEANUP_CRON', `'0 2 * * *'x`],
    ['DENIDIN_GODFATHER_PHONE', '+٩٧٢٥٠١٢٣٤٥٦٧'],
  ])('%s=%s is refused', (name, value) => {
    expect(refusal({ OPENAI_API_KEY: KEY, [name]: value })).toContain(`(set by ${name})`)
  })

  test.each(['0 2 30 2 *', '0 25 * * *', '*/0 * * * *'])('the schedule %s is refused with its reason', value => {
    expect(refusal({ OPENAI_API_KEY: KEY, DENIDIN_MEMORY_SESSION_CLEANUP_CRON: value })).toContain(
      `not "${value}", which has a field out of its range or a day that never comes`,
    )
  })

  test.each(['IST', 'bst', 'CST'])('the zone %s is refused, because it means several', value => {
    expect(refusal({ OPENAI_API_KEY: KEY, DENIDIN_TIME_ZONE: value })).toContain(
      `not "${value}", which can mean several`,
    )
  })

  test('a number in full-width characters is a number', () => {
    const { settings } = load({ OPENAI_API_KEY: KEY, DENIDIN_GODFATHER_PHONE: '＋９７２ 50-1234567' })
    expect(settings.godfather_phone).toBe('972501234567')
  })

  test.each(['Nowhere/Land', '<+03>-3', '/usr/share/zoneinfo/Asia/Jerusalem'])(
    'the variable TZ=%s names no zone, which is said unless time_zone is set',
    TZ => {
      expect(load({ OPENAI_API_KEY: KEY, TZ }).warnings).toEqual([
        expect.stringMatching(
          /^TZ: ".*" is not the name of a time zone; days and hours are those of \S+\. Set time_zone/,
        ),
      ])
      expect(load({ OPENAI_API_KEY: KEY, TZ, DENIDIN_TIME_ZONE: 'Asia/Jerusalem' }).warnings).toEqual([])
      expect(load({ OPENAI_API_KEY: KEY, TZ: ':Asia/Jerusalem' }).warnings).toEqual([])
    },
  )
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

  test.each(['sk-one"two', 'sk-one’two', 'sk-שלום', 'sk-one two', 'Bearer sk-one two'])(
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

  test.each<[string, string, string]>([
    [
      'a section',
      '{\n "ai": { "base_url": "http://127.0.0.1:1/v1" },\n "ai": { "temperature": 0.1 }\n}',
      'ai is given twice, in line 2 and in line 3',
    ],
    ['a key', '{ "ai": { "model": "a", "model": "b" } }', 'ai.model is given twice, in line 1'],
    [
      'other quotes',
      `{ ai: { model: 'a' }, /* "ai": */ // "ai":\n "log_level": "info", 'ai': {} }`,
      'ai is given twice, in line 1 and in line 2',
    ],
    ['an escape', '{ "ai": {}, "\\u0061i": {} }', 'ai is given twice, in line 1'],
    [
      'a list',
      '{ "ai": { "fallback_models": [{ "model": "a" }, { "model": "b", "model": "c" }] } }',
      'ai.fallback_models.model is given twice, in line 1',
    ],
  ])('that gives %s twice is refused: the first would be lost', (_what, content, expected) => {
    config(content)
    expect(refusal()).toMatch(new RegExp(`config\\.json: ${expected}; keep one of them$`))
  })

  test('may hold one name in several objects, and in texts and comments', () => {
    config(
      '{ "ai": { "model": "a", "system_prompt_file": null /* "model": */ }, "embeddings": { "model": "{\\"a\\": 1, \\"a\\": 2}" } } // "ai": 1',
    )
    dotEnv(`OPENAI_API_KEY=${KEY}`)
    expect(load({}).settings.ai.model).toBe('a')
  })
})
