/** Wires the alerts: who is notified of incidents, and how soon. */
import { AdministratorChat } from '../alerts/administrator-chat.ts'
import { AdministratorNotices } from '../alerts/administrator-notices.ts'
import { HealthWatch } from '../alerts/health-watch.ts'
import { IncidentRegister } from '../alerts/incident-register.ts'
import { WatchHealth } from '../alerts/watch-health.ts'
import type { Settings } from '../config/settings.ts'
import type { Module } from '../lifecycle/module.ts'
import { SECOND_MS } from '../platform/clock.ts'
import type { HealthCheck } from '../platform/health.ts'
import type { Runtime } from './runtime.ts'
import type { Services } from './services.ts'
import type { Stores } from './stores.ts'

export interface AlertsDeps {
  readonly settings: Settings
  readonly stores: Stores
  /** `undefined`: there is no godfather. */
  readonly administrator: AdministratorChat | undefined
  readonly checks: readonly HealthCheck[]
  readonly health: WatchHealth
}

/** The module that monitors the health of every component while the bot runs. */
export const createAlerts = (deps: AlertsDeps, runtime: Runtime): Module => {
  const { settings, stores, checks, administrator, health } = deps
  const after_ms = settings.alerts.after_seconds * SECOND_MS
  const register = new IncidentRegister({ ...runtime, store: stores.incidents, after_ms })
  const notices =
    administrator === undefined || !settings.alerts.whatsapp ? undefined : new AdministratorNotices(administrator)
  const watch = new HealthWatch({ ...runtime, checks, register, after_ms, notices, health })
  return { name: 'alerts', start: () => watch.start(), stop: () => watch[Symbol.asyncDispose]() }
}

/** The health of the alerts, for `status` and monitors. */
export const createWatchHealth = (
  { godfather_phone, alerts }: Pick<Settings, 'godfather_phone' | 'alerts'>,
  { clock }: Pick<Runtime, 'clock'>,
): WatchHealth => {
  const silent =
    godfather_phone === undefined
      ? 'godfather_phone is not set'
      : alerts.whatsapp
        ? undefined
        : 'alerts.whatsapp is off'
  return new WatchHealth({ clock, silent })
}

/** The chat with the configured godfather; `undefined` if there is none. */
export const createAdministratorChat = (
  { godfather_phone: phone }: Pick<Settings, 'godfather_phone'>,
  stores: Stores,
  { delivery, windows }: Pick<Services, 'delivery' | 'windows'>,
): AdministratorChat | undefined =>
  phone === undefined
    ? undefined
    : new AdministratorChat({
        ...stores,
        ...delivery,
        phone,
        inbox: stores.messages.inbox,
        sessions: windows,
      })
