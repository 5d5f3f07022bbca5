import type { Channel } from '../channels/channel.ts'
import { createWhatsAppChannel, type WhatsAppDeps } from '../channels/whatsapp/whatsapp-channel.ts'
import { readEnvironment } from '../config/environment.ts'
import type { Settings } from '../config/settings.ts'
import { linkingInstructions } from './linking-instructions.ts'
import type { Runtime } from './runtime.ts'

/**
 * The configured channels besides the terminal. `say` shows what is needed to link WhatsApp; a test hurries it and
 * watches it by `test`.
 */
export const createChannels = (
  settings: Settings,
  parts: Runtime,
  say: (line: string) => void,
  test: Pick<WhatsAppDeps, 'deadlines' | 'onState'> = {},
): readonly Channel[] => {
  if (!settings.whatsapp.enabled) return []
  return [
    createWhatsAppChannel({
      ...parts,
      settings: settings.whatsapp,
      data_dir: settings.data_root,
      environment: readEnvironment(),
      show: linkingInstructions(say),
      ...test,
    }),
  ]
}
