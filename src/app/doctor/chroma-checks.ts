/** Checks of Chroma: its program, its address, and the files of its index. */
import { resolve } from 'node:path'
import { hasLongTermMemory } from '../../config/features.ts'
import type { Settings } from '../../config/settings.ts'
import { takeOwnership } from '../../database/sqlite/owner-lock.ts'
import type { DoctorCheck, Finding } from '../../platform/checkup.ts'
import { asDenidinError } from '../../platform/errors.ts'
import { exists, setAside } from '../../platform/files.ts'
import { inspectChromaIndex, tryChromaProgram, versionOfRemote } from '../../vectors/chroma/chroma-diagnostics.ts'
import type { ChromaProcessDeps } from '../../vectors/chroma/chroma-process.ts'
import { runFolder } from '../run-paths.ts'
import { settingsOf, type DoctorDeps } from './doctor-deps.ts'

/** How the loader says that the C library of the system is too old for a program. */
const OLD_GLIBC = /GLIBC_(\d+\.\d+)' not found/
const OFF: Finding = { state: 'off', detail: 'Long-term memory is off, so Chroma is not needed.' }
const NO_INDEX: Finding = { state: 'off', detail: 'There is no index yet.' }
const REMOTE: Finding = { state: 'off', detail: 'A remote Chroma is used (memory.longterm.chroma.mode).' }

export const chromaChecks = (deps: DoctorDeps): readonly DoctorCheck[] => [
  {
    id: 'chroma-program',
    title: 'Chroma program',
    severity: 'error',
    detect: () => programFinding(deps, deps.configuration.loaded?.settings),
  },
  { id: 'chroma-port', title: 'Chroma port', severity: 'error', detect: () => portFinding(deps) },
  indexCheck(deps),
]

const processDeps = ({ runtime, chroma_program }: DoctorDeps): ChromaProcessDeps => ({
  clock: runtime.clock,
  logger: runtime.logger,
  ...(chroma_program === undefined ? {} : { program: chroma_program }),
})

const programFinding = async (deps: DoctorDeps, settings: Settings | undefined): Promise<Finding> => {
  if (settings !== undefined && !hasLongTermMemory(settings)) return OFF
  if (settings?.memory.longterm.chroma.mode === 'remote') return REMOTE
  try {
    const version = await tryChromaProgram(processDeps(deps))
    deps.versions.set('chroma', version)
    return { state: 'ok', detail: `Chroma ${version} starts and answers.` }
  } catch (error) {
    const { message } = asDenidinError(error)
    const [, glibc] = OLD_GLIBC.exec(message) ?? []
    return glibc === undefined
      ? {
          state: 'down',
          detail: `Chroma does not start: ${message}.`,
          remedy:
            'Run `scripts/install.sh` after removing node_modules, or use a remote Chroma (memory.longterm.chroma).',
        }
      : {
          state: 'down',
          detail: `The Chroma program needs glibc ${glibc}, which is newer than that of this system.`,
          remedy:
            'Run `npm ci`: package-lock.json names the newest version for older systems (glibc 2.34). On a still older system use a remote Chroma (memory.longterm.chroma), or a newer system.',
        }
  }
}

/** DeniDin's own server takes a free port at each start; only an address in the configuration can be taken by others. */
const portFinding = async (deps: DoctorDeps): Promise<Finding> => {
  const settings = settingsOf(deps)
  if (!hasLongTermMemory(settings)) return OFF
  const { mode, url } = settings.memory.longterm.chroma
  if (mode === 'managed' || url === undefined) {
    return { state: 'off', detail: 'DeniDin starts its own Chroma on a free port.' }
  }
  try {
    const version = await versionOfRemote(url)
    deps.versions.set('chroma', version)
    return { state: 'ok', detail: `Chroma ${version} answers at ${new URL(url).host}.` }
  } catch (error) {
    return {
      state: 'down',
      detail: `Memories cannot be searched: ${asDenidinError(error).message}.`,
      remedy:
        'Start Chroma at memory.longterm.chroma.url. If another program has its port, give Chroma another port and set it there, or remove memory.longterm.chroma: DeniDin then starts its own.',
    }
  }
}

const indexCheck = (deps: DoctorDeps): DoctorCheck => ({
  id: 'chroma-index',
  title: 'Chroma index',
  severity: 'error',
  detect: () => indexFinding(deps),
  repair: async () => {
    const settings = settingsOf(deps)
    using _owner = takeOwnership(runFolder(settings.data_root).lock)
    const aside = await setAside(indexFolderOf(settings), deps.runtime.clock.now())
    return `The damaged index was set aside as ${aside}; it is filled again from vectors.db.`
  },
})

const indexFolderOf = ({ data_root, memory }: Settings): string => resolve(data_root, memory.longterm.storage_dir)

const indexFinding = async (deps: DoctorDeps): Promise<Finding> => {
  const settings = settingsOf(deps)
  const folder = indexFolderOf(settings)
  if (!hasLongTermMemory(settings)) return OFF
  if (settings.memory.longterm.chroma.mode === 'remote') return REMOTE
  if (deps.is_owned) return { state: 'unknown', detail: 'The running bot uses it: see the component `memory`.' }
  if (!(await exists(folder))) return NO_INDEX
  try {
    using _owner = takeOwnership(runFolder(settings.data_root).lock)
    const found = await inspectChromaIndex(folder, processDeps(deps))
    if (found === undefined) return NO_INDEX
    const { collections, vectors } = found
    return {
      state: 'ok',
      detail: `All collections can be searched: ${String(collections)}, with ${String(vectors)} vectors.`,
    }
  } catch (error) {
    const { code, message } = asDenidinError(error)
    if (code === 'already_running') return { state: 'unknown', detail: `Not checked: ${message}.` }
    return {
      state: 'degraded',
      detail: `The index in ${folder} is damaged, or cannot be read: ${message}.`,
      remedy: `Stop the bot and move ${folder} away: the index is filled again from vectors.db, without paid calls.`,
    }
  }
}
