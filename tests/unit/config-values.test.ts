import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { loadSettings, type LoadedSettings } from '../../src/config/load-settings.ts'
import { DenidinError } from '../../src/platform/errors.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'denidin-config-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true })
})

const write = (name: string, text: string, mode = 0o600): void => {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  chmodSync(path, mode)
}

/** Loads a file with this content, with a key for the model service in the environment. */
const load = (content: string | object, environment: Record<string, string> = {}): LoadedSettings => {
  write('config/config.json', typeof content === 'string' ? content : JSON.stringify(content))
  return loadSettings({ environment: { OPENAI_API_KEY: 'sk-of-the-test', ...environment }, cwd: folder })
}

/** The lines of the error when loading fails. */
const refusal = (content: string | object, environment: Record<string, string> = {}): readonly string[] => {
  try {
    load(content, environment)
  } catch (error) {
    expect(error).toBeInstanceOf(DenidinError)
    expect((error as DenidinError).code).toBe('invalid_config')
    return (error as Error).message.split('\n')
  }
  throw new Error('it loaded')
}

test('a path that begins with ~ is in the home folder, wherever it is written', () => {
  expect(load({ data_root: '~/denidin' }).settings.data_root).toBe(join(homedir(), 'denidin'))
  expect(load({}, { DENIDIN_LOGS_DIR: '~/logs' }).settings.logs_dir).toBe(join(homedir(), 'logs'))
  expect(load({ data_root: 'a~b' }).settings.data_root).toBe(join(folder, 'a~b'))
})

describe('fallback models', () => {
  const file = (...fallback_models: readonly unknown[]): object => ({ ai: { fallback_models } })
  const local = { model: 'llama3.1', base_url: 'http://127.0.0.1:11434/v1' }

  test('each has its model, address and key', () => {
    const { settings } = load(
      file(local, { model: 'other', base_url: 'https://other.example/v1', api_key: 'sk-other' }),
    )
    expect(settings.ai.fallback_models).toEqual([
      { ...local, api_key: undefined },
      { model: 'other', base_url: 'https://other.example/v1', api_key: 'sk-other' },
    ])
    expect(load({}).settings.ai.fallback_models).toEqual([])
  })

  test('a key may come from the environment, and so may the whole list', () => {
    const named = file({ ...local, api_key: '${OTHER_KEY}' })
    expect(load(named, { OTHER_KEY: 'sk-o' }).settings.ai.fallback_models).toMatchObject([{ api_key: 'sk-o' }])
    write('.env', 'OTHER_KEY=sk-of-the-file\n')
    expect(load(named).settings.ai.fallback_models).toMatchObject([{ api_key: 'sk-of-the-file' }])
    const list = JSON.stringify([{ ...local, api_key: 'sk-listed' }])
    expect(load({}, { DENIDIN_AI_FALLBACK_MODELS: list }).settings.ai.fallback_models).toMatchObject([
      { api_key: 'sk-listed' },
    ])
  })

  test('a file that holds a key and that others can read gets a warning', () => {
    write('config/config.json', JSON.stringify(file({ ...local, api_key: 'sk-other' })), 0o644)
    const { warnings } = loadSettings({ environment: { OPENAI_API_KEY: 'sk' }, cwd: folder })
    expect(warnings.join()).toContain('may contain secrets')
  })

  test.each([
    [
      'an object in the place of the list',
      { ai: { fallback_models: { ...local } } },
      /must be a list of at most 10 models/,
    ],
    ['a text in the place of the list', { ai: { fallback_models: 'sk-secret' } }, /it is not a list/],
    ['a text in the list', file('sk-secret'), /number 1 is not an object/],
    ['no model', file({ base_url: local.base_url, api_key: 'sk-secret' }), /number 1 has no model/],
    ['another key', file(local, { ...local, url: 'sk-secret' }), /number 2 has the unknown key url/],
    ['no address', file({ ...local, base_url: 'sk-secret' }), /number 1 has a base_url that does not begin with http/],
    [
      'a key with spaces',
      file({ ...local, api_key: 'sk-secret 1' }),
      /number 1 has an api_key that is no text without spaces/,
    ],
    ['a key that is a number', file({ ...local, api_key: 5 }), /number 1 has an api_key/],
    [
      'a variable that is not set',
      file({ ...local, api_key: '${NOT_SET}' }),
      /names the variable NOT_SET, which is not set/,
    ],
    [
      'a model of OpenAI without its key',
      { ai: { base_url: 'http://h/v1', fallback_models: [{ model: 'm' }] } },
      /without an api_key/,
    ],
  ])('%s is refused in one line, without a secret', (_, content, line) => {
    const lines = refusal(content)
    expect(lines).toEqual([expect.stringMatching(line)])
    expect(lines.join()).not.toContain('sk-secret')
    expect(lines[0]).toMatch(/^ai\.fallback_models: /)
  })
})

