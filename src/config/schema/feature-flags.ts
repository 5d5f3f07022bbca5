/**
 * Switches of the memory system and its parts (`feature_flags`). `../features.ts` says on what each depends.
 */
import type { Section } from '../setting.ts'

export const FEATURE_FLAGS = {
  enable_memory_system: {
    format: 'boolean',
    default: false,
    doc: 'Turn on the memory system (master switch). When off, DeniDin answers each message on its own and stores no message text.',
  },
  use_schema_v2: {
    format: 'boolean',
    default: true,
    envAliases: ['SESSION_BUDDY_USE_SCHEMA_V2'],
    doc: 'Learn individual facts from conversations, and recall messages by their embeddings. When off, each session is stored as one summary. Requires `feature_flags.enable_memory_system`.',
  },
  enable_llm_entity_extraction: {
    format: 'boolean',
    default: true,
    envAliases: ['SESSION_BUDDY_ENABLE_LLM_ENTITY_EXTRACTION'],
    doc: 'Extract facts with a language model. When off, built-in rules extract them without any model call. Requires `feature_flags.use_schema_v2`.',
  },
  enable_conscious_agent: {
    format: 'boolean',
    default: true,
    envAliases: ['SESSION_BUDDY_ENABLE_CONSCIOUS_AGENT'],
    doc: 'Run the memory agent: merge duplicate memories, rank memories by use, and maintain a short profile of each person. Requires `feature_flags.enable_memory_system`.',
  },
  enable_filesystem_extraction: {
    format: 'boolean',
    default: true,
    envAliases: ['SESSION_BUDDY_ENABLE_FILESYSTEM_EXTRACTION'],
    doc: 'Read the folders of `knowledge.dirs`, and recall their passages for everyone. Requires `feature_flags.enable_memory_system`.',
  },
  enable_anthropic: {
    format: 'boolean',
    default: true,
    envAliases: ['SESSION_BUDDY_ENABLE_ANTHROPIC'],
    doc: 'Extract facts with Anthropic when the model of `ai` fails. Requires `anthropic_api_key`.',
  },
  enable_ollama: {
    format: 'boolean',
    default: true,
    envAliases: ['SESSION_BUDDY_ENABLE_OLLAMA'],
    doc: 'Extract facts with your own Ollama server when all other models fail. If no server is running, it is skipped.',
  },
} as const satisfies Section
