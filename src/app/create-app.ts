/**
 * The composition root. It opens the stores and indexes, then the people, builds the features in the order of their
 * dependencies, and lists the modules in the order in which they start:
 *
 *   stores → models → indexes → people → memory and search → sessions, learning, delivery → operations → pipeline
 */
import { PersonChats } from '../conversation/person-chat.ts'
import { commandLanguage } from '../conversation/reply-language.ts'
import { createChatCommands } from '../interfaces/chat/commands.ts'
import { zoneOf } from '../people/personal-zones.ts'
import { noSharedMemory } from '../memory/shared-memory.ts'
import { operations } from '../operations/list.ts'
import { createRunner, type Runner } from '../operations/runner.ts'
import { BackgroundTasks } from '../platform/background-tasks.ts'
import { asDenidinError, DenidinError } from '../platform/errors.ts'
import type { HealthCheck } from '../platform/health.ts'
import { createProfileReader } from './agent.ts'
import type { TurnObserver } from '../rollout/answered-turn.ts'
import { createMigrations } from './backup/migrations.ts'
import { createAdministratorChat, createAlerts, createWatchHealth } from './alerts.ts'
import { createTurnBudgets } from './budget.ts'
import { createDiskCheck } from './doctor/component-checkups.ts'
import { createOperationContext, type OperationContextDeps } from './operation-context.ts'
import { createPipeline } from './pipeline.ts'
import type { Pipeline } from './pipeline-deps.ts'
import { createRolloutWatch, rolloutContext } from './rollout.ts'
import type { Stores } from './stores.ts'
import { Uptime } from './uptime.ts'
import { createAppMeasures, createInstallationMetrics, type WatchDeps } from './watch.ts'
import { RecentAnswers } from '../watch/recent-answers.ts'
import type { AppDeps } from './app-deps.ts'
import { openFoundation, type Foundation, type ProcessState } from './foundation.ts'
import { createServices, type Services } from './services.ts'
import { App } from './app.ts'

/**
 * Wires everything together; the caller owns the data folder. Disposing of the app finishes the turns in progress, closes
 * the channels, and stops Chroma.
 */
export const createApp = async (given: AppDeps): Promise<App> => {
  const answers = new RecentAnswers(given.parts.clock)
  const deps = { ...given, parts: { ...given.parts, metrics: answers.following(given.parts.metrics) } }
  const process: ProcessState = {
    stopping: new AbortController(),
    background: new BackgroundTasks(deps.parts.logger.for('app')),
    uptime: new Uptime(),
  }
  const foundation = await openFoundation(deps)
  const services = createServices(deps, foundation, process)
  const watch = createRolloutWatch(deps.settings, foundation, deps.parts)
  const measures = createAppMeasures(deps.settings, foundation, answers, deps.parts)
  const checks = [...healthChecks(deps, foundation, services), watch.autoPause, ...measures]
  const alertsHealth = createWatchHealth(deps.settings, deps.parts)
  const administrator = createAdministratorChat(deps.settings, foundation.stores, services)
  const runner = createAppRunner(deps, foundation, services, {
    administrator,
    rollout: rolloutContext(deps.settings, foundation, watch),
    measures,
    uptime: process.uptime,
    checks: [...checks, alertsHealth],
  })
  const pipeline = await createAppPipeline(deps, foundation, services, runner, watch.observer)
  await services.privacy.lost.check()
  // Data whose erasure was interrupted must be deleted before anything uses it.
  await services.privacy.forgetting.resume().catch((error: unknown) => {
    const log = deps.parts.logger.for('privacy')
    log.error('Data that was to be forgotten still exists', { reason: asDenidinError(error).message })
  })
  const alerts = createAlerts({ ...deps, ...foundation, administrator, checks, health: alertsHealth }, deps.parts)
  return new App({ deps, foundation, services, runner, pipeline, process, alerts, rollout: watch.module })
}

