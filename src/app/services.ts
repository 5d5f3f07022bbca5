/** Builds the services on the foundation: sessions, learning, delivery, privacy, channels and the conscious agent. */
import type { ProfileSource } from '../budget/profiles/profile-source.ts'
import { forgetChangedTasks } from '../budget/usage/forget-changed-tasks.ts'
import type { Channel } from '../channels/channel.ts'
import { createConsoleChannel, type ConsoleChannel } from '../channels/console/console-channel.ts'
import { MeasuredTexts } from '../conversation/packing/measured-texts.ts'
import { RecallOverrides } from '../conversation/recall-overrides.ts'
import type { TurnMessage } from '../conversation/turn-message.ts'
import type { TurnScheduler } from '../conversation/turn-scheduler.ts'
import type { ConsciousAgent } from '../learning/agent/conscious-agent.ts'
import type { SessionLifecycle } from '../learning/session-lifecycle.ts'
import { HOUR_MS } from '../platform/clock.ts'
import type { MessageExpiry } from '../privacy/message-expiry.ts'
import type { SessionBrowser } from '../sessions/session.ts'
import { createSessions, type Sessions } from '../sessions/sessions.ts'
import { statelessSessions } from '../sessions/stateless-sessions.ts'
import { createAgent } from './agent.ts'
import { createProfileSource } from './budget.ts'
import { createDelivery, createScheduler, type Delivery } from './delivery.ts'
import { createKnowledge, type Knowledge } from './knowledge/knowledge.ts'
import { createLearning, extractionProviders, type AppLearning } from './learning.ts'
import { createExpiry, createPrivacy, type Privacy } from './privacy.ts'
import { createClosing, withExpiry } from './session-lifecycle.ts'
import type { AppDeps } from './app-deps.ts'
import type { Foundation, ProcessState } from './foundation.ts'

/** The services on the foundation, for operations and the pipeline. */
export interface Services {
  readonly sessions: Sessions & SessionBrowser
  /** Sessions as the pipeline uses them. */
  readonly windows: Sessions
  readonly learning: AppLearning
  readonly scheduler: TurnScheduler<TurnMessage>
  readonly console: ConsoleChannel
  readonly recallOverrides: RecallOverrides
  /** What packing has measured of long messages. */
  readonly measured: MeasuredTexts
  /** Includes the console. */
  readonly channels: readonly Channel[]
  readonly lifecycle: SessionLifecycle
  /** Sweeps ended sessions in the background, soon. */
  readonly sweepSoon: () => void
  readonly privacy: Privacy
  /** Forgets expired disappearing messages in the background, soon. */
  readonly expireSoon: () => void
  /** Removes text of changed messages from the usage log of budgets in the background, soon. */
  readonly forgetTasksSoon: () => void
  readonly delivery: Delivery
  readonly agent: ConsciousAgent
  readonly profiles: ProfileSource
  readonly knowledge: Knowledge
}

/** Builds the services in the order of their dependencies. */
export const createServices = (app: AppDeps, foundation: Foundation, process: ProcessState): Services => {
  const { settings, parts, channels: others = [] } = app
  const { stores, personalData, models, audit, exportFiles, memory, archive, remembers } = foundation
  const { stopping, background } = process
  const { timeout_ms, sessions, windows, learning } = createWindows(app, foundation, process)

  // The queues of all scopes come first: any code that must run alone in one gets `exclusive` from here.
  const scheduler = createScheduler(settings, parts)
  const { exclusive } = scheduler
  const console = createConsole(scheduler, parts)
  const channels = [console, ...others]
  const closing = createClosing(
    { settings, stores, sessions, memory: memory.memory, learning, exclusive, timeout_ms },
    parts,
  )
  // Expiry is built on privacy, so the sessions that it changes are learned again through this task, not through
  // expiry.
  const learnAgainSoon = background.coalesced('learning again from changed sessions', () =>
    closing.sweep({ signal: stopping.signal }),
  )
  const measured = new MeasuredTexts()
  const privacy = createPrivacy(
    {
      stores,
      measured,
      exportFiles,
      personalData,
      sessions: { windows: sessions, exclusive, changed: learnAgainSoon },
      features: memory,
      archive,
      audit,
      background,
    },
    parts,
  )
  const delivery = createDelivery(
    { settings, stores, windows, channels, exclusive, stopping: stopping.signal, remembers },
    parts,
  )
  const expiry = createExpiry(
    { stores, forgetting: privacy.forgetting, channelOf: delivery.channelOf, exclusive },
    parts,
  )
  const forgetTasksSoon = background.coalesced('forgetting changed words in the usage log', () =>
    forgetChangedTasks({ changeLog: stores.changeLog, tasks: stores.usageTasks }),
  )
  const agent = createAgent(
    { settings, stores, embedder: models.embedder, learner: learning.learner, gate: foundation.rollouts },
    parts,
  )
  return {
    sessions,
    windows,
    learning,
    scheduler,
    console,
    recallOverrides: new RecallOverrides(),
    measured,
    channels,
    ...createSweeps(withExpiry(closing, expiry), expiry, process),
    privacy,
    forgetTasksSoon,
    delivery,
    agent,
    profiles: createProfileSource(settings, parts),
    knowledge: createKnowledge({ settings, stores, features: memory, background }, parts),
  }
}

/** The lifecycle of sessions, and the background sweeps. */
const createSweeps = (
  lifecycle: SessionLifecycle,
  expiry: Pick<MessageExpiry, 'sweep'>,
  { stopping, background }: ProcessState,
): Pick<Services, 'lifecycle' | 'sweepSoon' | 'expireSoon'> => {
  const { signal } = stopping
  return {
    lifecycle,
    sweepSoon: background.coalesced('sweeping ended sessions', () => lifecycle.sweep({ signal })),
    expireSoon: background.coalesced('forgetting disappearing messages', () => expiry.sweep({ signal })),
  }
}

/** The sessions, their use by the pipeline, and learning from them. */
const createWindows = (
  { settings, parts }: AppDeps,
  { stores, models, knowledge, memory, rollouts }: Foundation,
  { stopping, background }: ProcessState,
): Pick<Services, 'sessions' | 'windows' | 'learning'> & { readonly timeout_ms: number } => {
  const timeout_ms = settings.memory.session.session_timeout_hours * HOUR_MS
  const sessions = createSessions({ ...parts, ...stores, timeout_ms })
  const providers = extractionProviders(settings, { meter: stores.meter, knowledge }, parts)
  const { language, embedder } = models
  const learning = createLearning(
    { settings, stores, memory: memory.memory, model: language, embedder, providers, gate: rollouts },
    parts,
  )
  const windows = settings.feature_flags.enable_memory_system
    ? learning.whileRunning(sessions, background, stopping.signal)
    : statelessSessions
  return { timeout_ms, sessions, windows, learning }
}

const createConsole = (
  scheduler: Services['scheduler'],
  { clock, ids }: Pick<AppDeps['parts'], 'clock' | 'ids'>,
): Services['console'] =>
  createConsoleChannel({
    clock,
    ids,
    whenIdle: chat_id => scheduler.whenIdle(message => message.chat_id === chat_id),
  })
