/** Checks of the port of the REST API, of the backups, and of the machine's clock. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { BackupFolder } from '../../backup/backup-folder.ts'
import type { Settings } from '../../config/settings.ts'
import type { DoctorCheck, Finding } from '../../platform/checkup.ts'
import { OPENAI_BASE_URL } from '../../models/openai/openai-client.ts'
import { ClockHealth } from '../../platform/clock-health.ts'
import { MINUTE_MS, SECOND_MS } from '../../platform/clock.ts'
import { isTrouble } from '../../platform/health.ts'
import { backupFolderOf } from '../../config/backup-folder.ts'
import { backupHealth } from '../backup/backups.ts'
import { settingsOf, type DoctorDeps } from './doctor-deps.ts'
import { holderOf, listenOnce } from './port-holder.ts'

export const serviceChecks = (deps: DoctorDeps): readonly DoctorCheck[] => [
  { id: 'api-port', title: 'port of the REST API', severity: 'error', detect: () => portFinding(deps) },
  { id: 'clock', title: 'clock', severity: 'warning', detect: () => clockFinding(deps, settingsOf(deps)) },
  backupCheck(deps),
]

const portFinding = async (deps: DoctorDeps): Promise<Finding> => {
  const { api } = settingsOf(deps)
  const address = `${api.host}:${String(api.port)}`
  if (!api.enabled) return { state: 'off', detail: 'The REST API is off (api.enabled).' }
  if (deps.is_owned) return { state: 'unknown', detail: 'The running bot uses the port: see the component `api`.' }
  const code = await listenOnce(api.host, api.port)
  if (code === undefined) return { state: 'ok', detail: `${address} is free.` }
  if (code !== 'EADDRINUSE') {
    return {
      state: 'down',
      detail: `The REST API cannot listen on ${address} (${code}).`,
      remedy: 'Set api.host to an address of this machine, and api.port to a port from 1024 on.',
    }
  }
  const holder = await holderOf(api.port)
  return {
    state: 'down',
    detail: `The port ${address} is taken${holder === undefined ? '' : ` by ${holder}`}.`,
    remedy: 'Stop that program, or set api.port to another port.',
  }
}

/** A clock that differs by more makes certificates and times of messages wrong. */
const MOST_OFF_MS = 2 * MINUTE_MS
const ASK_MS = 5 * SECOND_MS

/** Compares the clock with the model service's, and with the newest file of the data. */
const clockFinding = async ({ runtime: { clock } }: DoctorDeps, settings: Settings): Promise<Finding> => {
  using health = new ClockHealth(clock)
  const own = await health.health()
  const remedy = 'Set the clock of the machine, and keep it right: `timedatectl set-ntp true`.'
  if (isTrouble(own.state)) return { ...own, remedy }
  const newest = await newestFile(settings.data_root)
  if (newest - clock.now() > MOST_OFF_MS) {
    return {
      state: 'degraded',
      detail: `The clock was set back: it shows ${own.detail.replace(/\.$/, '')}, and the newest file of the data is of ${clock.zone.longTime(newest)}.`,
      remedy,
    }
  }
  // Only the service that is used anyway is asked.
  const address = settings.ai.provider === 'offline' ? undefined : (settings.ai.base_url ?? OPENAI_BASE_URL)
  const off_ms = address === undefined ? undefined : await differenceAt(address, clock.now.bind(clock))
  if (address === undefined || off_ms === undefined) {
    return { state: 'ok', detail: `${own.detail} Compared with the files of the data; no service told its time.` }
  }
  const { host } = new URL(address)
  if (Math.abs(off_ms) <= MOST_OFF_MS) return { state: 'ok', detail: `${own.detail} ${host} shows the same time.` }
  const minutes = String(Math.round(Math.abs(off_ms) / MINUTE_MS))
  return {
    state: 'degraded',
    detail: `The clock is ${minutes} minutes ${off_ms > 0 ? 'fast' : 'slow'}, compared with ${host}: ${own.detail}`,
    remedy,
  }
}

/** How much this clock is ahead of a server's, in milliseconds; `undefined` if the server does not say. */
const differenceAt = async (address: string, now: () => number): Promise<number | undefined> => {
  try {
    const answer = await fetch(address, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(ASK_MS) })
    const date = Date.parse(answer.headers.get('date') ?? '')
    return Number.isNaN(date) ? undefined : now() - date
  } catch {
    return undefined
  }
}

/** When the newest file directly in a folder was written, in milliseconds since the Unix epoch; 0 if there is none. */
const newestFile = async (folder: string): Promise<number> => {
  const names = await readdir(folder).catch((): string[] => [])
  const times = await Promise.all(
    names.map(async name => (await stat(join(folder, name)).catch(() => undefined))?.mtimeMs),
  )
  return Math.max(0, ...times.map(time => time ?? 0))
}

const backupCheck = (deps: DoctorDeps): DoctorCheck => ({
  id: 'backups',
  title: 'backups',
  severity: 'warning',
  detect: async () => {
    const health = await backupHealth(settingsOf(deps), deps.runtime.clock).health()
    return isTrouble(health.state)
      ? { ...health, remedy: 'Run `denidin backup create`, then `denidin backup verify`.' }
      : health
  },
  repair: async signal => {
    const folder = BackupFolder.at(backupFolderOf(settingsOf(deps)))
    const verification = await folder.verification((await folder.verifiedIds()).at(-1) ?? '')
    const denidin = await deps.client()
    const type = verification?.in_order === false ? 'full' : 'incremental'
    const made = await denidin.call('backup.create', { type }, { signal })
    const { id } = made['backup'] as { readonly id: string }
    await denidin.call('backup.verify', { backup_id: id }, { signal })
    return `The backup ${id} was made and verified.`
  },
})
