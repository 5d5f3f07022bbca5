import type { ExtractionEndpoint, Settings } from './settings.ts'
import type { SettingsTree } from './setting.ts'

type Flags = SettingsTree<Settings['feature_flags']>

/** What conversations that are over become, and who reads them for it; a part of `schema.ts`. */
export const LEARNING_FLAGS: Omit<Flags, 'enable_memory_system'> = {
  use_schema_v2: {
    default: true,
    format: 'switch',
    other_env: ['SESSION_BUDDY_USE_SCHEMA_V2'],
    doc: 'Whether single facts are learned from conversations, and single messages found by their meaning; off: one summary of each. Counts while the memory system is on.',
  },
  enable_llm_entity_extraction: {
    default: true,
    format: 'switch',
    other_env: ['SESSION_BUDDY_ENABLE_LLM_ENTITY_EXTRACTION'],
    doc: 'Whether a model extracts the facts; off: simple rules do, without any call. Counts while `feature_flags.use_schema_v2` is on.',
  },
  enable_conscious_agent: {
    default: true,
    format: 'switch',
    other_env: ['SESSION_BUDDY_ENABLE_CONSCIOUS_AGENT'],
    doc: 'Whether what is often asked for is kept near at hand, and a short profile of each person. Counts while the master switch is on.',
  },
  enable_anthropic: {
    default: true,
    format: 'switch',
    other_env: ['SESSION_BUDDY_ENABLE_ANTHROPIC'],
    doc: 'Whether Anthropic is asked for facts where the model of `ai` fails; needs `anthropic_api_key`.',
  },
  enable_ollama: {
    default: true,
    format: 'switch',
    other_env: ['SESSION_BUDDY_ENABLE_OLLAMA'],
    doc: 'Whether an Ollama of your own is asked for facts where all others fail.',
  },
}

/** Keys of the further providers. */
export const LEARNING_KEYS: SettingsTree<Pick<Settings, 'anthropic_api_key' | 'gemini_api_key'>> = {
  anthropic_api_key: {
    default: null,
    format: 'secret',
    sensitive: true,
    other_env: ['ANTHROPIC_API_KEY'],
    doc: 'Key for Anthropic, which then stands in for the model of `ai` when facts are extracted. Better kept in `.env`.',
  },
  gemini_api_key: {
    default: null,
    format: 'secret',
    sensitive: true,
    other_env: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
    doc: 'The same for Gemini, the next in the row.',
  },
}

const endpoint = (name: string, base_url: string, model: string): SettingsTree<ExtractionEndpoint> => ({
  base_url: { default: base_url, format: 'url', doc: `Address of ${name} in OpenAI's protocol.` },
  model: { default: model, format: 'text', doc: `The model of ${name} that extracts facts.` },
})

/** The keys below `memory.extraction`. */
export const EXTRACTION_SCHEMA: SettingsTree<Settings['memory']['extraction']> = {
  timeout_seconds: {
    default: 10,
    format: 'decimal',
    min: 1,
    max: 120,
    doc: 'Seconds for one attempt of one provider to extract facts.',
  },
  retries: {
    default: 1,
    format: 'whole',
    min: 0,
    max: 3,
    doc: 'Attempts after the first, before the next provider is asked.',
  },
  anthropic: endpoint('Anthropic', 'https://api.anthropic.com/v1/', 'claude-haiku-4-5'),
  gemini: endpoint('Gemini', 'https://generativelanguage.googleapis.com/v1beta/openai/', 'gemini-2.5-flash'),
  ollama: endpoint('Ollama', 'http://127.0.0.1:11434/v1', 'llama3.1'),
}
