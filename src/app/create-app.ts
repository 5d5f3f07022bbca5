import type { Channel, ChannelEvents } from '../channels/channel.ts'
import { createConsoleChannel } from '../channels/console/console-channel.ts'
import type { Settings } from '../config/settings.ts'
import type { Conversation } from '../conversation/conversation.ts'
import { createChatCommands } from '../interfaces/chat/commands.ts'
import type { SessionLifecycle } from '../learning/session-lifecycle.ts'
import { operations } from '../operations/list.ts'
import { createRunner, type Runner } from '../operations/runner.ts'
import type { TrafficStore } from '../messages/message-store.ts'
import type { People } from '../people/people.ts'
import { createAuditFile } from '../platform/audit-file.ts'
import { BackgroundTasks } from '../platform/background-tasks.ts'
import { HOUR_MS } from '../platform/clock.ts'
import { asDenidinError } from '../platform/errors.ts'
import type { LongTermMemory } from '../memory/long-term-memory.ts'
import { Modules } from '../lifecycle/modules.ts'
import type { MessageIndex } from '../retrieval/full-text/message-index.ts'
import type { SearchService } from '../retrieval/search-service.ts'
import type { VectorMaintenance } from '../vectors/maintenance/vector-maintenance.ts'
import type { MessageVectors } from '../vectors/message-vectors.ts'
import { createSessions } from '../sessions/sessions.ts'
import { statelessSessions } from '../sessions/stateless-sessions.ts'
import { createAgent, createProfileReader } from './agent.ts'
import { createClosing } from './session-lifecycle.ts'
import { createLearning, extractionProviders } from './learning.ts'
import { createMemoryFeatures } from './memory.ts'
import { createModels } from './models.ts'
import { createPrivacy } from './privacy.ts'
import { createOperationContext } from './operation-context.ts'
import { createDelivery, createScheduler } from './delivery.ts'
import { createPipeline } from './pipeline.ts'
import { commandLanguage } from '../conversation/reply-language.ts'
import { openStores } from './stores.ts'
import type { Runtime } from './runtime.ts'

/** A DeniDin that is wired up and owns its data folder. */
export interface App extends AsyncDisposable {
  readonly runner: Runner
  readonly conversation: Conversation
  readonly closing: SessionLifecycle
  readonly memory: LongTermMemory
  readonly messageVectors: MessageVectors
  readonly messageIndex: MessageIndex
  readonly maintenance: VectorMaintenance
  readonly search: SearchService
  readonly modules: Modules
  readonly people: People
  /** How many messages and replies are in which state. */
  readonly traffic: TrafficStore['counts']
  /** Opens the terminal's channel, so that `chat.say` works; nothing else begins. */
  open(): Promise<void>
  /** Begins to live: takes up what was not answered, opens the channels, sweeps what expired meanwhile. */
  start(): Promise<void>
}

export interface AppDeps {
  readonly settings: Settings
  readonly parts: Runtime
  readonly version: string
  /** Channels besides the terminal. */
  readonly channels?: readonly Channel[]
  /** Told the name of a channel each time that it becomes able to send. */
  readonly onReady?: (channel: string) => void
}

/**
 * Wires everything together; the caller owns the data folder. Disposing of it finishes the turns under way, closes the
 * channels, and lets go of the stores and of Chroma.
 */
