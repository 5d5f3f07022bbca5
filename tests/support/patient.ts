/** An installation that `denidin doctor` examines in a test: real files, real programs, and a configuration of its own. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { examineInstallation } from '../../src/app/doctor/doctor.ts'
import type { Configuration, DoctorDeps } from '../../src/app/doctor/doctor-deps.ts'
import { openForCall } from '../../src/app/open-standalone.ts'
import { surroundings, type Runtime } from '../../src/app/runtime.ts'
import { createWhatsAppDiagnostics } from '../../src/channels/whatsapp/create-whatsapp-channel.ts'
import { configurationFiles, loadSettings } from '../../src/config/load-settings.ts'
import type { Settings } from '../../src/config/settings.ts'
import type { OperationsClient } from '../../src/operations/client.ts'
import type { CheckResult, Examination } from '../../src/platform/checkup.ts'
import { asDenidinError } from '../../src/platform/errors.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import type { Json } from './denidin.ts'
import { temporaryFolder } from './temporary-folder.ts'

const OFFLINE = { provider: 'offline' }

export class Patient implements AsyncDisposable {
  readonly folder: string
  readonly #cleanup: AsyncDisposableStack
  #overrides: Partial<DoctorDeps> = {}
  #runtime: Partial<Runtime> = {}

  private constructor(folder: string, cleanup: AsyncDisposableStack) {
    this.folder = folder
    this.#cleanup = cleanup
  }

  /** @param config keys that differ from a DeniDin with memory, with the offline model and without WhatsApp. */
  static async make(config: Json = {}): Promise<Patient> {
    await using cleanup = new AsyncDisposableStack()
    const folder = cleanup.use(await temporaryFolder())
    const patient = new Patient(folder.path, cleanup.move())
    mkdirSync(patient.path('tools'))
    patient.configure(config)
    return patient
  }

  path(...names: readonly string[]): string {
    return join(this.folder, ...names)
  }

  /** Writes the configuration. A text is written as it is. */
  configure(config: Json | string): void {
    const whole = {
      feature_flags: { enable_memory_system: true },
      godfather_phone: '+15550001111',
      ai: OFFLINE,
      embeddings: OFFLINE,
      whatsapp: { enabled: false },
    }
    const text = typeof config === 'string' ? config : JSON.stringify({ ...whole, ...config })
    writeFileSync(this.path('config.json'), text, { mode: 0o600 })
  }

  /** A program on the PATH of the patient. */
  program(name: string, script: string): void {
    writeFileSync(this.path('tools', name), `#!/bin/sh\n${script}\n`, { mode: 0o700 })
  }

  with(overrides: Partial<DoctorDeps>, runtime: Partial<Runtime> = {}): this {
    this.#overrides = overrides
    this.#runtime = runtime
    return this
  }

  settings(): Settings {
    return this.#load().settings
  }

  /** Opens the data as a command does. */
  open(): Promise<OperationsClient> {
    return openForCall(this.#load(), 'test')
  }

  async examine(only: readonly string[], fix = false): Promise<Examination> {
    await using cleanup = new AsyncDisposableStack()
    const configuration = this.#configuration()
    const settings = configuration.loaded?.settings
    const runtime = surroundings({ time_zone: undefined }, silentLogger, this.#runtime)
    let opened: Promise<OperationsClient> | undefined
    const deps: DoctorDeps = {
      configuration,
      runtime,
      whatsapp: createWhatsAppDiagnostics({
        ...runtime,
        settings: settings?.whatsapp ?? { browser_path: undefined, browser_args: [] },
        data_dir: this.path('data'),
        environment: { PATH: this.path('tools') },
        bundled_dir: this.path('bundled-browser'),
      }),
      is_owned: false,
      client: () => (opened ??= this.open().then(client => cleanup.use(client))),
      runScript: () => Promise.reject(new Error('no script may be run')),
      versions: new Map(),
      ...this.#overrides,
    }
    const signal = new AbortController().signal
    return await examineInstallation(deps, { only, fix, signal, progress: () => undefined })
  }

  /** The result of one check. */
  async check(id: string): Promise<CheckResult> {
    return only(await this.examine([id]))
  }

  /** The result of one check that may mend. */
  async fix(id: string): Promise<CheckResult> {
    return only(await this.examine([id], true))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cleanup.disposeAsync()
  }

  #load(): ReturnType<typeof loadSettings> {
    return loadSettings({ environment: {}, file: this.path('config.json'), cwd: this.folder })
  }

  #configuration(): Configuration {
    const request = { environment: {}, file: this.path('config.json'), cwd: this.folder }
    const files = configurationFiles(request)
    try {
      return { files, loaded: this.#load() }
    } catch (error) {
      return { files, problem: asDenidinError(error) }
    }
  }
}

const only = ({ checks }: Examination): CheckResult => {
  const [check, ...others] = checks
  if (check === undefined || others.length > 0) throw new Error(`${String(checks.length)} results`)
  return check
}
