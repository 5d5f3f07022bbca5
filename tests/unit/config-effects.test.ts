/** Every key must change what DeniDin does, and a test must show it: this table names that test for each key. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { SCHEMA } from '../../src/config/schema.ts'
import { placedSettings } from '../../src/config/setting.ts'

/** Key → title of the test that sees its effect. */
const EFFECTS: Readonly<Record<string, string>> = {
  godfather_phone: 'the configured godfather is the godfather, whatever else is said',
  'user_roles.blocked_phones': 'a phone number that the configuration blocks, blocks the person under every name',
  'ai.model': 'the conversation, the model and its limits are what the server is asked',
  'ai.temperature': 'the conversation, the model and its limits are what the server is asked',
  'ai.max_tokens': 'the conversation, the model and its limits are what the server is asked',
  'ai.timeout_seconds': 'ends a call that gets no answer',
  'embeddings.provider': 'embeddings are as ai, unless they say otherwise',
  'embeddings.base_url': 'embeddings are as ai, unless they say otherwise',
  'embeddings.dimensions': 'shorter vectors are asked for where they are configured, and name a space of their own',
  'conversation.debounce_ms': 'a pause longer than the debounce window makes two batches',
  'conversation.max_concurrent_turns': 'no more batches than the cap are under way over all scopes',
  'memory.session.max_tokens_by_role.client':
    'over the limit the oldest leave the window and stay in the message store',
  'memory.session.session_timeout_hours': 'a message at exactly the timeout opens a new session',
}

/** Keys whose effect no test shows yet. Must be empty. */
const PENDING: readonly string[] = [
  'feature_flags.enable_memory_system',
  'data_root',
  'logs_dir',
  'log_level',
  'openai_api_key',
  'ai.provider',
  'ai.base_url',
  'ai.system_prompt_file',
  'ai.retries',
  'embeddings.model',
  'memory.session.max_tokens_by_role.godfather',
  'memory.session.expiry_cron',
  'memory.session.cleanup_cron',
  'memory.session.expired_retention_days',
  'memory.longterm.enabled',
  'memory.longterm.top_k_results',
  'memory.longterm.min_similarity',
  'memory.longterm.recall_tokens',
  'memory.longterm.semantic_weight',
  'memory.longterm.recency_weight',
  'memory.longterm.storage_dir',
  'memory.longterm.collection_name',
  'memory.longterm.chroma.mode',
  'memory.longterm.chroma.url',
  'whatsapp.enabled',
  'whatsapp.pairing_phone',
  'whatsapp.browser_path',
  'whatsapp.browser_args',
]

const TESTS = join(import.meta.dirname, '..')

/** Titles as they stand in the sources, between their quotes. */
const titles = new Set(
  globSync('*/**/*.test.ts', { cwd: TESTS })
    .filter(path => path !== 'unit/config-effects.test.ts')
    .flatMap(path => [...readFileSync(join(TESTS, path), 'utf8').matchAll(/\(\s*(['"`])(.+?)\1,/g)])
    .map(match => match[2]),
)

test('every key has a row here, and every row is a key', () => {
  const keys = placedSettings(SCHEMA).map(each => each.key)
  expect([...Object.keys(EFFECTS), ...PENDING].sort()).toEqual([...keys].sort())
})

test.each(Object.entries(EFFECTS))('the effect of %s is shown by a test that exists', (_, title) => {
  expect(titles).toContain(title)
})

test('no key waits for a test of its effect', () => {
  expect(PENDING).toEqual([])
})
