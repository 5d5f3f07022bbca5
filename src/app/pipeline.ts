/** Wires the pipeline of a message, from the inbox to the outbox, and the handling of changed messages. */
import { readFile } from 'node:fs/promises'
import { hasLongTermMemory } from '../config/features.ts'
import type { Settings } from '../config/settings.ts'
import { AnswerRules } from '../conversation/admission.ts'
import { AnswersUnderWay } from '../conversation/answers-under-way.ts'
import { Apologies } from '../conversation/apologies.ts'
import { BatchLoader } from '../conversation/batch-loader.ts'
import { CommandRunner } from '../conversation/command-runner.ts'
import { currentTexts, storedTexts } from '../conversation/current-texts.ts'
import { Dispatcher } from '../conversation/dispatcher.ts'
import { Inbox } from '../conversation/inbox.ts'
import { MessageRecorder } from '../conversation/message-recorder.ts'
import { FailedTurns } from '../conversation/failed-turns.ts'
import { ContextPacker } from '../conversation/packing/context-packer.ts'
import { fixedBudgets } from '../conversation/packing/turn-budget.ts'
import { RecentChanges } from '../conversation/recent-changes.ts'
import { MessageRate } from '../conversation/pacing/message-rate.ts'
import { RateLimits } from '../conversation/rate-limits.ts'
import { Recovery } from '../conversation/recovery.ts'
import { stringsFor } from '../conversation/reply-language.ts'
import { ReplyWriter } from '../conversation/reply-writer.ts'
import { DEFAULT_SYSTEM_PROMPT, STATELESS_SYSTEM_PROMPT } from '../conversation/system-prompt.ts'
import { createTone } from '../conversation/tone.ts'
import { Turn } from '../conversation/turn.ts'
import { Turns } from '../conversation/turns.ts'
import { UnreadableMessages } from '../conversation/unreadable-messages.ts'
import { UnseenMedia } from '../conversation/unseen-media.ts'
import { noSharedMemory } from '../memory/shared-memory.ts'
import { PROFILE_TOKENS } from '../memory/profiles.ts'
import type { ChatId } from '../messages/message.ts'
import { DenidinError } from '../platform/errors.ts'
import { zoneOf } from '../people/personal-zones.ts'
import { noTurnObserver } from '../rollout/answered-turn.ts'
import { statelessSessions } from '../sessions/stateless-sessions.ts'
import { answerWithinMs } from './delivery.ts'
import type { Pipeline, PipelineDeps, PipelineShared } from './pipeline-deps.ts'
import { createEvents } from './pipeline-events.ts'
import type { Runtime } from './runtime.ts'

/** Wires the pipeline and starts it: from now on the scheduler passes batches to it. */
export const createPipeline = async (deps: PipelineDeps, runtime: Runtime): Promise<Pipeline> => {
  const { stores, scheduler, delivery } = deps
  const shared: PipelineShared = {
    ...runtime,
    stringsFor: stringsFor(stores),
    writer: delivery.writer,
    underWay: new AnswersUnderWay(),
    admission: new AnswerRules({ ...runtime, ...deps.settings.whatsapp, ...stores, channelOf: delivery.channelOf }),
    ...createChangedTexts(deps, runtime),
  }
  const repairs = createRepairs(deps, shared)
  const turn = await createTurns(deps, shared)
  const dispatcher = createDispatcher(deps, shared, repairs, turn)
  scheduler.start((scope, batch) => dispatcher.dispatch(scope, batch))
  const conversation = createInbox(deps, shared, repairs)
  return { conversation, events: createEvents(deps, shared, conversation) }
}

/** Whether messages may be stored at all. */
const keeps = (settings: Settings): boolean => settings.feature_flags.enable_memory_system

/** Changed texts are read from the store; for conversations without memory, the changes are remembered for a while. */
const createChangedTexts = (
  { stores }: PipelineDeps,
  { tokens }: Runtime,
): Pick<PipelineShared, 'currentTexts' | 'recent'> => {
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
const createTurns = async (deps: PipelineDeps, shared: PipelineShared): Promise<Pick<Turn, 'run'>> => {
  const { settings } = deps
  const stateless = createTurn(
    {
      ...deps,
      settings: { ...settings, feature_flags: { ...settings.feature_flags, enable_memory_system: false } },
      sessions: { ...deps.sessions, windows: statelessSessions },
      recall: { ...deps.recall, sharedOf: async () => noSharedMemory, profileOf: () => Promise.resolve([]) },
      budgets: fixedBudgets,
      rollout: { ...deps.rollout, observer: noTurnObserver },
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

const createTurn = (deps: PipelineDeps, shared: PipelineShared, system_prompt: string): Turn => {
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
    observer: deps.rollout.observer,
    clock,
    logger,
  })
}

const createDispatcher = (
  { settings, stores, sessions, scheduler, delivery, commands, rollout: { remembers } }: PipelineDeps,
  shared: PipelineShared,
  { apologies, failed }: Repairs,
  turn: Pick<Turn, 'run'>,
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
        quotes: messages.quotes,
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
      failed,
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
  { settings, stores, scheduler, delivery, rollout: { remembers } }: PipelineDeps,
  shared: PipelineShared,
  { apologies, failed, recovery }: Repairs,
): Inbox => {
  const { deferred, quiet } = delivery
  return new Inbox({
    ...shared,
    scheduler,
    deferred,
    failed,
    quiet,
    recorder: new MessageRecorder({
      ...shared,
      rules: {
        answer_within_ms: answerWithinMs(settings),
        remembers,
        admission: shared.admission,
        zoneOf: zoneOf(stores.preferences, shared.clock),
      },
      people: stores.people,
      members: stores.memberNames,
      messages: stores.messages,
      apologies,
    }),
    recovery,
  })
}

/** What is done about messages that could not be recorded or answered. */
interface Repairs {
  readonly recovery: Recovery
  readonly apologies: Apologies
  readonly failed: FailedTurns
}

const createRepairs = ({ stores, scheduler, delivery }: PipelineDeps, shared: PipelineShared): Repairs => {
  const { messages, database } = stores
  const { outbox, paused, channelOf } = delivery
  const serves = (chat_id: ChatId): boolean => channelOf(chat_id) !== undefined
  const recovery = new Recovery({ ...shared, messages, outbox, scheduler, paused, serves })
  return {
    recovery,
    apologies: new Apologies({ ...shared, messages, outbox }),
    failed: new FailedTurns({
      handleAgain: async message_ids => {
        await recovery.takeUp(await recovery.waitingOf(message_ids))
      },
      probe: () => {
        database.touch()
      },
      clock: shared.clock,
      logger: shared.logger.for('conversation'),
    }),
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
