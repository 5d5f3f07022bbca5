/** What the pipeline is made from, and what it gives. */
import type { ChannelEvents } from '../channels/channel.ts'
import type { Settings } from '../config/settings.ts'
import type { Admission } from '../conversation/admission.ts'
import type { AnswersUnderWay } from '../conversation/answers-under-way.ts'
import type { CommandHandler } from '../conversation/command-handler.ts'
import type { Conversation } from '../conversation/conversation.ts'
import type { CurrentTexts } from '../conversation/current-texts.ts'
import type { MeasuredTexts } from '../conversation/packing/measured-texts.ts'
import type { TurnBudgets } from '../conversation/packing/turn-budget.ts'
import type { ProfileOf } from '../conversation/profile.ts'
import type { RecallOverrides } from '../conversation/recall-overrides.ts'
import type { RecentChanges } from '../conversation/recent-changes.ts'
import type { stringsFor } from '../conversation/reply-language.ts'
import type { ReplyWriter } from '../conversation/reply-writer.ts'
import type { TurnMessage } from '../conversation/turn-message.ts'
import type { TurnScheduler } from '../conversation/turn-scheduler.ts'
import type { SharedMemory } from '../memory/shared-memory.ts'
import type { Scope } from '../messages/scope.ts'
import type { LanguageModel } from '../models/language-model.ts'
import type { ScopePolicy } from '../retrieval/scope-policy.ts'
import type { SearchService } from '../retrieval/search-service.ts'
import type { TurnObserver } from '../rollout/answered-turn.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { Delivery } from './delivery.ts'
import type { Remembers } from './rollout.ts'
import type { Runtime } from './runtime.ts'
import type { Stores } from './stores.ts'

export interface PipelineDeps {
  readonly settings: Settings
  readonly stores: Stores
  readonly scheduler: TurnScheduler<TurnMessage>
  readonly delivery: Delivery
  readonly sessions: {
    readonly windows: Sessions
    /** Called when a session ended and waits to be moved into long-term memory. */
    readonly ended: () => void
    /** Called when messages of a session were changed or deleted. */
    readonly changed: () => void
  }
  readonly recall: {
    readonly search: SearchService
    /** What everyone may recall, as far as a conversation has it. */
    readonly sharedOf: (scope: Scope) => Promise<SharedMemory>
    readonly scopes: ScopePolicy
    readonly profileOf: ProfileOf
    readonly recallOverrides: RecallOverrides
    /** What packing has measured of long messages. */
    readonly measured: MeasuredTexts
  }
  readonly budgets: TurnBudgets
  readonly rollout: {
    /** Whether the messages of a conversation may be stored and recalled. */
    readonly remembers: Remembers
    readonly observer: TurnObserver
  }
  readonly model: LanguageModel
  readonly commands: CommandHandler
}

export interface Pipeline {
  readonly conversation: Conversation
  /** The events of channels. */
  readonly events: Omit<ChannelEvents, 'ready'>
}

/** Dependencies that several parts of the pipeline share. */
export interface PipelineShared extends Runtime {
  readonly admission: Admission
  readonly underWay: AnswersUnderWay
  readonly currentTexts: CurrentTexts
  readonly recent: Pick<RecentChanges, 'edited' | 'deleted' | 'wordsOf'>
  readonly stringsFor: ReturnType<typeof stringsFor>
  readonly writer: ReplyWriter
}
