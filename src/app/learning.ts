/** Wires learning: which models extract facts, and how long-term memory remembers each session. */
import { hasLongTermMemory, hasMemoryAgent } from '../config/features.ts'
import type { Settings } from '../config/settings.ts'
import { createProfileWriter, noProfiles, type ProfileWriter } from '../learning/agent/profile-writer.ts'
import { createArchiveOnlyStorage } from '../learning/archive-session.ts'
import { createEmbeddingSimilarity } from '../learning/consolidation/embedding-similarity.ts'
import { FactConsolidator } from '../learning/consolidation/fact-consolidator.ts'
import {
  ProviderChain,
  type ExtractionProvider,
  type ProviderChainDeps,
} from '../learning/extraction/provider-chain.ts'
import { learnExternalText } from '../learning/external-text.ts'
import { LearningSessions } from '../learning/incremental-learning.ts'
import { ConversationLearner, noLearner, type Learner } from '../learning/learner.ts'
import { createFactMemory, type SessionMemory } from '../learning/session-memory.ts'
import { SummaryMemory } from '../learning/session-summary.ts'
import { EMPTY_REPORT } from '../learning/learning-report.ts'
import { createStagedMemory, StagedExtractor } from '../learning/staged-learning.ts'
import type { SessionStorage } from '../learning/session-storage.ts'
import { LongTermStorage } from '../learning/store-session.ts'
import type { LongTermMemory } from '../memory/long-term-memory.ts'
import type { InboxStore } from '../messages/inbox-store.ts'
import type { Embedder } from '../models/embedder.ts'
import type { LanguageModel } from '../models/language-model.ts'
import type { ModelKnowledge } from '../models/knowledge/model-knowledge.ts'
import type { Meter } from '../models/meter.ts'
import { OpenAiClient } from '../models/openai/openai-client.ts'
import { createOpenAiLanguageModel } from '../models/openai/openai-language-model.ts'
import type { Learning } from '../operations/context.ts'
import { zoneOf } from '../people/personal-zones.ts'
import { noLearning } from '../operations/memory/no-learning.ts'
import type { BackgroundTasks } from '../platform/background-tasks.ts'
import { asDenidinError } from '../platform/errors.ts'
import type { HealthCheck } from '../platform/health.ts'
import { OutcomeHealth } from '../platform/outcome-health.ts'
import type { FeatureGate } from '../rollout/feature-gate.ts'
import type { Sessions } from '../sessions/sessions.ts'
import { createLanguageModels, type Address } from './language-models.ts'
import type { Stores } from './stores.ts'
import type { Runtime } from './runtime.ts'

export interface LearningAppDeps {
  readonly settings: Settings
  readonly stores: Stores
  readonly memory: LongTermMemory
  /** Writes the summaries if facts are not extracted. */
  readonly model: LanguageModel
  readonly embedder: Embedder
  readonly providers: readonly ExtractionProvider[]
  /** Which conversations have which feature. */
  readonly gate: FeatureGate
}

/** Learning as configured. */
export interface AppLearning {
  /** Extracts facts; `noLearner` if facts are not extracted. */
  readonly learner: Learner
  /** Stores closed sessions: their facts, one summary each, or only their archive. */
  readonly storage: SessionStorage
  /** Whether models extract the facts; empty if nothing is learned. */
  readonly health: readonly HealthCheck[]
  /** Learning at the operator's request. */
  readonly onRequest: Learning
  /** Sessions that are learned from while they run. */
  whileRunning(sessions: Sessions, background: BackgroundTasks, signal: AbortSignal): Sessions
}

/** Chooses between facts, summaries and nothing, by the settings. */
export const createLearning = (deps: LearningAppDeps, runtime: Runtime): AppLearning => {
  const { settings, stores, memory, model } = deps
  const { ledger, folders } = stores
  if (!hasLongTermMemory(settings))
    return withoutFacts(createArchiveOnlyStorage({ ledger, folders, logger: runtime.logger }))
  const summaries = new SummaryMemory({
    ...runtime,
    messages: stores.messages.history,
    memory,
    model,
    zoneOf: zoneOf(stores.preferences, runtime.clock),
  })
  if (!settings.feature_flags.use_schema_v2) return withoutFacts(createStorage(summaries, stores, runtime))
  const health = new OutcomeHealth({
    name: 'learning',
    untried: 'Nothing was learned since the start.',
    clock: runtime.clock,
  })
  const learner = createLearner(deps, runtime, health)
  return {
    learner,
    health: [health],
    storage: createStorage(
      createStagedMemory(deps.gate, { facts: createFactMemory(learner), summaries }),
      stores,
      runtime,
    ),
    onRequest: learningOnRequest(learner, stores.messages.inbox, runtime),
    whileRunning: (sessions, background, signal) =>
      learnWhileRunning(sessions, withinStage(learner, deps), background, signal),
  }
}

const withoutFacts = (storage: SessionStorage): AppLearning => ({
  learner: noLearner,
  storage,
  health: [],
  onRequest: noLearning,
  whileRunning: sessions => sessions,
})

const createStorage = (
  sessionMemory: SessionMemory,
  { ledger, folders, messages }: Stores,
  runtime: Runtime,
): SessionStorage => new LongTermStorage({ ...runtime, ledger, folders, history: messages.history, sessionMemory })

