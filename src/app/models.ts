/** Wires the configured models; every call is metered. */
import { hasLongTermMemory } from '../config/features.ts'
import type { Settings } from '../config/settings.ts'
import type { Embedder } from '../models/embedder.ts'
import type { LanguageModel } from '../models/language-model.ts'
import { meteredEmbedder } from '../models/metered.ts'
import type { ModelKnowledge } from '../models/knowledge/model-knowledge.ts'
import type { Meter } from '../models/meter.ts'
import { ModelHealth } from '../models/model-health.ts'
import { askForVector, askForWord, ModelProbe } from '../models/model-probe.ts'
import { createOfflineEmbedder } from '../models/offline/offline-embedder.ts'
import { loadPackage, OpenAiClient } from '../models/openai/openai-client.ts'
import { createOpenAiEmbedder } from '../models/openai/openai-embedder.ts'
import { watchedEmbedder } from '../models/watched.ts'
import { SECOND_MS } from '../platform/clock.ts'
import type { HealthCheck } from '../platform/health.ts'
import type { TokenCounter } from '../text/tokens.ts'
import {
  createLanguageModels,
  createReplyModel,
  nameOf,
  type Address,
  type ConfiguredModel,
} from './language-models.ts'
import type { Runtime } from './runtime.ts'

export interface Models {
  readonly language: LanguageModel
  /** The same model, or the one that replaces it when a spending limit is reached. */
  readonly replies: LanguageModel
  /** The models behind it, in the order in which they are asked. */
  readonly ranked: readonly ConfiguredModel[]
  readonly embedder: Embedder
  /** The embedder of a space that was used before; `undefined` if it can no longer be used. */
  embedderOf(space: string): Embedder | undefined
  /** Health of the language model and of the embedding model. */
  readonly checks: readonly HealthCheck[]
  /** Ask idle models while the bot runs. */
  readonly probes: readonly ModelProbe[]
}

/** The configured models; every call is metered. */
export const createModels = (
  settings: Settings,
  { meter, knowledge }: { readonly meter: Meter; readonly knowledge: ModelKnowledge },
  parts: Runtime,
): Models => {
  const clients = new Map<string, OpenAiClient>()
  /** One client per address and key, so that its circuit breaker sees every call. */
  const clientOf = ({ base_url, api_key }: Address): OpenAiClient => {
    const { timeout_seconds, retries, stream } = settings.ai
    const name = JSON.stringify([base_url, api_key])
    const client = clients.get(name) ?? new OpenAiClient({ api_key, base_url, timeout_seconds, retries, stream }, parts)
    clients.set(name, client)
    return client
  }
  const { ai, embeddings } = settings
  const { clock, logger, tokens } = parts
  const deps = { settings, meter, knowledge, clientOf, timeout_seconds: ai.timeout_seconds }
  const languages = createLanguageModels(deps, parts)
  const { embedder, embedderOf } = embeddersOf(embeddings, { clientOf, knowledge, tokens })
  const health = new ModelHealth({
    name: 'embedding model',
    model: nameOf(embedder, embeddings.provider === 'offline' ? undefined : embeddings),
    timeout_ms: ai.timeout_seconds * SECOND_MS,
    clock,
  })
  const metered = meteredEmbedder(watchedEmbedder(embedder, health, clock), { meter, tokens, clock, logger })
  const [first] = languages.ranked
  const probes = [
    ...(ai.provider === 'offline' || first === undefined
      ? []
      : [new ModelProbe({ ask: signal => askForWord(first.language, signal), health: first.calls, clock })]),
    ...(embeddings.provider === 'offline' || !hasLongTermMemory(settings)
      ? []
      : [new ModelProbe({ ask: signal => askForVector(metered, signal), health, clock })]),
  ]
  return {
    embedderOf: space => {
      const former = embedderOf(space)
      return former === undefined ? undefined : meteredEmbedder(former, { meter, tokens, clock, logger })
    },
    language: languages.language,
    replies: createReplyModel(languages, deps, parts),
    ranked: languages.ranked,
    embedder: metered,
    checks: [languages.health, health],
    probes: ai.idle_check ? probes : [],
  }
}

/** Loads what calls of the model service need, so that the first call does not hold up the event loop. */
export const prepareModels = async ({ ai, embeddings }: Settings): Promise<void> => {
  if (ai.provider === 'openai' || embeddings.provider === 'openai') await loadPackage()
}

interface EmbedderParts {
  readonly clientOf: (address: Address) => OpenAiClient
  readonly knowledge: ModelKnowledge
  readonly tokens: TokenCounter
}

/** The configured embedder, and those of spaces that were used before. */
const embeddersOf = (
  embeddings: Settings['embeddings'],
  { clientOf, ...parts }: EmbedderParts,
): Pick<Models, 'embedder' | 'embedderOf'> => {
  const offline = createOfflineEmbedder(parts.tokens)
  const online = (model: string, dimensions: number | undefined): Embedder =>
    createOpenAiEmbedder({ ...parts, client: clientOf(embeddings), model, dimensions })
  return {
    embedder: embeddings.provider === 'offline' ? offline : online(embeddings.model, embeddings.dimensions),
    embedderOf: space => {
      if (space === offline.space) return offline
      const [model = '', dimensions] = space.split('@')
      if (embeddings.provider === 'offline' || model.startsWith('offline-')) return undefined
      return online(model, dimensions === undefined ? undefined : Number(dimensions))
    },
  }
}
