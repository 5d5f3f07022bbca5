/** The diagnostics of `denidin doctor`. */
import { constants } from 'node:fs'
import { access, stat, statfs } from 'node:fs/promises'
import type { Settings } from '../config/settings.ts'
import { askForVector, askForWord } from '../models/model-probe.ts'
import { ENOUGH_ROOM_BYTES } from '../platform/disk-room.ts'
import { asDenidinError } from '../platform/errors.ts'
import type { Checkup, Health, HealthCheck } from '../platform/health.ts'
import { temporaryFilesHealth } from '../platform/temporary-files.ts'
import type { Models } from './models.ts'

/** Permissions of all users except the owner. */
const OTHERS = 0o077

const BYTES_PER_MB = 1_000_000
const ENOUGH_ROOM_MB = ENOUGH_ROOM_BYTES / BYTES_PER_MB
/** Space that one write needs. */
const LEAST_ROOM_MB = 100

/** Checks of `denidin doctor` beyond the health that each component reports. */
export const createCheckups = (settings: Settings, { ranked, embedder }: Models): readonly Checkup[] => [
  { name: 'configuration', look: async () => configured(settings) },
  { name: 'data folder', look: () => privateFolder(settings.data_root) },
  { name: 'log folder', look: () => privateFolder(settings.logs_dir) },
  { name: 'disk', look: () => roomOn(settings.data_root) },
  { name: 'temporary files', look: () => temporaryFilesHealth() },
  ...ranked.map(({ language, name }, at) => ({
    name: at === 0 ? 'language model' : `fallback model ${String(at)}`,
    look: (signal: AbortSignal) =>
      answers(at === 0 ? `${language.provider} ${language.model}` : name, signal, async () => {
        await askForWord(language, signal)
      }),
  })),
  {
    name: 'embedding model',
    look: signal =>
      answers(`${embedder.provider} ${embedder.model}`, signal, async () => {
        await askForVector(embedder, signal)
      }),
  },
]

/** The free space of the disk, which is cheap to check: `status` shows it too. */
export const createDiskCheck = ({ data_root }: Pick<Settings, 'data_root'>): HealthCheck => ({
  name: 'disk',
  health: () => roomOn(data_root),
})

const configured = ({ godfather_phone, feature_flags }: Settings): Health => {
  if (godfather_phone === undefined) {
    // Some installations have none on purpose.
    return {
      state: 'off',
      detail:
        'No godfather is configured: set godfather_phone to the number of the person who may use /status, /pause and more.',
    }
  }
  return feature_flags.enable_memory_system
    ? { state: 'ok', detail: 'The memory system is on.' }
    : { state: 'off', detail: 'Nothing is remembered: feature_flags.enable_memory_system is off.' }
}

const privateFolder = async (path: string): Promise<Health> => {
  try {
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK)
    const others = (await stat(path)).mode & OTHERS
    return others === 0
      ? { state: 'ok', detail: `${path} is there for its owner alone.` }
      : { state: 'degraded', detail: `Others on this machine can look into ${path}: \`chmod 700 ${path}\`.` }
  } catch (error) {
    return { state: 'down', detail: `${path} cannot be read and written (${asDenidinError(error).message}).` }
  }
}

const roomOn = async (path: string): Promise<Health> => {
  try {
    const { bavail, bsize } = await statfs(path)
    // Asking for write permission also detects a disk that is mounted read-only.
    await access(path, constants.W_OK)
    const free = Math.floor((bavail * bsize) / BYTES_PER_MB)
    const detail = `${String(free)} MB are free.`
    if (free >= ENOUGH_ROOM_MB) return { state: 'ok', detail }
    return {
      state: free < LEAST_ROOM_MB ? 'down' : 'degraded',
      detail: `${detail} Make room, or move data_root: DeniDin wants ${String(ENOUGH_ROOM_MB)} MB.`,
    }
  } catch (error) {
    return { state: 'down', detail: `The disk below ${path} cannot be used (${asDenidinError(error).message}).` }
  }
}

const answers = async (who: string, signal: AbortSignal, ask: () => Promise<void>): Promise<Health> => {
  try {
    await ask()
    return { state: 'ok', detail: `${who} answers.` }
  } catch (error) {
    signal.throwIfAborted()
    return { state: 'down', detail: `${who} does not answer: ${asDenidinError(error).message}.` }
  }
}
