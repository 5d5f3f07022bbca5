import { readFile } from 'node:fs/promises'
import type { Channel } from '../channels/channel.ts'
import type { Settings } from '../config/settings.ts'
import { createTone } from '../conversation/tone.ts'
import type { Commands } from '../conversation/commands.ts'
import { createChanges } from '../conversation/message-events.ts'
import { createInbox } from '../conversation/inbox.ts'
import { createBackfill } from '../conversation/backfill.ts'
import { createOutbox } from '../conversation/outbox.ts'
import { createPacer } from '../conversation/pacing/pacer.ts'
import type { ProfileOf } from '../conversation/profile.ts'
import { createQuietHours } from '../conversation/pacing/quiet-hours.ts'
import { DEFAULT_SYSTEM_PROMPT } from '../conversation/system-prompt.ts'
import { createTurn } from '../conversation/turn.ts'
import type { Conversation } from '../conversation/conversation.ts'
import type { ScopePolicy } from '../retrieval/scope-policy.ts'
import type { SearchService } from '../retrieval/search-service.ts'
import type { ChatId } from '../messages/message.ts'
import type { Scope } from '../messages/scope.ts'
import type { LanguageModel } from '../models/language-model.ts'
import { HOUR_MS } from '../platform/clock.ts'
import { DenidinError } from '../platform/errors.ts'
import type { HealthCheck } from '../platform/health.ts'
import type { Sessions } from '../sessions/sessions.ts'
import { stringsFor } from '../conversation/reply-language.ts'
import { remembers } from './memory.ts'
import type { Stores } from './stores.ts'
import type { Runtime } from './runtime.ts'

export interface PipelineDeps {
  readonly settings: Settings
  readonly stores: Stores
  readonly windows: Sessions
  readonly search: SearchService
  readonly scopes: ScopePolicy
  readonly profileOf: ProfileOf
  readonly model: LanguageModel
  readonly commands: () => Commands
  readonly channels: () => readonly Channel[]
  readonly sessionEnded: () => void
  /** Told that words of a session were changed or taken back. */
  readonly sessionChanged: () => void
  readonly stopping: AbortSignal
}

/** The road, and what happens beside it. */
export interface Pipeline {
  readonly conversation: Conversation
  /** What a channel tells besides messages that come in. */
  readonly changes: ReturnType<typeof createChanges> & ReturnType<typeof createBackfill>
  readonly delivery: HealthCheck
}

/** The road of a message, from the inbox to the outbox. */
export const createPipeline = async (road: PipelineDeps, parts: Runtime): Promise<Pipeline> => {
  const { settings, stores } = road
  const keep = settings.feature_flags.enable_memory_system
  const channelOf = (chat_id: ChatId): Channel | undefined => road.channels().find(each => each.serves(chat_id))
  const inLanguage = stringsFor(stores.preferences)
  const { stopping } = road
  const answer_within_ms = settings.conversation.answer_within_hours * HOUR_MS
  const quiet = createQuietHours({
    settings: settings.conversation,
    people: stores.people,
    clock: parts.clock,
    onPhone: chat_id => channelOf(chat_id)?.pace !== 'immediate',
  })
  const paused = async (scope: Scope): Promise<boolean> =>
    (await stores.pauses.at(scope, parts.clock.now())) !== undefined
  const pacer = createPacer({ ...parts, settings: settings.conversation.pacing, stopping })
  const outbox = createOutbox({
    ...parts,
    messages: stores.messages,
    channelOf,
    pacer,
    stopping,
    useless_after_ms: answer_within_ms,
    delay: async reply => (await paused(reply.scope)) || (await quiet.delay(reply)),
  })
  const turn = createTurn({
    ...parts,
    people: stores.people,
    messages: stores.messages,
    outbox,
    channelOf,
    sentencesFor: inLanguage,
    memoryLog: stores.memoryLog,
    windows: road.windows,
    search: road.search,
    scopes: road.scopes,
    facts: stores.memories,
    model: road.model,
    tone: createTone(settings.affect, parts.logger),
    profileOf: road.profileOf,
    commands: road.commands,
    sessionEnded: road.sessionEnded,
    pauses: stores.pauses,
    settings: {
      system_prompt: await systemPrompt(settings.ai.system_prompt_file),
      max_tokens: settings.ai.max_tokens,
      temperature: settings.ai.temperature,
      window_tokens: settings.memory.session.max_tokens_by_role,
      recall_tokens: remembers(settings) ? settings.memory.longterm.recall_tokens : 0,
      keep,
    },
  })
  const conversation = createInbox({
    ...parts,
    people: stores.people,
    messages: stores.messages,
    windows: road.windows,
    turn,
    outbox,
    stringsFor: inLanguage,
    quiet,
    paused,
    reaches: chat_id => channelOf(chat_id) !== undefined,
    settings: { ...settings.conversation, answer_within_ms, keep },
  })
  const changes = createChanges({
    ...parts,
    people: stores.people,
    messages: stores.messages,
    windows: road.windows,
    pauses: stores.pauses,
    exclusive: conversation.exclusive,
    sessionChanged: road.sessionChanged,
    settings: {
      keep,
      takeover_minutes: settings.conversation.takeover_minutes,
      window_tokens: settings.memory.session.max_tokens_by_role,
    },
  })
  const missed = createBackfill({ messages: stores.messages, conversation, ownerWrote: changes.ownerWrote })
  return { conversation, changes: { ...changes, ...missed }, delivery: outbox }
}

const systemPrompt = async (file: string | undefined): Promise<string> => {
  if (file === undefined) return DEFAULT_SYSTEM_PROMPT
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new DenidinError('invalid_config', `ai.system_prompt_file: ${file} cannot be read`, { cause: error })
  }
}
