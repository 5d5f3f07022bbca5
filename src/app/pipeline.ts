/** Wires the pipeline of a message, from the inbox to the outbox, and the handling of changed messages. */
import { readFile } from 'node:fs/promises'
import type { ChannelEvents } from '../channels/channel.ts'
import { hasLongTermMemory } from '../config/features.ts'
import type { Settings } from '../config/settings.ts'
import { AnswerRules, type Admission } from '../conversation/admission.ts'
import { AnswersUnderWay } from '../conversation/answers-under-way.ts'
import { Apologies } from '../conversation/apologies.ts'
import { AutomaticReplies } from '../conversation/automatic-replies.ts'
import { Backfill } from '../conversation/backfill.ts'
import { BatchLoader } from '../conversation/batch-loader.ts'
import { beginningNotice } from '../conversation/beginning-notice.ts'
import type { CommandHandler } from '../conversation/command-handler.ts'
import { CommandRunner } from '../conversation/command-runner.ts'
import type { Conversation } from '../conversation/conversation.ts'
import { currentTexts, storedTexts, type CurrentTexts } from '../conversation/current-texts.ts'
import { Dispatcher } from '../conversation/dispatcher.ts'
import { Inbox } from '../conversation/inbox.ts'
import { KnownIds } from '../conversation/known-ids.ts'
import { MentionNames, withMentionNames } from '../conversation/mention-names.ts'
import { guardHistory } from '../messages/erasure-guard.ts'
import { MessageEvents } from '../conversation/message-events.ts'
import { MessageRecorder } from '../conversation/message-recorder.ts'
import { OwnerTakeover } from '../conversation/owner-takeover.ts'
import type { MeasuredTexts } from '../conversation/packing/measured-texts.ts'
import { ContextPacker } from '../conversation/packing/context-packer.ts'
import { fixedBudgets, type TurnBudgets } from '../conversation/packing/turn-budget.ts'
import type { ProfileOf } from '../conversation/profile.ts'
import { RecentChanges, type ChangeListener } from '../conversation/recent-changes.ts'
import { MessageRate } from '../conversation/pacing/message-rate.ts'
import type { RecallOverrides } from '../conversation/recall-overrides.ts'
import { RateLimits } from '../conversation/rate-limits.ts'
import { Recovery } from '../conversation/recovery.ts'
import { stringsFor } from '../conversation/reply-language.ts'
import { ReplyWriter } from '../conversation/reply-writer.ts'
import { DEFAULT_SYSTEM_PROMPT, STATELESS_SYSTEM_PROMPT } from '../conversation/system-prompt.ts'
import { createTone } from '../conversation/tone.ts'
import { Turn } from '../conversation/turn.ts'
import { Turns } from '../conversation/turns.ts'
import type { TurnMessage } from '../conversation/turn-message.ts'
import type { TurnScheduler } from '../conversation/turn-scheduler.ts'
import { UnreadableMessages } from '../conversation/unreadable-messages.ts'
import { UnseenMedia } from '../conversation/unseen-media.ts'
import { noSharedMemory, type SharedMemory } from '../memory/shared-memory.ts'
import { PROFILE_TOKENS } from '../memory/profiles.ts'
import { MessageIdentity } from '../messages/message-identity.ts'
import type { Scope } from '../messages/scope.ts'
import type { LanguageModel } from '../models/language-model.ts'
import { ChatAddresses } from '../people/chat-addresses.ts'
import { DenidinError } from '../platform/errors.ts'
import { zoneOf } from '../people/personal-zones.ts'
import type { ScopePolicy } from '../retrieval/scope-policy.ts'
import type { SearchService } from '../retrieval/search-service.ts'
import { noTurnObserver, type TurnObserver } from '../rollout/answered-turn.ts'
import type { Sessions } from '../sessions/sessions.ts'
import { statelessSessions } from '../sessions/stateless-sessions.ts'
import { answerWithinMs, type Delivery } from './delivery.ts'
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
  readonly remembers: Remembers
  readonly observer: TurnObserver
  readonly model: LanguageModel
  readonly commands: CommandHandler
}

export interface Pipeline {
  readonly conversation: Conversation
  /** The events of channels. */
  readonly events: Omit<ChannelEvents, 'ready'>
}

/** Wires the pipeline and starts it: from now on the scheduler passes batches to it. */
export const createPipeline = async (deps: PipelineDeps, runtime: Runtime): Promise<Pipeline> => {
  const { stores, scheduler, delivery } = deps
  const shared: Shared = {
    ...runtime,
    stringsFor: stringsFor(stores.preferences),
    writer: delivery.writer,
    underWay: new AnswersUnderWay(),
    admission: new AnswerRules({ ...runtime, ...deps.settings.whatsapp, ...stores, channelOf: delivery.channelOf }),
    ...createChangedTexts(deps, runtime),
  }
  const recovery = createRecovery(deps, shared)
  const apologies = new Apologies({
    ...shared,
    messages: stores.messages,
    outbox: delivery.outbox,
    answerAgain: async message_ids => {
      await recovery.takeUp(await recovery.waitingOf(message_ids))
    },
  })
  const turn = await createTurns(deps, shared)
  const dispatcher = createDispatcher(deps, shared, { apologies, turn })
  scheduler.start((scope, batch) => dispatcher.dispatch(scope, batch))
  const conversation = createInbox(deps, shared, { apologies, recovery })
  return { conversation, events: createEvents(deps, shared, conversation) }
}

