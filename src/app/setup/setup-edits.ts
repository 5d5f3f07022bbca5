/** Turns the answers of `denidin setup` into changes of the configuration file and of `.env`. */
import { SCHEMA } from '../../config/schema.ts'
import { textAt, valueAt, type Tree } from '../../config/tree.ts'
import type { LinkKind, SetupAnswers, SetupProvider } from '../../interfaces/cli/local/setup/setup-port.ts'

/** The name under which `.env` holds the key of the model service. */
export const KEY_VARIABLE = 'OPENAI_API_KEY'
const KEY_SETTING = 'openai_api_key'

/** Values by dotted key; `undefined`: the key is removed, so that its default applies. */
export interface SetupEdits {
  readonly settings: Readonly<Record<string, unknown>>
  readonly variables: Readonly<Record<string, string>>
}

const { anthropic, gemini, ollama } = SCHEMA.memory.extraction

/** The usual address and model of each provider. */
export const PROVIDER_DEFAULTS: Readonly<
  Record<SetupProvider, { readonly base_url: string | undefined; readonly model: string | undefined }>
> = {
  openai: { base_url: undefined, model: SCHEMA.ai.model.default },
  anthropic: { base_url: anthropic.base_url.default, model: anthropic.model.default },
  gemini: { base_url: gemini.base_url.default, model: gemini.model.default },
  ollama: { base_url: ollama.base_url.default, model: ollama.model.default },
  // Its server knows one model, whatever the name.
  'llama.cpp': { base_url: 'http://127.0.0.1:8080/v1', model: 'default' },
  other: { base_url: undefined, model: undefined },
  offline: { base_url: undefined, model: undefined },
}

/** The provider that a configuration names. */
export const providerIn = (file: Tree): SetupProvider => {
  if (textAt(file, 'ai.provider') === 'offline') return 'offline'
  const base_url = textAt(file, 'ai.base_url')
  if (base_url === undefined) return 'openai'
  const known = (['anthropic', 'gemini', 'ollama', 'llama.cpp'] as const).find(provider =>
    sameAddress(base_url, PROVIDER_DEFAULTS[provider].base_url),
  )
  return known ?? 'other'
}

const sameAddress = (one: string, other: string | undefined): boolean =>
  other !== undefined && one.replace(/\/+$/, '').replace('localhost', '127.0.0.1') === other.replace(/\/+$/, '')

/** How a configuration links WhatsApp. */
export const linkIn = (file: Tree): LinkKind => {
  if (valueAt(file, 'whatsapp.enabled') === false) return 'off'
  return textAt(file, 'whatsapp.pairing_phone') === undefined ? 'qr' : 'pairing'
}

/** The changes that the answers ask for. @param file the present content of the configuration file */
export const editsOf = (answers: SetupAnswers, file: Tree): SetupEdits => {
  const { memory, godfather, link, pairing_phone, key } = answers
  const settings: Record<string, unknown> = modelSettings(answers, file)
  if (memory !== undefined) settings['feature_flags.enable_memory_system'] = memory
  if (godfather !== undefined) settings['godfather_phone'] = godfather === '' ? undefined : godfather
  if (link !== undefined) {
    settings['whatsapp.enabled'] = link === 'off' ? false : undefined
    settings['whatsapp.pairing_phone'] = link === 'pairing' ? pairing_phone : undefined
  }
  // A key of the file would stay behind beside the new one in .env.
  if (key !== undefined) settings[KEY_SETTING] = undefined
  return { settings, variables: key === undefined ? {} : { [KEY_VARIABLE]: key } }
}

const modelSettings = (answers: SetupAnswers, file: Tree): Record<string, unknown> => {
  const { provider, model, embeddings } = answers
  const ofEmbeddings =
    embeddings === undefined ? {} : { 'embeddings.provider': embeddings === 'offline' ? 'offline' : undefined }
  if (provider === undefined) return { ...(model === undefined ? {} : { 'ai.model': model }), ...ofEmbeddings }
  if (provider === 'offline') return { 'ai.provider': 'offline', 'embeddings.provider': 'offline' }
  const usual = PROVIDER_DEFAULTS[provider]
  const moved = provider !== providerIn(file)
  return {
    'ai.provider': undefined,
    'ai.base_url': answers.base_url ?? usual.base_url ?? (moved ? undefined : textAt(file, 'ai.base_url')),
    'ai.model': model ?? (moved ? usual.model : textAt(file, 'ai.model')),
    // Embeddings of another service, with its key and its model, must not stay behind.
    ...(moved ? { 'embeddings.base_url': undefined, 'embeddings.api_key': undefined } : {}),
    ...(moved ? { 'embeddings.model': provider === 'gemini' ? GEMINI_EMBEDDINGS : undefined } : {}),
    'embeddings.provider': HAVE_EMBEDDINGS.has(provider) ? undefined : 'offline',
    ...ofEmbeddings,
  }
}

const GEMINI_EMBEDDINGS = 'gemini-embedding-001'
/** Providers whose service embeds texts too; for the others, the built-in embeddings are used unless asked otherwise. */
const HAVE_EMBEDDINGS: ReadonlySet<SetupProvider> = new Set(['openai', 'gemini', 'other'])
