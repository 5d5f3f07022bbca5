/** Creates the channels that the configuration asks for, besides the terminal. */
import type { Channel } from '../channels/channel.ts'
import { createWhatsAppChannel, type WhatsAppDeps } from '../channels/whatsapp/create-whatsapp-channel.ts'
import type { ConnectionState } from '../channels/whatsapp/connection-state.ts'
import { readEnvironment } from '../config/environment.ts'
import type { Settings } from '../config/settings.ts'
import { linkingInstructions } from './linking-instructions.ts'
import { METRICS } from '../platform/metric-list.ts'
import type { Runtime } from './runtime.ts'

/** A state of the connection, for programs that watch. */
const connectionEvent = (channel: string, { state, detail, can_send, qr, pairing_code }: ConnectionState) => ({
  kind: 'connection' as const,
  channel,
  state,
  detail,
  can_send,
  ...(qr === undefined && pairing_code === undefined ? {} : { link: { qr, pairing_code } }),
})

/**
 * The configured channels. `say` shows what is needed to link WhatsApp; a test passes shorter deadlines and observes
 * the connection's state.
 */
export const createChannels = (
  settings: Settings,
  parts: Runtime,
  say: (line: string) => void,
  test: Partial<Pick<WhatsAppDeps, 'deadlines' | 'onState'>> = {},
): readonly Channel[] => {
  if (!settings.whatsapp.enabled) return []
  const showInstructions = linkingInstructions(say)
  return [
    createWhatsAppChannel({
      ...parts,
      settings: settings.whatsapp,
      data_dir: settings.data_root,
      environment: readEnvironment(),
      deadlines: test.deadlines ?? {},
      onState: state => {
        showInstructions(state)
        for (const each of METRICS.whatsapp_state.labels.state) {
          parts.metrics.set('whatsapp_state', { state: each }, Number(each === state.state))
        }
        parts.events.publish(connectionEvent('whatsapp', state))
        test.onState?.(state)
      },
    }),
  ]
}