/** Shared dependencies of several parts of the pipeline. */
interface Shared extends Runtime {
  readonly admission: Admission
  readonly underWay: AnswersUnderWay
  readonly currentTexts: CurrentTexts
  readonly recent: ChangeListener
  readonly stringsFor: ReturnType<typeof stringsFor>
  readonly writer: ReplyWriter
}

/** Whether messages may be stored at all. */
const keeps = (settings: Settings): boolean => settings.feature_flags.enable_memory_system

/** Changed texts are read from the store; for conversations without memory, the changes are remembered for a while. */
const createChangedTexts = ({ stores }: PipelineDeps, { tokens }: Runtime): Pick<Shared, 'currentTexts' | 'recent'> => {
  const recent = new RecentChanges(tokens)
  return {
    currentTexts: currentTexts(storedTexts(stores.messages.history), async batch => recent.apply(batch)),
    recent,
  }
}

/**
 * Answers with memory, and without. The second is wired exactly as with the master switch off, so that people whom a
 * rollout has not reached get what they would get then.
 */
const createTurns = async (deps: PipelineDeps, shared: Shared): Promise<Pick<Turn, 'run'>> => {
  const { settings } = deps
  const stateless = createTurn(
    {
      ...deps,
      settings: { ...settings, feature_flags: { ...settings.feature_flags, enable_memory_system: false } },
      sessions: { ...deps.sessions, windows: statelessSessions },
      recall: { ...deps.recall, sharedOf: async () => noSharedMemory, profileOf: () => Promise.resolve([]) },
      budgets: fixedBudgets,
      observer: noTurnObserver,
    },
    { ...shared, writer: new ReplyWriter({ ...shared, remembers: async () => false }) },
    await readSystemPrompt(settings.ai.system_prompt_file, false),
  )
  if (!keeps(settings)) return stateless
  const remembering = createTurn(
    deps,
    { ...shared, writer: new ReplyWriter({ ...shared, remembers: async () => true }) },
    await readSystemPrompt(settings.ai.system_prompt_file, true),
  )
  return new Turns({ remembering, stateless })
}

const createTurn = (deps: PipelineDeps, shared: Shared, system_prompt: string): Turn => {
  const { settings, stores, sessions, recall, delivery } = deps
  const { ai, affect, memory } = settings
  const recall_tokens = hasLongTermMemory(settings) ? memory.longterm.recall_tokens : 0
  const { clock, logger, metrics, writer } = shared
  return new Turn({
    sessions: {
      windows: sessions.windows,
      sessionEnded: sessions.ended,
      memoryLog: stores.memoryLog,
      clock,
      keep: keeps(settings),
    },
    packing: {
      recall: {
        search: recall.search,
        sharedOf: recall.sharedOf,
        scopes: recall.scopes,
        facts: stores.memories,
        clock,
        recall_tokens,
        recallOverrides: recall.recallOverrides,
      },
      clock,
      budgets: deps.budgets,
      preferences: stores.preferences,
      packer: new ContextPacker(shared.tokens, recall.measured),
      budget: { recall: recall_tokens, profile: PROFILE_TOKENS },
      system_prompt,
      keep: keeps(settings),
      quotes: stores.messages.quotes,
      profileOf: recall.profileOf,
      tone: createTone(affect, logger),
    },
    completion: {
      model: deps.model,
      max_tokens: ai.max_tokens,
      temperature: ai.temperature,
      logger: logger.for('conversation'),
      metrics,
    },
    delivery: { outbox: delivery.outbox, writer },
    usage: stores.budgetUsage,
    warning: {
      limits: stores.spending.warnings,
      outbox: delivery.outbox,
      writer,
      logger: logger.for('usage'),
    },
    messages: stores.messages,
    observer: deps.observer,
    clock,
    logger,
  })
}

const createDispatcher = (
  { settings, stores, sessions, scheduler, delivery, commands, remembers }: PipelineDeps,
  shared: Shared,
  { apologies, turn }: { readonly apologies: Apologies; readonly turn: Pick<Turn, 'run'> },
): Dispatcher => {
  const { outbox, channelOf, loops } = delivery
  const { messages, people, pauses } = stores
  return new Dispatcher({
    ...shared,
    loops,
    messages,
    batches: new BatchLoader({
      ...shared,
      people,
      pauses,
      requeue: message => {
        scheduler.push(message.scope, [message], false)
      },
    }),
    handlers: {
      commands: new CommandRunner({
        ...shared,
        commands,
        messages,
        outbox,
        channelOf,
        scrub: () => {
          stores.database.scrub()
        },
      }),
      unreadable: new UnreadableMessages({ ...shared, messages, outbox }),
      unseen: new UnseenMedia({ messages, outbox, writer: shared.writer }),
      rates: new RateLimits({
        ...shared,
        rate: new MessageRate({ settings: settings.limits, counts: stores.messageCounts, clock: shared.clock }),
        exempt_godfather: settings.limits.exempt_godfather,
        outbox,
      }),
      turn,
      apologies,
    },
    contexts: {
      ...shared,
      channelOf,
      lastSaid: async (scope, person_id) =>
        (await remembers(scope)) ? await sessions.windows.lastSaid(scope, person_id) : undefined,
      remembers,
      zoneOf: zoneOf(stores.preferences, shared.clock),
      window_tokens: settings.memory.session.max_tokens_by_role,
    },
  })
}

