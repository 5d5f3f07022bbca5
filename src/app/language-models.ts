/** Wires the language models: the configured one, and the fallback models. */
import type { Settings } from '../config/settings.ts'
import { withCuts } from '../models/cut-health.ts'
import { modelKey, type ModelKnowledge } from '../models/knowledge/model-knowledge.ts'
import { FallbackLanguageModel, type RankedModel } from '../models/fallback-language-model.ts'
import type { LanguageModel } from '../models/language-model.ts'
import type { Meter } from '../models/meter.ts'
import { meteredLanguageModel } from '../models/metered.ts'
import { ModelHealth } from '../models/model-health.ts'
import type { ProbedHealth } from '../models/model-probe.ts'
import { createOfflineLanguageModel } from '../models/offline/offline-language-model.ts'
import { hostOf, type OpenAiClient } from '../models/openai/openai-client.ts'
import { createOpenAiLanguageModel } from '../models/openai/openai-language-model.ts'
import { watchedLanguageModel } from '../models/watched.ts'
import { withSubstitute } from '../models/substitute-language-model.ts'
import { SECOND_MS } from '../platform/clock.ts'
import type { HealthCheck } from '../platform/health.ts'
import type { Runtime } from './runtime.ts'

/** Address and key of a model. */
export interface Address {
  readonly base_url: string | undefined
  readonly api_key: string | undefined
}

export interface LanguageModelsDeps {
  readonly settings: Settings
  readonly meter: Meter
  readonly knowledge: ModelKnowledge
  readonly clientOf: (address: Address) => OpenAiClient
  /** Deadline of one call. */
  readonly timeout_seconds: number
}

/** The language model that callers use, and each of the models behind it. */
export interface LanguageModels {
  readonly language: LanguageModel
  readonly health: HealthCheck
  readonly ranked: readonly ConfiguredModel[]
}

/** The model for replies: the configured one, and the one that replaces it when a spending limit is reached. */
export const createReplyModel = (
  { language }: LanguageModels,
  deps: LanguageModelsDeps,
  runtime: Runtime,
): LanguageModel => {
  const { ai, limits, openai_api_key: api_key } = deps.settings
  if (ai.provider === 'offline' || limits.at_limit === 'refuse') return language
  const { smaller_model: model } = limits
  const substitute =
    limits.at_limit === 'offline_answer' || model === undefined
      ? offline(deps, runtime)
      : online({ base_url: ai.base_url, api_key, model }, deps, runtime)
  return withSubstitute(language, substitute.language, runtime.logger)
}

/** A model in the order, and its health judged only by its calls. */
export interface ConfiguredModel extends RankedModel {
  readonly calls: ProbedHealth
}

/** The models in the order in which they are asked; each meters every call under its own name. */
export const createLanguageModels = (deps: LanguageModelsDeps, runtime: Runtime): LanguageModels => {
  const { ai, openai_api_key } = deps.settings
  if (ai.provider === 'offline') {
    const built_in = offline(deps, runtime)
    return { language: built_in.language, health: built_in.health, ranked: [built_in] }
  }
  const own = { base_url: ai.base_url, api_key: openai_api_key }
  const first = online({ ...own, model: ai.model }, deps, runtime)
  const others = ai.fallback_models.map(({ model, base_url, api_key }) =>
    // A key is sent only to the address for which it was configured.
    online(
      { model, base_url, api_key: api_key ?? (base_url === own.base_url ? own.api_key : undefined) },
      deps,
      runtime,
    ),
  )
  if (others.length === 0) return { language: first.language, health: first.health, ranked: [first] }
  const chain = new FallbackLanguageModel({ ...runtime, models: [first, ...others] })
  return { language: chain, health: chain, ranked: [first, ...others] }
}

/** The built-in model. */
const offline = (deps: LanguageModelsDeps, runtime: Runtime): ConfiguredModel => {
  const model = createOfflineLanguageModel(runtime.tokens)
  return rank(meteredLanguageModel(model, deps.meter, runtime.clock, runtime.logger), undefined, deps, runtime)
}

const online = (
  { model, ...address }: Address & { readonly model: string },
  deps: LanguageModelsDeps,
  runtime: Runtime,
): ConfiguredModel => {
  const { knowledge, meter, clientOf } = deps
  const client = clientOf(address)
  const language = createOpenAiLanguageModel({ ...runtime, client, model, knowledge, meter })
  const ranked = rank(language, address, deps, runtime)
  const key = modelKey(client.base_url, model)
  return { ...ranked, health: withCuts({ model: ranked.name, key, knowledge, health: ranked.health }) }
}

const rank = (
  language: LanguageModel,
  address: Address | undefined,
  { timeout_seconds }: LanguageModelsDeps,
  { clock }: Runtime,
): ConfiguredModel => {
  const name = nameOf(language, address)
  const timeout_ms = timeout_seconds * SECOND_MS
  const health = new ModelHealth({ name: 'language model', model: name, timeout_ms, clock })
  const watched = watchedLanguageModel(language, health, clock)
  return { name, language: watched, health, calls: health }
}

/** A model and its address, for people; `undefined`: it runs here. */
export const nameOf = (
  { model }: { readonly model: string },
  address: Pick<Address, 'base_url'> | undefined,
): string => (address === undefined ? model : `${model} at ${hostOf(address.base_url)}`)
