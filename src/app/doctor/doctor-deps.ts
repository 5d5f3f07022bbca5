/** What the checks of `denidin doctor` are made from; the configuration may be unreadable. */
import type { WhatsAppDiagnostics } from '../../channels/whatsapp/whatsapp-diagnostics.ts'
import type { LoadedSettings } from '../../config/load-settings.ts'
import type { OperationsClient } from '../../operations/client.ts'
import type { Settings } from '../../config/settings.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { Runtime } from '../runtime.ts'

/** Where the configuration is read from, and what it says, or why it cannot be used. */
export type Configuration = {
  /** Absolute paths, whether or not the files exist. */
  readonly files: { readonly file: string; readonly envFile: string }
} & (
  | { readonly loaded: LoadedSettings; readonly problem?: never }
  | { readonly loaded?: never; readonly problem: DenidinError }
)

export interface DoctorDeps {
  readonly configuration: Configuration
  readonly runtime: Runtime
  readonly whatsapp: WhatsAppDiagnostics
  /** Whether a process owns the data folder: then its files are not touched. */
  readonly is_owned: boolean
  /** The owner of the data, or the data opened for this call; always the same one. @throws DenidinError */
  readonly client: () => Promise<OperationsClient>
  /** The script that runs the Chroma server, if it is not our own. */
  readonly chroma_program?: string
  /** Runs a script of DeniDin, with its output on stderr. @throws DenidinError `unavailable` if it fails */
  readonly runScript: (name: string) => Promise<void>
  readonly versions: Map<string, string>
}

/** The settings. @throws DenidinError `invalid_config`: then a check that needs them is not made */
export const settingsOf = ({ configuration }: Pick<DoctorDeps, 'configuration'>): Settings => {
  const settings = configuration.loaded?.settings
  if (settings === undefined) throw new DenidinError('invalid_config', 'the configuration cannot be read')
  return settings
}
