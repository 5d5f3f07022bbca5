/** Prepares `denidin doctor` in an entry point: reads the configuration as far as that is possible, and finds the owner. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWhatsAppDiagnostics } from '../../channels/whatsapp/create-whatsapp-channel.ts'
import { readEnvironment } from '../../config/environment.ts'
import { configurationFiles } from '../../config/load-settings.ts'
import type { OperationsClient } from '../../operations/client.ts'
import type { Examination } from '../../platform/checkup.ts'
import { systemClock } from '../../platform/clock.ts'
import { asDenidinError, DenidinError } from '../../platform/errors.ts'
import { exists } from '../../platform/files.ts'
import { silentLogger } from '../../platform/logger.ts'
import { once as onlyOnce } from '../../platform/once.ts'
import { closeDataFolder, connectThroughProxy, fromRoot, readSettings, readVersion } from '../bootstrap.ts'
import { surroundings } from '../runtime.ts'
import { examineInstallation, type DoctorRequest } from './doctor.ts'
import type { Configuration } from './doctor-deps.ts'

export interface DoctorConnection {
  /** The owner of the data folder; `undefined` if no process serves its socket. @throws DenidinError */
  readonly connect: () => Promise<OperationsClient | undefined>
  /** Opens the data for this call, or waits until another command has done with it. @throws DenidinError */
  readonly open: () => Promise<OperationsClient>
}

/** Examines this installation, whatever state it is in. @throws DenidinError as `examineInstallation` does */
export const runDoctor = async (connection: DoctorConnection, request: DoctorRequest): Promise<Examination> => {
  const configuration = readConfiguration()
  const settings = configuration.loaded?.settings
  await using cleanup = new AsyncDisposableStack()
  const owner = await connection.connect().catch(() => undefined)
  if (owner !== undefined) cleanup.use(owner)
  const client = onlyOnce(async () => owner ?? cleanup.use(await connection.open()))
  // Every start closes the data folder to others; what others can still read then is a problem.
  if (settings !== undefined && (await exists(settings.data_root))) {
    await closeDataFolder(settings.data_root).catch(() => undefined)
  }
  const runtime = surroundings({ time_zone: settings?.time_zone }, silentLogger, { clock: systemClock })
  const whatsapp = createWhatsAppDiagnostics({
    ...runtime,
    settings: settings?.whatsapp ?? { browser_path: undefined, browser_args: [] },
    data_dir: settings?.data_root ?? fromRoot('data'),
    environment: readEnvironment(),
  })
  const versions = new Map([
    ['denidin', readVersion()],
    [whatsapp.engine.name, whatsapp.engine.version],
  ])
  return await examineInstallation(
    { configuration, runtime, whatsapp, is_owned: owner !== undefined, client, runScript, versions },
    request,
  )
}

const readConfiguration = (): Configuration => {
  const files = configurationFiles({ environment: readEnvironment(), cwd: fromRoot() })
  try {
    const loaded = readSettings()
    connectThroughProxy(loaded)
    return { files, loaded }
  } catch (error) {
    return { files, problem: asDenidinError(error) }
  }
}

/** File descriptor of stderr. */
const STDERR = 2

const runScript = async (name: string): Promise<void> => {
  const child = spawn(fromRoot(name), [], { stdio: ['ignore', STDERR, STDERR] })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new DenidinError('unavailable', `${name} failed (exit code ${String(code)})`)
}