describe('backup targets', () => {
  const file = (...targets: readonly unknown[]): object => ({ backup: { targets } })
  const cloud = { name: 'cloud', type: 's3', bucket: 'b' }
  const keys = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' }

  test('each has its type, with defaults, and keys come from the environment unless they are given', () => {
    const { settings } = load(
      file(
        { name: 'nas', type: 'folder', folder: 'nas', types: ['archive'], retention_days: 90 },
        cloud,
        { ...cloud, name: 'minio', endpoint: 'http://127.0.0.1:9000', prefix: '/a/', secret_access_key: '${OTHER}' },
        { name: 'tool', type: 'command', copy: ['rclone', 'copy', '{folder}/{part}', 'r:{part}'], env: ['OTHER'] },
      ),
      { ...keys, OTHER: 'other' },
    )
    expect(settings.backup.targets).toMatchObject([
      { type: 'folder', folder: join(folder, 'nas'), types: ['archive'], retention_days: 90 },
      { type: 's3', region: 'us-east-1', prefix: 'denidin', path_style: false, secret_access_key: 'secret' },
      { name: 'minio', path_style: true, prefix: 'a', access_key_id: 'id', secret_access_key: 'other' },
      { type: 'command', timeout_minutes: 60, fetch: [], env: { OTHER: 'other' } },
    ])
  })

  test.each([
    ['no list', { backup: { targets: 'sk-secret' } }, /it is not a list/],
    ['no type', file({ name: 'a' }), /number 1 needs a type: folder, s3, command/],
    ['no name', file({ ...cloud, name: undefined }), /number 1 has no name/],
    ['a wrong name', file({ ...cloud, name: '../x' }), /number 1 has a wrong name: it must have up to 40/],
    ['no folder', file({ name: 'a', type: 'folder' }), /number 1 has no folder/],
    ['an unknown key', file({ ...cloud, secret: 'sk-secret' }), /number 1 has the unknown key secret/],
    ['a key of another type', file({ name: 'a', type: 'folder', folder: 'x', bucket: 'b' }), /unknown key bucket/],
    [
      'a wrong address',
      file({ ...cloud, endpoint: 'sk-secret' }),
      /wrong endpoint: it must be a URL that begins with http/,
    ],
    ['a wrong class', file({ ...cloud, storage_class: 'glacier' }), /storage_class: it must be in capitals/],
    [
      'a wrong number of days',
      file({ ...cloud, retention_days: 0 }),
      /retention_days: it must be a whole number from 1/,
    ],
    ['a wrong type of backup', file({ ...cloud, types: ['weekly'] }), /types: it must be a list of some of full/],
    [
      'a command as a text',
      file({ name: 'a', type: 'command', copy: 'rm x' }),
      /copy: it must be a list with a program/,
    ],
    ['an unknown placeholder', file({ name: 'a', type: 'command', copy: ['x', '{file}'] }), /placeholders \{folder\}/],
    ['two of one name', file(cloud, cloud), /two are called cloud/],
    ['a key that is not set', file(cloud), /names the variable AWS_ACCESS_KEY_ID, which is not set/],
    ['a variable that is not set', file({ name: 'a', type: 'command', copy: ['x'], env: ['NOT_SET'] }), /NOT_SET/],
  ])('%s is refused in one line, without a secret', (_, content, line) => {
    const lines = refusal(content)
    expect(lines[0]).toMatch(line)
    expect(lines.join()).not.toContain('sk-secret')
    expect(lines[0]).toMatch(/^backup\.targets: /)
  })

  test('a file that holds a key and that others can read gets a warning', () => {
    const target = { ...cloud, access_key_id: 'id', secret_access_key: 'sk-secret' }
    write('config/config.json', JSON.stringify(file(target)), 0o644)
    const { warnings } = loadSettings({ environment: { OPENAI_API_KEY: 'sk' }, cwd: folder })
    expect(warnings.join()).toContain('may contain secrets')
    expect(warnings.join()).not.toContain('sk-secret')
  })
})

