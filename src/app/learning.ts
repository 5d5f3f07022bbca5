import type { Settings } from '../config/settings.ts'
import { createConsolidation } from '../learning/consolidation/consolidation.ts'
import { createEmbeddedLikeness } from '../learning/consolidation/embedding-similarity.ts'
import { createProviderChain, type ExtractionProvider } from '../learning/extraction/provider-chain.ts'
import { createLearner, type Learner } from '../learning/learner.ts'
import { learningSessions } from '../learning/incremental-learning.ts'
import { learnExternalText } from '../learning/external-text.ts'
import type { LongTermMemory } from '../memory/long-term-memory.ts'
import type { MessageStore } from '../messages/message-store.ts'
import type { Embedder } from '../models/embedder.ts'
import { meteredLanguageModel } from '../models/metered.ts'
import type { Meter } from '../models/meter.ts'
import { OpenAiClient } from '../models/openai/openai-client.ts'
import { createOpenAiLanguageModel } from '../models/openai/openai-language-model.ts'
import type { Learning } from '../operations/context.ts'
import type { BackgroundTasks } from '../platform/background-tasks.ts'
import { asDenidinError } from '../platform/errors.ts'
import type { Sessions } from '../sessions/sessions.ts'
import { remembers } from './memory.ts'
import type { Stores } from './stores.ts'
import type { Runtime } from './runtime.ts'

export interface LearningAppDeps {
  readonly settings: Settings
  readonly stores: Stores
  readonly memory: LongTermMemory
  readonly embedder: Embedder | undefined
  readonly providers: readonly ExtractionProvider[]
}

/** What takes facts from conversations; `undefined` where each gives a summary, or nothing. */
export const createLearning = (learning: LearningAppDeps, parts: Runtime): Learner | undefined => {
  const { settings, stores, memory, embedder, providers } = learning
  if (!remembers(settings) || !settings.feature_flags.use_schema_v2) return undefined
  return createLearner({
    ...parts,
    ...stores,
    memory,
    extractor: createProviderChain({ ...parts, providers, retries: settings.memory.extraction.retries }),
    openBook: createConsolidation({
      ...parts,
      memories: stores.memories,
      memory,
      likeness: embedder === undefined ? undefined : createEmbeddedLikeness(embedder),
    }),
  })
}

interface Endpoint {
  readonly name: string
  readonly base_url: string | undefined
  readonly api_key: string | undefined
  readonly model: string
  readonly on: boolean
  readonly may_be_absent?: boolean
}

/** Models that are asked for facts, in their order; none while extraction is off or the bot is offline. */
export const extractionProviders = (
  settings: Settings,
  meter: Meter,
  parts: Runtime,
): readonly ExtractionProvider[] => {
  const { ai, feature_flags, anthropic_api_key, gemini_api_key } = settings
  const { anthropic, gemini, ollama, timeout_seconds } = settings.memory.extraction
  if (ai.provider === 'offline' || !feature_flags.enable_llm_entity_extraction) return []
  const key = { openai: settings.openai_api_key, anthropic: anthropic_api_key, gemini: gemini_api_key }
  const endpoints: readonly Endpoint[] = [
    { name: 'openai', base_url: ai.base_url, model: ai.model, api_key: key.openai, on: true },
    {
      name: 'anthropic',
      ...anthropic,
      api_key: key.anthropic,
      on: feature_flags.enable_anthropic && key.anthropic !== undefined,
    },
    { name: 'gemini', ...gemini, api_key: key.gemini, on: key.gemini !== undefined },
    { name: 'ollama', ...ollama, api_key: undefined, on: feature_flags.enable_ollama, may_be_absent: true },
  ]
  return endpoints
    .filter(endpoint => endpoint.on)
    .map(({ name, base_url, api_key, model, may_be_absent = false }) => {
      // A client of its own: what is slow to extract must not hold back replies. Attempts are counted by the cascade.
      const client = new OpenAiClient({ base_url, api_key, timeout_seconds, retries: 0 }, parts)
      const language = createOpenAiLanguageModel({ client, model, provider: name, tokens: parts.tokens })
      return { name, model: meteredLanguageModel(language, meter, parts.clock, parts.logger), may_be_absent }
    })
}

/** Learning as operations ask for it. */
export const learningOnRequest = (
  learner: Learner,
  messages: Pick<MessageStore, 'inbox'>,
  parts: Runtime,
): Learning => ({
  enabled: true,
  ofSession: (session_id, options) => learner.learn(session_id, { ...options, patient: false }),
  ofText: told => learnExternalText(told, { ...parts, learner, inbox: messages.inbox }),
})

/** Sessions of which long ones are learned from while they run; a model that fails is asked again after as many messages. */
export const learnedFromWhileRunning = (
  sessions: Sessions,
  learner: Learner,
  background: BackgroundTasks,
  signal: AbortSignal,
): Sessions =>
  learningSessions(sessions, learner, session_id => {
    background.run('learning from a running session', () =>
      learner.learn(session_id, { patient: true, signal }).catch((error: unknown) => {
        if (!signal.aborted && !asDenidinError(error).retryable) throw error
      }),
    )
  })
