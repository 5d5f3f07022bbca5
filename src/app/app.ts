/**
 * The running DeniDin, as entry points and tests see it: lists its modules in the order in which they start, and
 * connects the channels to the pipeline.
 */
import type { ApiTokens } from '../access/api-token.ts'
import type { IdempotencyStore } from '../access/idempotency-store.ts'
import type { Channel, ChannelEvents } from '../channels/channel.ts'
import type { Conversation } from '../conversation/conversation.ts'
import type { SessionLifecycle } from '../learning/session-lifecycle.ts'
import type { Module } from '../lifecycle/module.ts'
import { Modules } from '../lifecycle/modules.ts'
import type { LongTermMemory } from '../memory/long-term-memory.ts'
import type { LiveEvents } from '../messages/live-events.ts'
import type { TrafficStore } from '../messages/message-store.ts'
import { type Runner } from '../operations/runner.ts'
import type { People } from '../people/people.ts'
import type { MessageIndex } from '../retrieval/full-text/message-index.ts'
import type { SearchService } from '../retrieval/search-service.ts'
import type { VectorMaintenance } from '../vectors/maintenance/vector-maintenance.ts'
import type { MessageVectors } from '../vectors/message-vectors.ts'
import type { Archive } from './archive/archive.ts'
import type { Pipeline } from './pipeline-deps.ts'
import type { AppDeps } from './app-deps.ts'
import type { Foundation, ProcessState } from './foundation.ts'
import type { Services } from './services.ts'

export interface AppParts {
  readonly deps: AppDeps
  readonly foundation: Foundation
  readonly services: Services
  readonly runner: Runner
  readonly pipeline: Pipeline
  readonly process: ProcessState
  readonly alerts: Module
  readonly rollout: Module
}

/** A DeniDin that is wired up and owns its data folder. */
export class App implements AsyncDisposable {
  readonly runner: Runner
  readonly conversation: Conversation
  readonly closing: SessionLifecycle
  readonly memory: LongTermMemory
  readonly messageVectors: MessageVectors
  readonly messageIndex: MessageIndex
  readonly maintenance: VectorMaintenance
  readonly search: SearchService
  readonly archive: Archive
  /** Everything that starts, stops, has personal data, reports health or needs a backup. */
  readonly modules: Modules
  readonly people: People
  /** What the REST API serves with. */
  readonly access: { readonly tokens: ApiTokens; readonly idempotency: IdempotencyStore; readonly events: LiveEvents }
  /** How many messages and replies are in each state. */
  readonly traffic: TrafficStore['counts']
  readonly #parts: AppParts

  constructor(parts: AppParts) {
    const { stores, memory, archive } = parts.foundation
    this.#parts = parts
    this.runner = parts.runner
    this.conversation = parts.pipeline.conversation
    this.closing = parts.services.lifecycle
    this.memory = memory.memory
    this.messageVectors = memory.messageVectors
    this.messageIndex = memory.messageIndex
    this.maintenance = memory.maintenance
    this.search = memory.search
    this.archive = archive
    this.people = stores.people
    const { events } = parts.deps.parts
    this.access = { tokens: stores.apiTokens, idempotency: stores.idempotency, events }
    this.traffic = () => stores.messages.traffic.counts()
    this.modules = new Modules(this.#moduleList(), parts.deps.parts.logger)
  }

  /** Opens the console channel, so that `chat.say` works; nothing else starts. */
  async open(): Promise<void> {
    const { console } = this.#parts.services
    const events = this.#eventsOf(console)
    let awake: Promise<void> | undefined
    await console.start({
      ...events,
      // Most commands only look something up: unanswered messages are processed once someone writes.
      message: async message => {
        await (awake ??= this.#wake())
        await events.message(message)
      },
    })
  }

  /** Starts serving: processes unanswered messages, opens the channels, sweeps expired sessions. */
  async start(): Promise<void> {
    this.#parts.process.uptime.begin(this.#parts.deps.parts.clock.now())
    await this.modules.start()
    this.#parts.services.expireSoon()
    this.#parts.services.sweepSoon()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#parts.process.stopping.abort()
    await this.modules.stop()
  }

  /** All modules in the order in which they start; they stop in the reverse order. */
  #moduleList(): readonly Module[] {
    const { foundation, services, process, alerts, rollout } = this.#parts
    const { stores, audit, memory, models, archive, backups, uptimeRecord } = foundation
    const { agent, channels, knowledge, privacy } = services
    return [
      {
        name: 'stores',
        backupSources: stores.backupSources,
        stop: async () => stores[Symbol.dispose](),
      },
      { name: 'audit log', stop: () => audit.close() },
      { name: 'uptime record', start: () => uptimeRecord.start(), stop: () => uptimeRecord.stop() },
      archive.module,
      backups.module,
      {
        name: 'budget usage log',
        start: async () => {
          process.background.run('reading the usage log of budgets', () => stores.usageFile.recover())
          services.forgetTasksSoon()
        },
        stop: () => stores.usageFile.close(),
      },
      ...memory.modules,
      { name: 'erasures', stop: async () => privacy.forgetting[Symbol.dispose]() },
      { name: 'background tasks', stop: () => process.background.whenIdle() },
      knowledge.module,
      { name: 'recovery', start: () => this.conversation.recover() },
      ...channels.map(channel => ({
        name: channel.name,
        start: () => channel.start(this.#eventsOf(channel)),
        stop: () => channel.stop(),
      })),
      {
        name: 'conscious agent',
        start: async () => {
          if (agent.status().state !== 'disabled') await agent.start()
        },
        stop: async () => await agent[Symbol.asyncDispose](),
      },
      ...models.probes.map(probe => ({
        name: `probe of ${probe.name}`,
        start: async () => probe.start(),
        stop: () => probe[Symbol.asyncDispose](),
      })),
      rollout,
      alerts,
      // The turns in progress end before the channels that carry their replies.
      { name: 'conversation', stop: () => this.conversation.drain() },
    ]
  }

  async #wake(): Promise<void> {
    for (const module of this.#parts.foundation.memory.modules) await module.start?.()
    await this.conversation.recover()
  }

  #eventsOf(channel: Channel): ChannelEvents {
    const { deps, pipeline, process, services } = this.#parts
    const { events, conversation } = pipeline
    /** Stores with copies of message text follow its changes. */
    const followed =
      <T>(act: (event: T) => Promise<void>) =>
      async (event: T): Promise<void> => {
        await act(event)
        services.forgetTasksSoon()
      }
    /** The indexes follow everything that changes messages. */
    const indexed =
      <T>(act: (event: T) => Promise<void>) =>
      async (event: T): Promise<void> => {
        await act(event)
        this.messageIndex.requestSync()
        this.archive.follower.heard()
      }
    return {
      ...events,
      message: indexed(events.message),
      edited: indexed(followed(events.edited)),
      backfilled: indexed(events.backfilled),
      deleted: indexed(followed(events.deleted)),
      ready: () => {
        process.background.run('sending held replies', () => conversation.sendHeld(chat_id => channel.serves(chat_id)))
        // Only now can the channel tell which messages were kept. For a channel that never can, the sweep ran at the
        // start.
        if (channel.keptIn !== undefined) services.expireSoon()
        deps.onReady?.(channel.name)
      },
    }
  }
}