export const createApp = async ({ settings, parts, version, channels = [], onReady }: AppDeps): Promise<App> => {
  const { clock, ids, logger } = parts
  const stopping = new AbortController()
  const background = new BackgroundTasks(logger.for('app'))
  const on = settings.feature_flags.enable_memory_system
  const timeout_ms = settings.memory.session.session_timeout_hours * HOUR_MS

  const stores = openStores(settings, parts)
  await stores.meter.releaseInterrupted()
  const models = createModels(settings, stores.meter, parts)
  const audit = createAuditFile(settings.logs_dir, 'memory_audit', clock)
  const features = await createMemoryFeatures({ settings, stores, models, audit, runtime: parts })
  const { memory, messageIndex } = features
  const modules = new Modules(features.modules, logger)
  stores.personalData.push(...modules.personalData)
  await stores.people.recover()
  const sessions = createSessions({ ...parts, ...stores, timeout_ms })
  const learning = createLearning(
    {
      settings,
      stores,
      memory,
      model: models.language,
      embedder: models.embedder,
      providers: extractionProviders(settings, stores.meter, parts),
    },
    parts,
  )
  const windows = on ? learning.whileRunning(sessions, background, stopping.signal) : statelessSessions

  // The queues of all scopes come first: whatever needs to run alone in one takes `exclusive` from here.
  const scheduler = createScheduler(settings, parts)
  const { exclusive } = scheduler
  const consoleChannel = createConsoleChannel({
    clock,
    ids,
    whenIdle: chat_id => scheduler.whenIdle(message => message.chat_id === chat_id),
  })
  const everyChannel = [consoleChannel, ...channels]
  const closing = createClosing({ settings, stores, sessions, memory, learning, exclusive, timeout_ms }, parts)
  const sweepSoon = background.coalesced('sweeping ended sessions', () => closing.sweep({ signal: stopping.signal }))
  const privacy = createPrivacy(
    { settings, stores, sessions, features, audit, background, exclusive, sessionChanged: sweepSoon },
    parts,
  )
  const delivery = createDelivery(
    { settings, stores, windows, channels: everyChannel, exclusive, stopping: stopping.signal },
    parts,
  )

  const agent = createAgent({ settings, stores, embedder: models.embedder, learner: learning.learner }, parts)
  let started_at: number | undefined
  const context = createOperationContext(
    {
      settings,
      stores,
      models,
      features,
      audit,
      privacy,
      instance: { version, started_at: () => started_at },
      sessions: { browser: sessions, lifecycle: closing },
      learning: { onRequest: learning.onRequest, agent },
      chats: {
        conversation: { resumed: () => void delivery.deferred.send('resumed') },
        console: consoleChannel,
        checks: [...everyChannel, delivery.outbox],
      },
    },
    parts,
  )
  const runner = createRunner({
    operations,
    context,
    running: () => started_at !== undefined,
    exclusive,
    audit,
    clock,
    logger,
  })
  const commands = createChatCommands({ runner, clock, language: commandLanguage(windows, stores.preferences) })

  const { conversation, events } = await createPipeline(
    {
      settings,
      stores,
      scheduler,
      delivery,
      sessions: { windows, ended: sweepSoon, changed: sweepSoon },
      recall: {
        search: features.search,
        scopes: features.scopes,
        profileOf: createProfileReader(settings, stores),
      },
      model: models.language,
      commands,
    },
    parts,
  )

  // Nothing that was to be forgotten is used before it is gone.
  await privacy.forgetting.resume().catch((error: unknown) => {
    logger.for('privacy').error('What was to be forgotten is not gone yet', { reason: asDenidinError(error).message })
  })

  /** What changes messages: the indexes over them follow. */
  const followed =
    <T>(act: (event: T) => Promise<void>) =>
    async (event: T): Promise<void> => {
      await act(event)
      messageIndex.requestSync()
    }
  const eventsOf = (channel: Channel): ChannelEvents => ({
    ...events,
    message: followed(events.message),
    edited: followed(events.edited),
    backfilled: followed(events.backfilled),
    deleted: followed(events.deleted),
    ready: () => {
      background.run('sending held replies', () => conversation.sendHeld(chat_id => channel.serves(chat_id)))
      onReady?.(channel.name)
    },
  })

  return {
    runner,
    conversation,
    closing,
    memory,
    messageVectors: features.messageVectors,
    messageIndex,
    maintenance: features.maintenance,
    search: features.search,
    modules,
    people: stores.people,
    traffic: () => stores.messages.traffic.counts(),
    open: async () => {
      let awake: Promise<void> | undefined
      const wake = async (): Promise<void> => {
        await modules.start()
        await conversation.recover()
      }
      const consoleEvents = eventsOf(consoleChannel)
      await consoleChannel.start({
        ...consoleEvents,
        // Most commands only look something up: what waits is taken up when somebody talks.
        message: async message => {
          await (awake ??= wake())
          await consoleEvents.message(message)
        },
      })
    },
    start: async () => {
      started_at = clock.now()
      await modules.start()
      await conversation.recover()
      for (const channel of everyChannel) await channel.start(eventsOf(channel))
      sweepSoon()
      if (agent.status().state !== 'disabled') await agent.start()
    },
    [Symbol.asyncDispose]: async () => {
      stopping.abort()
      await conversation.drain()
      // What one channel leaves undone must not keep the stores open, nor Chroma running.
      for (const stopped of await Promise.allSettled(everyChannel.map(channel => channel.stop()))) {
        if (stopped.status === 'rejected') {
          logger.for('app').error('A channel did not stop', { reason: asDenidinError(stopped.reason).message })
        }
      }
      await background.whenIdle()
      await agent[Symbol.asyncDispose]()
      await modules.stop()
      await audit.close()
      stores[Symbol.dispose]()
    },
  }
}
