/** The dependencies that an entry point or a test passes to the app. */
import type { Channel } from '../channels/channel.ts'
import type { SettingOrigins } from '../config/setting-origins.ts'
import type { Settings } from '../config/settings.ts'
import type { HealthCheck } from '../platform/health.ts'
import type { Runtime } from './runtime.ts'

export interface AppDeps {
  readonly settings: Settings
  /** Where each setting comes from. */
  readonly origins: SettingOrigins
  readonly parts: Runtime
  readonly version: string
  /** Health of the process's outputs: its log and its console. */
  readonly streams?: readonly HealthCheck[]
  /** Channels besides the console. */
  readonly channels?: readonly Channel[]
  /** Called with the name of a channel each time that it becomes able to send. */
  readonly onReady?: (channel: string) => void
}
