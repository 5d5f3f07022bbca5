import type { Clock } from '../platform/clock.ts'
import type { Ids } from '../platform/ids.ts'
import type { Logger } from '../platform/logger.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { Channel } from '../channels/channel.ts'
import type { MemoryLog } from '../memory/memory-log.ts'
import type { MemoryStore } from '../memory/memory-store.ts'
import type { ScopePolicy } from '../retrieval/scope-policy.ts'
import type { SearchService } from '../retrieval/search-service.ts'
import type { ChatId } from '../messages/message.ts'
import type { MessageStore } from '../messages/message-store.ts'
import type { LanguageModel } from '../models/language-model.ts'
import type { People } from '../people/people.ts'
import type { PersonId } from '../people/person.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { Strings } from '../text/strings/strings.ts'
import type { TokenCounter } from '../text/tokens.ts'
import type { Commands } from './commands.ts'
import type { Tone } from './tone.ts'
import type { Outbox } from './outbox.ts'
import type { Pauses } from './pauses.ts'
import type { ProfileOf } from './profile.ts'
import { type WindowBudgets } from './window-budget.ts'

export interface TurnSettings {
  readonly system_prompt: string
  readonly max_tokens: number
  readonly temperature: number
  readonly window_tokens: WindowBudgets
  /** Most tokens of what is recalled; 0 while long-term memory is off. */
  readonly recall_tokens: number
  /** Whether what is said may be kept. */
  readonly keep: boolean
}

export interface TurnDeps {
  readonly settings: TurnSettings
  readonly people: People
  readonly messages: MessageStore
  readonly windows: Sessions
  readonly search: SearchService
  readonly scopes: Pick<ScopePolicy, 'ofQuestion' | 'audit'>
  readonly memoryLog: Pick<MemoryLog, 'recalled' | 'accessed'>
  readonly facts: Pick<MemoryStore, 'ofSources'>
  readonly model: LanguageModel
  readonly commands: () => Commands
  readonly outbox: Outbox
  readonly pauses: Pauses
  readonly tone: Tone
  readonly profileOf: ProfileOf
  readonly channelOf: (chat_id: ChatId) => Channel | undefined
  /** DeniDin's own words to a person who wrote `text`. */
  readonly sentencesFor: (text: string, person_id: PersonId) => Promise<Strings>
  readonly tokens: TokenCounter
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
  readonly metrics: Metrics
  /** Told that a session ended and waits to be moved into long-term memory. */
  readonly sessionEnded: () => void
}
