import type { Channel, ChannelEvents } from '../channels/channel.ts'
import { createConsoleChannel } from '../channels/console/console-channel.ts'
import type { Settings } from '../config/settings.ts'
import type { Commands } from '../conversation/commands.ts'
import type { Conversation } from '../conversation/turns.ts'
import { createChatCommands } from '../interfaces/chat/commands.ts'
import type { SessionClosing } from '../learning/session-closing.ts'
import { createRunner, type Runner } from '../operations/runner.ts'
import type { MessageStore } from '../messages/message-store.ts'
import type { People } from '../people/people.ts'
import { Background } from '../platform/background.ts'
import { HOUR_MS } from '../platform/clock.ts'
import { asDenidinError } from '../platform/errors.ts'
import { createSessions } from '../sessions/sessions.ts'
import { statelessSessions } from '../sessions/stateless-sessions.ts'
import { createAgent, createProfileReader } from './agent.ts'
import { createClosing } from './closing.ts'
import { createMemory, type Memory } from './memory.ts'
import { createModels } from './models.ts'
import { createOperationDeps } from './operation-deps.ts'
import { createRoad } from './road.ts'
import { speakerLanguage } from './speaker-language.ts'
import { openStores } from './stores.ts'
import type { Surroundings } from './surroundings.ts'

/** A DeniDin that is wired up and owns its data folder. */
export interface App extends AsyncDisposable {
  readonly runner: Runner
  readonly conversation: Conversation
  readonly closing: SessionClosing
  readonly memory: Memory
  readonly people: People
  /** How many messages and replies are in which state. */
  readonly traffic: MessageStore['counts']
  /** Opens the terminal's channel, so that `chat.say` works; nothing else begins. */
  open(): Promise<void>
  /** Begins to live: takes up what was not answered, opens the channels, sweeps what expired meanwhile. */
  start(): Promise<void>
}

export interface AppOptions {
  readonly settings: Settings
  readonly parts: Surroundings
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
export const createApp = async ({ settings, parts, version, channels = [], onReady }: AppOptions): Promise<App> => {
  const { clock, ids, logger } = parts
  const stopping = new AbortController()
  const background = new Background(logger.for('app'))
  const on = settings.feature_flags.enable_memory_system
  const timeout_ms = settings.memory.session.session_timeout_hours * HOUR_MS

  const stores = openStores(settings, parts)
  const models = createModels(settings, stores.meter, parts)
  const memory = await createMemory(settings, stores, models, parts)
  stores.personalData.push(memory.personal)
  await stores.people.recover()
  const sessions = createSessions({ ...parts, ...stores, timeout_ms })
  const windows = on ? sessions : statelessSessions

  let conversation: Conversation | undefined
  const console_channel = createConsoleChannel({
    ...{ clock, ids },
    settled: async chat_id => await conversation?.settled(chat_id),
  })
  const everyChannel = [console_channel, ...channels]

  let commands: Commands | undefined
  const sweepSoon = background.coalesced('sweeping ended sessions', () => closing.sweep({ signal: stopping.signal }))
  const {
    conversation: road,
    changes,
    delivery,
  } = await createRoad(
    {
      ...{ settings, stores, windows, memory, model: models.language, stopping: stopping.signal },
      profileOf: createProfileReader(settings, stores, parts),
      commands: () => commands as Commands,
      channels: () => everyChannel,
      sessionEnded: sweepSoon,
      sessionChanged: sweepSoon,
    },
    parts,
  )
  conversation = road
  const closing = createClosing({ settings, stores, sessions, memory, model: models.language, road, timeout_ms }, parts)

  const agent = createAgent(settings, stores, parts)
  let started_at: number | undefined
  const deps = createOperationDeps(
    {
      ...{ settings, stores, sessions, memory, closing, models, version, road, console_channel },
      ...{ agent, delivery, channels: everyChannel, started_at: () => started_at },
    },
    parts,
  )
  const runner = createRunner({ deps, clock, logger })
  commands = createChatCommands({ runner, language: speakerLanguage(windows) })

  const eventsOf = (channel: Channel): ChannelEvents => ({
    message: road.receive,
    ...changes,
    ready: () => {
      background.run('sending held replies', () => road.sendHeld())
      onReady?.(channel.name)
    },
  })

  return {
    ...{ runner, conversation: road, closing, memory, people: stores.people, traffic: stores.messages.counts },
    open: async () => {
      let awake: Promise<void> | undefined
      const wake = async (): Promise<void> => {
        await memory.start()
        await road.recover()
      }
      await console_channel.start({
        ...eventsOf(console_channel),
        // Most commands only look something up: what waits is taken up when somebody talks.
        message: async message => {
          await (awake ??= wake())
          await road.receive(message)
        },
      })
    },
    start: async () => {
      started_at = clock.now()
      await memory.start()
      await road.recover()
      for (const channel of everyChannel) await channel.start(eventsOf(channel))
      sweepSoon()
      if (agent.status().state !== 'disabled') await agent.start()
    },
    [Symbol.asyncDispose]: async () => {
      stopping.abort()
      await road.drain()
      // What one channel leaves undone must not keep the stores open, nor Chroma running.
      for (const stopped of await Promise.allSettled(everyChannel.map(channel => channel.stop()))) {
        if (stopped.status === 'rejected') {
          logger.for('app').error('A channel did not stop', { reason: asDenidinError(stopped.reason).message })
        }
      }
      await background.settled()
      await agent[Symbol.asyncDispose]()
      await memory[Symbol.asyncDispose]()
      stores[Symbol.dispose]()
    },
  }
}
