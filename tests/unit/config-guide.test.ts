import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { loadSettings, type LoadedSettings } from '../../src/config/load-settings.ts'

/** The snippets of the guide for enabling memory in production, unchanged. */
const SNIPPETS = {
  test_environment: `{
  "feature_flags": {
    "enable_memory_system": true
  },
  "godfather_phone": "TEST_PHONE@c.us",
  "data_root": "data_test"
}`,
  godfather_only: `{
  "feature_flags": {
    "enable_memory_system": true
  },
  "godfather_phone": "ACTUAL_ADMIN_PHONE@c.us",
  "data_root": "data",
  "memory": {
    "session": {
      "max_tokens_by_role": {
        "client": 4000,
        "godfather": 100000
      }
    }
  }
}`,
  full_rollout: `{
  "feature_flags": {
    "enable_memory_system": true
  },
  "godfather_phone": "ADMIN_PHONE@c.us",
  "memory": {
    "session": {
      "max_tokens_by_role": {
        "client": 4000,
        "godfather": 100000
      },
      "session_timeout_hours": 24
    },
    "longterm": {
      "enabled": true,
      "top_k_results": 5,
      "min_similarity": 0.7
    }
  }
}`,
  quick_disable: `{
  "feature_flags": {
    "enable_memory_system": false
  }
}`,
  token_limits: `{
  "memory": {
    "session": {
      "max_tokens_by_role": {
        "client": 2000,      // Reduce from 4000
        "godfather": 50000   // Reduce from 100000
      }
    }
  }
}`,
  recall: `{
  "memory": {
    "longterm": {
      "min_similarity": 0.8,  // Increase from 0.7
      "top_k_results": 3      // Reduce from 5
    }
  }
}`,
  expiration: `{
  "memory": {
    "session": {
      "session_timeout_hours": 12  // Reduce from 24
    }
  }
}`,
}

const load = (snippet: keyof typeof SNIPPETS): LoadedSettings => {
  const cwd = mkdtempSync(join(tmpdir(), 'denidin-config-'))
  try {
    writeFileSync(join(cwd, 'config.json'), SNIPPETS[snippet])
    return loadSettings({ environment: { OPENAI_API_KEY: 'sk-of-the-test' }, file: 'config.json', cwd })
  } finally {
    rmSync(cwd, { recursive: true })
  }
}

const placeholder = (phone: string): string =>
  `godfather_phone: "${phone}" is a placeholder, not a phone number; it is ignored`

test('the guide for the test environment loads unchanged', () => {
  const { settings, warnings } = load('test_environment')
  expect(settings.feature_flags.enable_memory_system).toBe(true)
  expect(settings.data_root).toMatch(/\/data_test$/)
  expect(settings.godfather_phone).toBeUndefined()
  expect(warnings).toEqual([placeholder('TEST_PHONE@c.us')])
})

test('the guide for the godfather alone loads unchanged', () => {
  const { settings, warnings } = load('godfather_only')
  expect(settings.memory.session.max_tokens_by_role).toEqual({ client: 4000, godfather: 100_000 })
  expect(settings.data_root).toMatch(/\/data$/)
  expect(warnings).toEqual([placeholder('ACTUAL_ADMIN_PHONE@c.us')])
})

test('the guide for the full rollout loads unchanged', () => {
  const { settings, warnings } = load('full_rollout')
  expect(settings.memory.session.session_timeout_hours).toBe(24)
  expect(settings.memory.longterm).toMatchObject({ enabled: true, top_k_results: 5, min_similarity: 0.7 })
  expect(warnings).toEqual([placeholder('ADMIN_PHONE@c.us'), expect.stringContaining('recalls almost nothing')])
})

test('the guide for switching off loads unchanged', () => {
  const { settings, warnings } = load('quick_disable')
  expect(settings.feature_flags.enable_memory_system).toBe(false)
  expect(warnings).toEqual([])
})

test('the recipes for tuning load unchanged, comments included', () => {
  expect(load('token_limits').settings.memory.session.max_tokens_by_role).toEqual({ client: 2000, godfather: 50_000 })
  expect(load('recall').settings.memory.longterm).toMatchObject({ min_similarity: 0.8, top_k_results: 3 })
  expect(load('expiration').settings.memory.session.session_timeout_hours).toBe(12)
})