const createInbox = (
  { settings, stores, scheduler, delivery, remembers }: PipelineDeps,
  shared: Shared,
  { apologies, recovery }: { readonly apologies: Apologies; readonly recovery: Recovery },
): Inbox => {
  const { deferred, quiet } = delivery
  return new Inbox({
    ...shared,
    scheduler,
    deferred,
    quiet,
    recorder: new MessageRecorder({
      ...shared,
      rules: { answer_within_ms: answerWithinMs(settings), remembers, admission: shared.admission },
      people: stores.people,
      members: stores.memberNames,
      messages: stores.messages,
      apologies,
    }),
    recovery,
  })
}

const createRecovery = ({ stores, scheduler, delivery }: PipelineDeps, shared: Shared): Recovery =>
  new Recovery({
    ...shared,
    messages: stores.messages,
    outbox: delivery.outbox,
    scheduler,
    paused: delivery.paused,
    serves: chat_id => delivery.channelOf(chat_id) !== undefined,
  })

/** Edits, deletions and reactions. */
const createChanges = (
  { stores, scheduler, sessions, delivery, recall }: PipelineDeps,
  shared: Shared,
  conversation: Conversation,
): MessageEvents => {
  const { people, messages, erasures, applied, forgettable } = stores
  const { underWay } = shared
  const recent: ChangeListener = {
    edited: (message_id, words) => {
      shared.recent.edited(message_id, words)
      recall.measured.forget([message_id])
    },
    deleted: message_id => {
      shared.recent.deleted(message_id)
      recall.measured.forget([message_id])
    },
  }
  const history = guardHistory(messages.history, { erasures, applied, messages: forgettable })
  return new MessageEvents({
    ...shared,
    answers: { underWay, recent, again: message_ids => conversation.answerAgain(message_ids) },
    people,
    messages: { ...messages, history },
    windows: sessions.windows,
    exclusive: scheduler.exclusive,
    sessionChanged: sessions.changed,
    tellCut: async (message, text) => {
      const notice = beginningNotice(await shared.stringsFor(text, message.person_id))
      await delivery.outbox.notify(shared.writer.notice([], message, notice))
    },
  })
}

const createEvents = (deps: PipelineDeps, shared: Shared, conversation: Conversation): Pipeline['events'] => {
  const { settings, stores, scheduler, sessions, remembers } = deps
  const { people, messages, pauses, erasures, memberNames: members } = stores
  const { exclusive } = scheduler
  const changes = createChanges(deps, shared, conversation)
  const automatic = new AutomaticReplies()
  const takeover = new OwnerTakeover({
    ...shared,
    people,
    messages,
    erasures,
    sessions: { windows: sessions.windows, exclusive },
    pauses,
    automatic,
    remembers,
    settings: {
      takeover_minutes: settings.conversation.takeover_minutes,
      window_tokens: settings.memory.session.max_tokens_by_role,
    },
  })
  const backfill = new Backfill({ messages, conversation, takeover, automatic })
  const addresses = new ChatAddresses(people)
  const known = new KnownIds({
    addresses,
    identity: new MessageIdentity({ known: messages.known, addresses }),
    events: withMentionNames(new MentionNames({ people, members }), {
      message: message => {
        automatic.heard(message)
        return conversation.receive(message)
      },
      backfilled: chat => backfill.backfilled(chat),
      recordedUntil: chat_ids => backfill.recordedUntil(chat_ids),
      edited: change => changes.edited(change),
      deleted: message_id => changes.deleted(message_id),
      reacted: reaction => changes.reacted(reaction),
      ownerWrote: message => takeover.ownerWrote(message),
    }),
  })
  return {
    message: message => known.message(message),
    backfilled: chat => known.backfilled(chat),
    recordedUntil: chat_ids => known.recordedUntil(chat_ids),
    edited: change => known.edited(change),
    deleted: message_id => known.deleted(message_id),
    reacted: reaction => known.reacted(reaction),
    ownerWrote: message => known.ownerWrote(message),
  }
}

const readSystemPrompt = async (file: string | undefined, remembers: boolean): Promise<string> => {
  if (file === undefined) return remembers ? DEFAULT_SYSTEM_PROMPT : STATELESS_SYSTEM_PROMPT
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new DenidinError('invalid_config', `ai.system_prompt_file: ${file} cannot be read`, { cause: error })
  }
}
