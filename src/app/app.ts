/** The running DeniDin as entry points and tests see it. */
import type { Channel } from '../channels/channel.ts'
import type { Settings } from '../config/settings.ts'
import type { Conversation } from '../conversation/conversation.ts'
import type { SessionLifecycle } from '../learning/session-lifecycle.ts'
import type { Modules } from '../lifecycle/modules.ts'
import type { LongTermMemory } from '../memory/long-term-memory.ts'
import type { TrafficStore } from '../messages/message-store.ts'
import { type Runner } from '../operations/runner.ts'
import type { People } from '../people/people.ts'
import type { HealthCheck } from '../platform/health.ts'
import type { MessageIndex } from '../retrieval/full-text/message-index.ts'
import type { SearchService } from '../retrieval/search-service.ts'
import type { VectorMaintenance } from '../vectors/maintenance/vector-maintenance.ts'
import type { MessageVectors } from '../vectors/message-vectors.ts'
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
  /** Everything that starts, stops, holds personal data, reports health or has to be backed up. */
  readonly modules: Modules
  readonly people: People
  /** How many messages and replies are in which state. */
  readonly traffic: TrafficStore['counts']
  /** Opens the console channel, so that `chat.say` works; nothing else starts. */
  open(): Promise<void>
  /** Serves: processes unanswered messages, opens the channels, sweeps sessions that have expired. */
  start(): Promise<void>
}

export interface AppDeps {
  readonly settings: Settings
  readonly parts: Runtime
  readonly version: string
  /** Health of what the process writes to: its log, its output. */
  readonly streams?: readonly HealthCheck[]
  /** Channels besides the console. */
  readonly channels?: readonly Channel[]
  /** Called with the name of a channel each time that it becomes able to send. */
  readonly onReady?: (channel: string) => void
}