describe('order', () => {
  const topK = (content: object, environment: Record<string, string> = {}): number =>
    load(content, environment).settings.memory.longterm.top_k_results
  const file = { memory: { longterm: { top_k_results: 3 } } }

  test('the environment comes before the .env file, that before the file, that before the default', () => {
    expect(topK({})).toBe(5)
    expect(topK(file)).toBe(3)
    write('.env', 'DENIDIN_MEMORY_LONGTERM_TOP_K_RESULTS=7\n')
    expect(topK(file)).toBe(7)
    expect(topK(file, { DENIDIN_MEMORY_LONGTERM_TOP_K_RESULTS: '9' })).toBe(9)
  })

  test('the variable of a key comes before its aliases', () => {
    expect(topK({}, { TOP_K_RETRIEVAL: '11' })).toBe(11)
    expect(topK({}, { TOP_K_RETRIEVAL: '11', DENIDIN_MEMORY_LONGTERM_TOP_K_RESULTS: '12' })).toBe(12)
  })

  test('an alias in the environment comes before the variable in the .env file', () => {
    write('.env', 'DENIDIN_MEMORY_LONGTERM_TOP_K_RESULTS=7\n')
    expect(topK({}, { TOP_K_RETRIEVAL: '11' })).toBe(11)
  })

  test.each([
    ['LLM_TEMPERATURE', '0.1', ['ai', 'temperature'], 0.1],
    ['LLM_MAX_TOKENS', '99', ['ai', 'max_tokens'], 99],
    ['SEMANTIC_WEIGHT', '0.5', ['memory', 'longterm', 'semantic_weight'], 0.5],
    ['RECENCY_WEIGHT', '0.4', ['memory', 'longterm', 'recency_weight'], 0.4],
    ['OPENAI_API_KEY', 'sk-other', ['openai_api_key'], 'sk-other'],
    ['DENIDIN_MEMORY_LONGTERM_EMBEDDING_MODEL', 'some-model', ['embeddings', 'model'], 'some-model'],
  ])('%s is read', (name, text, path, value) => {
    expect(load({}, { [name]: text }).settings).toHaveProperty(path, value)
  })

  test('an empty variable counts as unset', () => {
    expect(topK(file, { DENIDIN_MEMORY_LONGTERM_TOP_K_RESULTS: ' ' })).toBe(3)
  })

  test('DENIDIN_CONFIG names another file, also from the .env file', () => {
    write('elsewhere.json', '{ "log_level": "debug" }')
    write('.env', 'DENIDIN_CONFIG=elsewhere.json\nOPENAI_API_KEY=sk-of-the-test\n')
    const { settings, source } = loadSettings({ environment: {}, cwd: folder })
    expect(settings.log_level).toBe('debug')
    expect(source).toEqual({ file: join(folder, 'elsewhere.json'), envFile: join(folder, '.env') })
  })
})