/** Every component whose health `status` shows and alerts follow. */
const healthChecks = (
  { settings, streams = [], parts }: AppDeps,
  { stores, audit, memory, models, archive, backups }: Foundation,
  { channels, delivery, learning, privacy, knowledge }: Services,
): readonly HealthCheck[] => [
  ...memory.modules.flatMap(module => module.health ?? []),
  ...channels,
  delivery.outbox,
  delivery.loops,
  privacy.forgetting,
  privacy.lost,
  ...models.checks,
  ...learning.health,
  ...stores.health,
  ...memory.files,
  ...(knowledge.module.health ?? []),
  ...(archive.module.health ?? []),
  ...(backups.module.health ?? []),
  ...streams,
  audit,
  parts.setAside,
  createDiskCheck(settings),
]

/** What operations use besides the foundation and the services. */
interface RunnerDeps extends Pick<OperationContextDeps, 'administrator' | 'rollout'>, Pick<WatchDeps, 'measures'> {
  readonly uptime: Uptime
  readonly checks: readonly HealthCheck[]
}

const createAppRunner = (
  { settings, origins, parts, version }: AppDeps,
  foundation: Foundation,
  services: Services,
  { administrator, rollout, measures, uptime, checks }: RunnerDeps,
): Runner => {
  const { stores, audit, backups, memory, uptimeRecord } = foundation
  const metrics = createInstallationMetrics(
    { settings, version, uptime, uptimeRecord, checks, measures, stores, memory, backups },
    parts,
  )
  const context = createOperationContext(
    {
      settings,
      foundation,
      services,
      instance: { version, origins, uptime, checks, metrics },
      rollout,
      migrations: createMigrations({ settings, version, clock: parts.clock, backups }),
      chats: chatContext(settings, stores, services),
      administrator,
    },
    parts,
  )
  return createRunner({
    operations,
    context,
    running: () => uptime.started_at !== undefined,
    exclusive: services.scheduler.exclusive,
    audit,
    clock: parts.clock,
    logger: parts.logger,
    metrics: parts.metrics,
  })
}

const chatContext = (
  settings: AppDeps['settings'],
  stores: Stores,
  { delivery, channels }: Services,
): OperationContextDeps['chats'] => ({
  conversation: { resumed: () => void delivery.deferred.send('resumed') },
  restart: () => restartChannel(channels),
  sending: settings.mcp.send_messages ? new PersonChats({ ...delivery, inbox: stores.messages.inbox }) : undefined,
})

/** Restarts the channel that has a connection of its own: WhatsApp. */
const restartChannel = async (channels: Services['channels']): Promise<string> => {
  const channel = channels.find(({ restart }) => restart !== undefined)
  if (channel?.restart === undefined)
    throw new DenidinError('not_running', 'WhatsApp is switched off: whatsapp.enabled')
  await channel.restart()
  return channel.name
}

const createAppPipeline = async (
  { settings, parts }: AppDeps,
  { stores, models, memory, remembers, rollouts }: Foundation,
  { windows, scheduler, delivery, sweepSoon, profiles, recallOverrides, measured }: Services,
  runner: Runner,
  observer: TurnObserver,
): Promise<Pipeline> => {
  const language = commandLanguage(windows, stores.preferences)
  return await createPipeline(
    {
      settings,
      stores,
      scheduler,
      delivery,
      sessions: { windows, ended: sweepSoon, changed: sweepSoon },
      recall: {
        search: memory.search,
        sharedOf: async scope =>
          (await rollouts.has('enable_filesystem_extraction', scope)) ? memory.shared : noSharedMemory,
        scopes: memory.scopes,
        profileOf: createProfileReader(settings, rollouts, stores, parts),
        recallOverrides,
        measured,
      },
      budgets: createTurnBudgets(settings, profiles),
      model: models.replies,
      rollout: { remembers, observer },
      commands: createChatCommands({
        runner,
        clock: parts.clock,
        language,
        zoneOf: zoneOf(stores.preferences, parts.clock),
      }),
    },
    parts,
  )
}
