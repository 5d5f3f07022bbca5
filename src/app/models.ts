/** Wires the configured models; every call is metered. */
import type { Settings } from '../config/settings.ts'
import type { Embedder } from '../models/embedder.ts'
import type { LanguageModel } from '../models/language-model.ts'
import { meteredEmbedder, meteredLanguageModel } from '../models/metered.ts'
import type { ModelKnowledge } from '../models/knowledge/model-knowledge.ts'
import type { Meter } from '../models/meter.ts'
import { createOfflineEmbedder } from '../models/offline/offline-embedder.ts'
import { createOfflineLanguageModel } from '../models/offline/offline-language-model.ts'
import { OpenAiClient } from '../models/openai/openai-client.ts'
import { createOpenAiEmbedder } from '../models/openai/openai-embedder.ts'
import { createOpenAiLanguageModel } from '../models/openai/openai-language-model.ts'
import type { HealthCheck } from '../platform/health.ts'
import type { Runtime } from './runtime.ts'

export interface Models {
  readonly language: LanguageModel
  readonly embedder: Embedder
  /** The embedder of a space that was in use before, where it can still be asked; `undefined` where it cannot. */
  embedderOf(space: string): Embedder | undefined
  readonly checks: readonly HealthCheck[]
}

/** The configured models, every call of theirs metered. */
export const createModels = (
  settings: Settings,
  { meter, knowledge }: { readonly meter: Meter; readonly knowledge: ModelKnowledge },
  parts: Runtime,
): Models => {
  const clients = new Map<string, OpenAiClient>()
  /** One client an address and key, so that its circuit breaker sees every call. */
  const clientOf = ({
    base_url,
    api_key,
  }: {
    base_url: string | undefined
    api_key: string | undefined
  }): OpenAiClient => {
    const { timeout_seconds, retries } = settings.ai
    const name = JSON.stringify([base_url, api_key])
    const client = clients.get(name) ?? new OpenAiClient({ api_key, base_url, timeout_seconds, retries }, parts)
    clients.set(name, client)
    return client
  }
  const { ai, embeddings } = settings
  const { clock, logger, tokens } = parts
  const language =
    ai.provider === 'offline'
      ? createOfflineLanguageModel(tokens)
      : createOpenAiLanguageModel({
          client: clientOf({ base_url: ai.base_url, api_key: settings.openai_api_key }),
          model: ai.model,
          knowledge,
          ...parts,
        })
  const embedder =
    embeddings.provider === 'offline'
      ? createOfflineEmbedder(tokens)
      : createOpenAiEmbedder({
          client: clientOf(embeddings),
          model: embeddings.model,
          dimensions: embeddings.dimensions,
          tokens,
        })
  const embedderOf = (space: string): Embedder | undefined => {
    const offline = createOfflineEmbedder(tokens)
    if (space === offline.space) return offline
    const [model = '', dimensions] = space.split('@')
    if (embeddings.provider === 'offline' || model.startsWith('offline-')) return undefined
    return createOpenAiEmbedder({
      client: clientOf(embeddings),
      model,
      tokens,
      dimensions: dimensions === undefined ? undefined : Number(dimensions),
    })
  }
  return {
    embedderOf: space => {
      const former = embedderOf(space)
      return former === undefined ? undefined : meteredEmbedder(former, meter, clock, logger)
    },
    language: meteredLanguageModel(language, meter, clock, logger),
    embedder: meteredEmbedder(embedder, meter, clock, logger),
    checks: [...clients.values()],
  }
}