describe('the file', () => {
  test('may hold comments and trailing commas, and may be empty', () => {
    expect(load('// why\n{ "log_level": "warn", /* and */ "ai": { "retries": 1, }, }').settings.log_level).toBe('warn')
    expect(load('').settings.log_level).toBe('info')
  })

  test('has an error of its own if it is missing', () => {
    expect(() => loadSettings({ environment: {}, cwd: folder })).toThrow(
      expect.objectContaining({ code: 'not_found', message: expect.stringContaining('config/config.json') }),
    )
  })

  test('is refused in one line if it is not JSON, with the position of the mistake', () => {
    expect(refusal('{ "log_level": }')).toEqual([
      expect.stringMatching(/config\.json is not valid JSON: invalid character '}' at line 1, column 16$/),
    ])
    expect(refusal('[]')).toEqual([expect.stringMatching(/config\.json must contain one JSON object: \{ … \}$/)])
  })

  test('is refused if it is a folder, or in an encoding other than UTF-8', () => {
    mkdirSync(join(folder, 'config/config.json'), { recursive: true })
    const loading = () => loadSettings({ environment: {}, cwd: folder })
    expect(loading).toThrow(/config\.json is a folder; a file is expected there$/)
    rmSync(join(folder, 'config/config.json'), { recursive: true })
    writeFileSync(join(folder, 'config/config.json'), Buffer.from('\uFEFF{}', 'utf16le'))
    expect(loading).toThrow(/config\.json is encoded in UTF-16; save it as UTF-8$/)
  })

  test('may begin with a byte order mark, as may the .env file', () => {
    write('.env', '\uFEFFDENIDIN_AI_RETRIES=3\n')
    const { settings } = load('\uFEFF{ "log_level": "warn" }')
    expect([settings.log_level, settings.ai.retries]).toEqual(['warn', 3])
  })

  test('may name the embedding model by its former key', () => {
    const { settings } = load({ memory: { longterm: { embedding_model: 'text-embedding-ada-002' } } })
    expect(settings.embeddings.model).toBe('text-embedding-ada-002')
    expect(refusal({ memory: { longterm: { embedding_model: 'one' } }, embeddings: { model: 'another' } })).toEqual([
      'memory.longterm.embedding_model: is the former name of embeddings.model, which has a different value; remove one of them',
    ])
  })

  test('cannot be changed after loading', () => {
    const { settings } = load({ user_roles: { blocked_phones: ['15550001111'] } })
    expect(() => Object.assign(settings.memory.longterm, { top_k_results: 1 })).toThrow(TypeError)
    expect(() => (settings.user_roles.blocked_phones as string[]).push('1')).toThrow(TypeError)
  })
})

