import { LEARNING_FLAGS, LEARNING_KEYS } from './learning-schema.ts'
import { MEMORY_SCHEMA } from './memory-schema.ts'
import type { Settings } from './settings.ts'
import type { SettingsTree } from './setting.ts'

/**
 * Every key of the configuration: default, meaning, what is allowed. The documentation page, the commented example,
 * the environment names and the checks at start all come from here; the type holds it to `Settings`, key by key.
 */
export const SCHEMA: SettingsTree<Settings> = {
  feature_flags: {
    enable_memory_system: {
      default: false,
      format: 'switch',
      doc: 'Master switch of the memory. Off: every message is answered by itself, and no text is kept.',
    },
    ...LEARNING_FLAGS,
  },
  godfather_phone: {
    default: null,
    format: 'phone',
    doc: 'The owner of this DeniDin, who may do everything and has the larger session.',
  },
  user_roles: {
    blocked_phones: { default: [], format: 'phones', doc: 'People who get no answer.' },
  },
  data_root: {
    default: 'data',
    format: 'text',
    doc: 'Folder of everything that is kept; relative to the folder of DeniDin. One DeniDin for each.',
  },
  logs_dir: { default: 'logs', format: 'text', doc: 'Folder of the log files; relative to the folder of DeniDin.' },
  log_level: {
    default: 'info',
    format: 'choice',
    choices: ['debug', 'info', 'warn', 'error'],
    doc: "How much is logged. `debug` alone may carry people's words.",
  },
  openai_api_key: {
    default: null,
    format: 'secret',
    sensitive: true,
    other_env: ['OPENAI_API_KEY'],
    doc: 'Key for the model service. A secret: better kept in `.env` than in the file.',
  },
  ...LEARNING_KEYS,
  ai: {
    provider: {
      default: 'openai',
      format: 'choice',
      choices: ['openai', 'offline'],
      doc: '`openai`: any service that speaks its protocol; `offline`: simple built-in answers, without key and network.',
    },
    base_url: {
      default: null,
      format: 'url',
      doc: "Address of another service with OpenAI's protocol, such as `http://127.0.0.1:11434/v1`; none: OpenAI.",
    },
    model: { default: 'gpt-4o-mini', format: 'text', doc: 'The model that answers and summarises.' },
    temperature: {
      default: 0.7,
      format: 'decimal',
      min: 0,
      max: 2,
      other_env: ['LLM_TEMPERATURE'],
      doc: 'How freely the model words its replies: 0 is the most repeatable.',
    },
    max_tokens: {
      default: 500,
      format: 'whole',
      min: 1,
      max: 128_000,
      other_env: ['LLM_MAX_TOKENS'],
      doc: 'Most tokens of one reply.',
    },
    system_prompt_file: {
      default: null,
      format: 'text',
      doc: 'Text file with instructions for the model; relative to the folder of DeniDin. None: built-in instructions.',
    },
    timeout_seconds: {
      default: 60,
      format: 'decimal',
      min: 1,
      // Node's fetch gives up by itself after 300 s without an answer.
      max: 300,
      doc: 'Seconds for one answer of the model, all attempts together.',
    },
    retries: {
      default: 2,
      format: 'whole',
      min: 0,
      max: 10,
      doc: 'Attempts after the first, when the service is busy or breaks down.',
    },
  },
  embeddings: {
    provider: {
      default: null,
      inherits: 'ai.provider',
      format: 'choice',
      choices: ['openai', 'offline'],
      doc: 'Who turns texts into vectors; may be another service than the one that answers.',
    },
    base_url: {
      default: null,
      inherits: 'ai.base_url',
      format: 'url',
      doc: 'Address of that service. `https://api.openai.com/v1` leads back to OpenAI where `ai.base_url` leads elsewhere.',
    },
    api_key: {
      default: null,
      inherits: 'openai_api_key',
      format: 'secret',
      sensitive: true,
      doc: 'Key for that service, where it is not the one of `openai_api_key`.',
    },
    model: {
      default: 'text-embedding-3-small',
      format: 'text',
      other_key: 'memory.longterm.embedding_model',
      doc: 'The embedding model. After a change every memory is embedded anew.',
    },
    dimensions: {
      default: null,
      format: 'whole',
      min: 16,
      max: 8192,
      doc: "Numbers in one vector; none: the model's own size.",
    },
  },
  affect: {
    valence_threshold: {
      default: -0.2,
      format: 'decimal',
      min: -1,
      max: 0,
      doc: 'How bad a message must feel (−1 worst, 0 neutral) before the model is asked for sympathy; -1: never.',
    },
  },
  conversation: {
    debounce_ms: {
      default: 1000,
      format: 'whole',
      min: 0,
      max: 10_000,
      doc: 'Messages of one chat that follow each other within these milliseconds get one reply together.',
    },
    max_concurrent_turns: {
      default: 8,
      format: 'whole',
      min: 1,
      max: 64,
      doc: 'Replies being worked on at once, over all chats.',
    },
    pacing: {
      characters_per_second: {
        default: 50,
        format: 'decimal',
        min: 0,
        max: 1000,
        doc: 'How fast a reply seems to be typed, counted from when the work on it began; 0: no pause. The terminal is never paced.',
      },
      longest_pause_seconds: {
        default: 5,
        format: 'decimal',
        min: 0,
        max: 120,
        doc: 'Most seconds of typing before one message.',
      },
      chat_gap_ms: {
        default: 1000,
        format: 'whole',
        min: 0,
        max: 60_000,
        doc: 'Least milliseconds between two messages in one chat.',
      },
      global_gap_ms: {
        default: 200,
        format: 'whole',
        min: 0,
        max: 60_000,
        doc: 'Least milliseconds between two messages over all chats.',
      },
      jitter: {
        default: 0.3,
        format: 'decimal',
        min: 0,
        max: 5,
        doc: 'Share by which each of these times is lengthened at random: 0.3 adds up to 30 %.',
      },
    },
    quiet_hours: {
      default: null,
      format: 'hours',
      doc: 'Hours in which nobody is answered: messages wait, in their order, until they end. The godfather is answered at any hour in a direct chat.',
    },
    time_zone: {
      default: null,
      format: 'time_zone',
      doc: "Time zone of `quiet_hours`; none: the machine's.",
    },
    answer_within_hours: {
      default: 24,
      format: 'decimal',
      min: 0.01,
      max: 8760,
      doc: 'Messages older than this, found after an absence, are kept as history and not answered.',
    },
    takeover_minutes: {
      default: 60,
      format: 'whole',
      min: 0,
      max: 10_080,
      doc: 'When you write in a chat from your own phone, the bot only listens there for these minutes; 0: it goes on.',
    },
  },
  memory: MEMORY_SCHEMA,
  whatsapp: {
    enabled: { default: true, format: 'switch', doc: 'Whether to connect to WhatsApp.' },
    pairing_phone: {
      default: null,
      format: 'phone',
      doc: "The bot's own number: linking then shows a code to type on that phone, not a QR code.",
    },
    browser_path: {
      default: null,
      format: 'text',
      doc: 'Path of the Chrome or Chromium to use; none: one of the system, or else the bundled one.',
    },
    browser_args: { default: [], format: 'list', doc: 'More arguments for the browser, each a text of its own.' },
    browser_memory_mb: {
      default: 1500,
      format: 'whole',
      min: 100,
      max: 1_000_000,
      doc: 'Memory of the browser, in MiB, above which it is replaced as soon as nobody is writing.',
    },
  },
}