const createLearner = (deps: LearningAppDeps, runtime: Runtime, health: OutcomeHealth): ConversationLearner => {
  const { settings, stores, memory, embedder, providers } = deps
  const { messages, ledger, memories, memoryLog, processedMessages, reflections } = stores
  return new ConversationLearner({
    ...runtime,
    messages: messages.history,
    ledger,
    facts: { memories, memory, memoryLog, profiles: profileWriterOf(deps, runtime) },
    progress: { processedMessages, reflections },
    extractor: createExtractor(deps, {
      ...runtime,
      health,
      providers,
      retries: settings.memory.extraction.retries,
      zoneOf: zoneOf(stores.preferences, runtime.clock),
    }),
    consolidator: new FactConsolidator({
      ...runtime,
      memories,
      memory,
      similarity: createEmbeddingSimilarity(embedder),
    }),
  })
}

/** The rules report no health: that they are used is no fault. */
const createExtractor = ({ gate }: LearningAppDeps, chain: ProviderChainDeps): StagedExtractor =>
  new StagedExtractor(gate, {
    models: new ProviderChain(chain),
    rules: new ProviderChain({ ...chain, health: undefined, providers: [] }),
  })

/** Learns while a session runs, if its conversation has facts. */
const withinStage = (
  learner: ConversationLearner,
  { gate, stores }: LearningAppDeps,
): Pick<Learner, 'learn' | 'unprocessedCount'> => ({
  unprocessedCount: session_id => learner.unprocessedCount(session_id),
  learn: async (session_id, options) => {
    const session = await stores.ledger.find(session_id)
    return session === undefined || !(await gate.has('use_schema_v2', session.scope))
      ? EMPTY_REPORT
      : await learner.learn(session_id, options)
  },
})

/** Only the agent uses profiles: if it is disabled, there are none. */
const profileWriterOf = ({ settings, stores, gate }: LearningAppDeps, runtime: Runtime): ProfileWriter => {
  const { memories, memoryLog, profiles } = stores
  if (!hasMemoryAgent(settings)) return noProfiles
  const writer = createProfileWriter({ ...runtime, memories, memoryLog, profiles })
  return {
    refresh: async (scope, facts) => {
      if (await gate.has('enable_conscious_agent', scope)) await writer.refresh(scope, facts)
    },
  }
}

interface Endpoint {
  readonly name: string
  readonly base_url: string | undefined
  readonly api_key: string | undefined
  readonly model: string
  readonly on: boolean
  readonly optional?: boolean
}

/** Models that are asked for facts, in order; none if extraction is disabled or the bot is offline. */
export const extractionProviders = (
  settings: Settings,
  { meter, knowledge }: { readonly meter: Meter; readonly knowledge: ModelKnowledge },
  runtime: Runtime,
): readonly ExtractionProvider[] => {
  const { ai, feature_flags, anthropic_api_key, gemini_api_key } = settings
  const { anthropic, gemini, ollama, timeout_seconds } = settings.memory.extraction
  if (ai.provider === 'offline' || !feature_flags.enable_llm_entity_extraction) return []
  const key = { anthropic: anthropic_api_key, gemini: gemini_api_key }
  // Separate clients, because slow extractions must not delay replies. The provider chain retries, so the clients do
  // not.
  const clientOf = ({ base_url, api_key }: Address): OpenAiClient =>
    new OpenAiClient({ base_url, api_key, timeout_seconds, retries: 0, stream: settings.ai.stream }, runtime)
  const { language } = createLanguageModels({ settings, meter, knowledge, clientOf, timeout_seconds }, runtime)
  const endpoints: readonly Endpoint[] = [
    {
      name: 'anthropic',
      ...anthropic,
      api_key: key.anthropic,
      on: feature_flags.enable_anthropic && key.anthropic !== undefined,
    },
    { name: 'gemini', ...gemini, api_key: key.gemini, on: key.gemini !== undefined },
    { name: 'ollama', ...ollama, api_key: undefined, on: feature_flags.enable_ollama, optional: true },
  ]
  const others = endpoints
    .filter(endpoint => endpoint.on)
    .map(({ name, base_url, api_key, model, optional = false }) => {
      const client = clientOf({ base_url, api_key })
      const extractor = createOpenAiLanguageModel({ ...runtime, client, model, provider: name, knowledge, meter })
      return { name, model: extractor, optional }
    })
  return [{ name: 'openai', model: language }, ...others]
}

const learningOnRequest = (learner: Learner, inbox: InboxStore, runtime: Runtime): Learning => ({
  enabled: true,
  ofSession: (session_id, options) => learner.learn(session_id, { ...options, patient: false }),
  ofMessages: (context, messages, options) => learner.learnFrom(context, messages, { ...options, patient: true }),
  ofText: text => learnExternalText(text, { ...runtime, learner, inbox }),
})

/** After a failure of the models, the session is learned from once it has enough new messages again. */
const learnWhileRunning = (
  sessions: Sessions,
  learner: Pick<Learner, 'learn' | 'unprocessedCount'>,
  background: BackgroundTasks,
  signal: AbortSignal,
): Sessions =>
  new LearningSessions(sessions, learner, session_id => {
    background.run('learning from a running session', () =>
      learner.learn(session_id, { patient: true, signal }).catch((error: unknown) => {
        if (!signal.aborted && !asDenidinError(error).retryable) throw error
      }),
    )
  })