describe('mistakes are refused', () => {
  test('an unknown key, with a suggestion, and without its value, which may be a secret', () => {
    expect(refusal({ openai_api_kye: 'sk-secret' })).toEqual([
      'openai_api_kye: unknown key; did you mean openai_api_key?',
    ])
    expect(refusal({ memory: { longterm: { topKResults: 3 } } })).toEqual([
      'memory.longterm.topKResults: unknown key; did you mean memory.longterm.top_k_results?',
    ])
    expect(refusal({ memroy: {} })).toEqual(['memroy: unknown key; did you mean memory?'])
    expect(refusal({ completely_different: 1 })).toEqual([
      expect.stringMatching(/^completely_different: unknown key; allowed here: godfather_phone, .*, whatsapp\b/),
    ])
    expect(refusal({ affect: { zeal: 1 } })).toEqual(['affect.zeal: unknown key; allowed here: valence_threshold'])
  })

  test('a path with dots in the place of nested keys, with the nested form', () => {
    expect(refusal({ 'ai.model': 'x' })).toEqual([
      'ai.model: a key with dots is unknown; write it as { "ai": { "model": … } }',
    ])
  })

  test('a faulty item of a list, by itself', () => {
    expect(refusal({ user_roles: { blocked_phones: ['+15550001111', '0501234567'] } })).toEqual([
      'user_roles.blocked_phones: must be a list of phone numbers with their country codes, as text such as ["+15551234567"]; "0501234567" is not valid',
    ])
  })

  test('a long value, shortened', () => {
    expect(refusal({ log_level: 'x'.repeat(500) })).toEqual([
      `log_level: must be one of debug, info, warn, error, not "${'x'.repeat(59)}…`,
    ])
  })

  test('a key in the wrong section, with its correct path', () => {
    expect(refusal({ session_timeout_hours: 3 })).toEqual([
      'session_timeout_hours: unknown key; did you mean memory.session.session_timeout_hours?',
    ])
  })

  test('a value in the place of a section, and a section in the place of a value', () => {
    expect(refusal({ user_roles: 5, log_level: { a: 1 } })).toEqual([
      'user_roles: must be an object with the key blocked_phones, not a number',
      'log_level: must be one of debug, info, warn, error, not an object',
    ])
  })

  test('several mistakes at once, one line each', () => {
    const lines = refusal({ log_level: 'loud', ai: { retries: 99 }, nonsense: true })
    expect(lines).toEqual([
      expect.stringMatching(/^nonsense: unknown key; /),
      'log_level: must be one of debug, info, warn, error, not "loud"',
      'ai.retries: must be a whole number from 0 to 10, not 99',
    ])
  })

  test.each<[object, string]>([
    [{ ai: { temperature: 2.1 } }, 'ai.temperature: must be a number from 0 to 2, not 2.1'],
    [{ ai: { max_tokens: 1.5 } }, 'ai.max_tokens: must be a whole number from 1 to 128000, not 1.5'],
    [{ ai: { max_tokens: 0 } }, 'ai.max_tokens: must be a whole number from 1 to 128000, not 0'],
    [{ ai: { model: '' } }, 'ai.model: must be non-empty text, not ""'],
    [{ ai: { base_url: 'ftp://x' } }, 'ai.base_url: must be a URL that begins with http:// or https://, not "ftp://x"'],
    [{ log_level: null }, 'log_level: must be one of debug, info, warn, error, not null'],
    [
      { memory: { session: { expiry_cron: '61 * * * *' } } },
      'memory.session.expiry_cron: must be a cron expression with five or six fields, such as */10 * * * *, not "61 * * * *", which has a field out of its range or a day that never comes',
    ],
    [
      { memory: { longterm: { min_similarity: 70 } } },
      'memory.longterm.min_similarity: must be a number from 0 to 1, not 70',
    ],
    [
      { memory: { longterm: { storage_dir: '../elsewhere' } } },
      'memory.longterm.storage_dir: must be a folder inside data_root (without ..) or an absolute path, not "../elsewhere"',
    ],
    [
      { memory: { longterm: { collection_name: 'a b' } } },
      'memory.longterm.collection_name: must be 3 to 100 of the characters a-z A-Z 0-9 . _ - with a letter or digit at both ends, not "a b"',
    ],
    [
      { whatsapp: { browser_args: [1] } },
      'whatsapp.browser_args: must be a list of text values, such as ["a", "b"]; 1 is not valid',
    ],
    [{ limits: { cost_per_day: -1 } }, 'limits.cost_per_day: must be a number from 0 to 1000000000, not -1'],
    [{ limits: { cost_per_month: '5 $' } }, 'limits.cost_per_month: must be a number from 0 to 1000000000, not "5 $"'],
    [
      { limits: { tokens_per_day: 0.5 } },
      'limits.tokens_per_day: must be a whole number from 0 to 1000000000000, not 0.5',
    ],
    [
      { limits: { messages_per_minute: 0 } },
      'limits.messages_per_minute: must be a whole number from 1 to 10000, not 0',
    ],
    [
      { limits: { at_limit: 'stop' } },
      'limits.at_limit: must be one of refuse, smaller_model, offline_answer, not "stop"',
    ],
    [
      { limits: { at_limit: 'smaller_model' } },
      'limits.smaller_model: must be set when limits.at_limit is smaller_model',
    ],
    [
      { limits: { at_limit: 'smaller_model', smaller_model: 'gpt-4o-mini' } },
      'limits.smaller_model: must be another model than ai.model',
    ],
    [{ whatsapp: { enabled: 1 } }, 'whatsapp.enabled: must be true or false, not 1'],
    [{ ai: { model: 'x'.repeat(5000) } }, 'ai.model: must be non-empty text; it has 5000 characters, more than 4096'],
    [
      { godfather_phone: ['+972501234567'] },
      'godfather_phone: must be a phone number with its country code, as text such as "+15551234567" or "15551234567@c.us", not a list',
    ],
    [{ ai: { temperature: [0.5] } }, 'ai.temperature: must be a number from 0 to 2, not a list'],
  ])('%j', (content, line) => {
    expect(refusal(content)).toEqual([line])
  })

  test.each([
    [
      'DENIDIN_MEMORY_LONGTERM_TOP_K_RESULTS',
      'abc',
      'memory.longterm.top_k_results: must be a whole number from 1 to 50',
    ],
    ['TOP_K_RETRIEVAL', '5 apples', 'memory.longterm.top_k_results: must be a whole number from 1 to 50'],
    ['DENIDIN_AI_TEMPERATURE', '0x1', 'ai.temperature: must be a number from 0 to 2'],
    ['DENIDIN_WHATSAPP_ENABLED', 'maybe', 'whatsapp.enabled: must be true or false'],
    [
      'DENIDIN_USER_ROLES_BLOCKED_PHONES',
      '["1',
      'user_roles.blocked_phones: must be a list of phone numbers with their country codes, as text such as ["+15551234567"]',
    ],
  ])('%s=%s, naming the variable', (name, text, line) => {
    expect(refusal({}, { [name]: text })).toEqual([`${line}, not ${JSON.stringify(text)} (set by ${name})`])
  })

  test('a secret, without showing it', () => {
    const [line] = refusal({}, { DENIDIN_OPENAI_API_KEY: 'sk with spaces' })
    expect(line).toBe('openai_api_key: must be non-empty text without spaces (set by DENIDIN_OPENAI_API_KEY)')
    expect(refusal({ openai_api_key: 12345 }, { OPENAI_API_KEY: '' })).toEqual([
      'openai_api_key: must be non-empty text without spaces',
    ])
  })
})

