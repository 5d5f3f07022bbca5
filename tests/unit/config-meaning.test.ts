import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { loadSettings, type LoadedSettings } from '../../src/config/load-settings.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'denidin-config-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true })
})

const KEY = { OPENAI_API_KEY: 'sk-of-the-test' }

const load = (content: string | object, environment: Record<string, string> = KEY): LoadedSettings => {
  writeFileSync(join(folder, 'config.json'), typeof content === 'string' ? content : JSON.stringify(content), {
    mode: 0o600,
  })
  return loadSettings({ environment, file: 'config.json', cwd: folder })
}

describe('phone numbers', () => {
  test('become digits, however they are written', () => {
    const { settings, warnings } = load({
      godfather_phone: '972501234567@c.us',
      user_roles: { blocked_phones: ['+1 (555) 000-1111', '0015550002222'] },
      whatsapp: { pairing_phone: '+972 (0)50-765-4321' },
    })
    expect(settings.godfather_phone).toBe('972501234567')
    expect(settings.user_roles.blocked_phones).toEqual(['15550001111', '15550002222'])
    expect(settings.whatsapp.pairing_phone).toBe('972507654321')
    expect(warnings).toEqual([])
  })

  test('that are still placeholders are ignored, with a warning', () => {
    const { settings, warnings } = load({
      godfather_phone: 'TEST_PHONE@c.us',
      user_roles: { blocked_phones: ['SPAMMER', '15550001111'] },
    })
    expect(settings.godfather_phone).toBeUndefined()
    expect(settings.user_roles.blocked_phones).toEqual(['15550001111'])
    expect(warnings).toEqual([
      'godfather_phone: "TEST_PHONE@c.us" is a placeholder, not a phone number; it is ignored',
      'user_roles.blocked_phones: "SPAMMER" is a placeholder, not a phone number; it is ignored',
    ])
  })

  test.each(['0501234567', '123', '12345 ext 6', '123456789@g.us', '77000@lid'])(
    '%s is refused, because it would match no one',
    phone => {
      expect(() => load({ user_roles: { blocked_phones: [phone] } })).toThrow(/blocked_phones: must be a list of phone/)
    },
  )

  test('a blocked godfather gives a warning', () => {
    const { warnings } = load({ godfather_phone: '15550001111', user_roles: { blocked_phones: ['+15550001111'] } })
    expect(warnings).toEqual([expect.stringContaining('the godfather is not blocked')])
  })
})

describe('folders', () => {
  const storage = (content: object): string => load(content).settings.memory.longterm.storage_dir

  test('are absolute, resolved from the DeniDin folder', () => {
    const { settings } = load({ data_root: 'data_test', logs_dir: '/var/log/denidin' })
    expect(settings.data_root).toBe(join(folder, 'data_test'))
    expect(settings.logs_dir).toBe('/var/log/denidin')
  })

  test.each<[string, string, string]>([
    ['memory', 'data', 'memory'],
    ['data/memory', 'data', 'memory'],
    ['./data/memory/', 'data', 'memory'],
    ['data/memory', 'data_test', 'data/memory'],
    ['data', 'data', 'data'],
    ['vectors/chroma', 'data', 'vectors/chroma'],
    ['/srv/vectors', 'data', '/srv/vectors'],
    ['/srv/denidin/memory', '/srv/denidin', 'memory'],
  ])('storage_dir %s with data_root %s is %s', (storage_dir, data_root, expected) => {
    expect(storage({ data_root, memory: { longterm: { storage_dir } } })).toBe(expected)
  })

  test.each(['.', 'sessions', 'data/run', 'whatsapp/vectors', '/'])(
    'storage_dir %s is refused, because it holds other data',
    storage_dir => {
      expect(() => storage({ memory: { longterm: { storage_dir } } })).toThrow(
        /storage_dir: must be a folder inside data_root other than sessions, whatsapp, run/,
      )
    },
  )

  test('a file that a key names must exist', () => {
    expect(() => load({ ai: { system_prompt_file: 'prompt.txt' } })).toThrow(
      `ai.system_prompt_file: must be the path of a readable file, not "${join(folder, 'prompt.txt')}"`,
    )
    writeFileSync(join(folder, 'prompt.txt'), 'Be kind.')
    const { settings } = load({ ai: { system_prompt_file: 'prompt.txt' } })
    expect(settings.ai.system_prompt_file).toBe(join(folder, 'prompt.txt'))
  })
})

describe('keys that depend on each other', () => {
  const on = { feature_flags: { enable_memory_system: true } }

  test('the paid service needs a key, or an address that may need none', () => {
    expect(() => load({}, {})).toThrow(/^openai_api_key: not set; put OPENAI_API_KEY into \.env, [^\n]*$/)
    expect(load({ ai: { base_url: 'http://127.0.0.1:11434/v1' } }, {}).settings.openai_api_key).toBeUndefined()
    expect(load({ ai: { provider: 'offline' } }, {}).settings.ai.provider).toBe('offline')
  })

  test('embeddings of the paid service need a key only while memory is on', () => {
    const mixed = { ai: { provider: 'offline' }, embeddings: { provider: 'openai' } }
    expect(() => load({ ...mixed, ...on }, {})).toThrow(/openai_api_key: not set, but embeddings\.provider is openai/)
    expect(load(mixed, {}).settings.embeddings.provider).toBe('openai')
    expect(
      load({ ...mixed, ...on, memory: { longterm: { enabled: false } } }, {}).settings.memory.longterm.enabled,
    ).toBe(false)
  })

  test('embeddings inherit from ai what they do not set', () => {
    const ai = { provider: 'openai', base_url: 'http://127.0.0.1:11434/v1' }
    expect(load({ ai }, {}).settings.embeddings).toMatchObject({ ...ai, model: 'text-embedding-3-small' })
    expect(load({ ai, embeddings: { provider: 'offline' } }, {}).settings.embeddings.provider).toBe('offline')
    const base_url = 'https://api.openai.com/v1'
    expect(load({ ai, embeddings: { base_url } }).settings.embeddings.base_url).toBe(base_url)
  })

  test('a remote Chroma needs a URL; a managed one ignores it', () => {
    const chroma = (value: object) => ({ memory: { longterm: { chroma: value } } })
    expect(() => load(chroma({ mode: 'remote' }))).toThrow(/^memory\.longterm\.chroma\.url: must be set/)
    const url = 'http://127.0.0.1:8000'
    expect(load(chroma({ mode: 'remote', url })).settings.memory.longterm.chroma).toEqual({ mode: 'remote', url })
    expect(load(chroma({ url })).warnings).toEqual([expect.stringContaining('has no effect')])
  })

  test('one of the two weights must be above 0', () => {
    const weights = (semantic_weight: number, recency_weight: number) => ({
      memory: { longterm: { semantic_weight, recency_weight } },
    })
    expect(() => load(weights(0, 0))).toThrow(/semantic_weight: must be above 0/)
    expect(load(weights(0, 1)).settings.memory.longterm.recency_weight).toBe(1)
  })

  test('a threshold that does not suit the embedding model is applied, with a warning', () => {
    const content = { memory: { longterm: { min_similarity: 0.7 } } }
    const { settings, warnings } = load(content)
    expect(settings.memory.longterm.min_similarity).toBe(0.7)
    expect(warnings).toEqual([expect.stringContaining('0.7 recalls almost nothing with text-embedding-3-small')])
    expect(load({ ...content, embeddings: { model: 'text-embedding-ada-002' } }).warnings).toEqual([])
  })
})