describe('values from the environment', () => {
  test.each([
    ['true', true],
    ['1', true],
    ['Yes', true],
    ['on', true],
    ['false', false],
    ['0', false],
    ['NO', false],
    ['off', false],
  ])('%s as a boolean is %s', (text, value) => {
    const name = 'DENIDIN_FEATURE_FLAGS_ENABLE_MEMORY_SYSTEM'
    expect(load({}, { [name]: text }).settings.feature_flags.enable_memory_system).toBe(value)
  })

  test('a list is written with commas, or as JSON if an item contains a comma', () => {
    const list = (text: string) => load({}, { DENIDIN_WHATSAPP_BROWSER_ARGS: text }).settings.whatsapp.browser_args
    expect(list('--one, --two')).toEqual(['--one', '--two'])
    expect(list('["--rules=MAP a b,MAP c d"]')).toEqual(['--rules=MAP a b,MAP c d'])
  })

  test('an unknown variable gives a warning with a suggestion', () => {
    expect(load({}, { DENIDIN_LOG_LEVLE: 'debug' }).warnings).toEqual([
      'DENIDIN_LOG_LEVLE: unknown variable, ignored; did you mean DENIDIN_LOG_LEVEL?',
    ])
  })
})

describe('secrets', () => {
  test('a .env file that others can read gives a warning', () => {
    write('.env', 'OPENAI_API_KEY=sk-file\n', 0o644)
    const { settings, warnings } = load({}, { OPENAI_API_KEY: '' })
    expect(settings.openai_api_key).toBe('sk-file')
    expect(warnings).toEqual([expect.stringMatching(/\.env may contain secrets, .*chmod 600/)])
    chmodSync(join(folder, '.env'), 0o600)
    expect(load({}).warnings).toEqual([])
  })

  test('a configuration file with a secret that others can read gives a warning', () => {
    write('open.json', '{ "openai_api_key": "sk-file" }', 0o644)
    const { warnings } = loadSettings({ environment: {}, file: 'open.json', cwd: folder })
    expect(warnings).toEqual([expect.stringMatching(/open\.json may contain secrets/)])
  })
})
