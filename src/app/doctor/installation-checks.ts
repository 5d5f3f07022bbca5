/** Checks of the program itself: Node, the packages, the folder for temporary files. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { DoctorCheck } from '../../platform/checkup.ts'
import { temporaryFilesHealth } from '../../platform/temporary-files.ts'
import { fromRoot } from '../bootstrap.ts'
import type { DoctorDeps } from './doctor-deps.ts'

const LEAST_NODE = 24
const run = promisify(execFile)

/** Node too old, and packages that are missing or of other versions: `scripts/doctor-without-packages.mjs` finds more. */
export const installationChecks = ({ versions, runScript }: DoctorDeps): readonly DoctorCheck[] => [
  {
    id: 'node',
    title: 'Node',
    severity: 'critical',
    detect: async () => {
      const { node } = process.versions
      versions.set('node', node)
      return Number.parseInt(node, 10) >= LEAST_NODE
        ? { state: 'ok', detail: `Node ${node} (${process.execPath}).` }
        : {
            state: 'down',
            detail: `Node ${node} is too old: DeniDin needs ${String(LEAST_NODE)}.`,
            remedy: 'Run `scripts/install.sh`, which brings Node 24 along, or install Node 24 from nodejs.org.',
          }
    },
  },
  {
    id: 'packages',
    title: 'packages',
    severity: 'critical',
    detect: async () =>
      (await areInstalled())
        ? { state: 'ok', detail: 'The packages of package-lock.json are installed.' }
        : {
            state: 'degraded',
            detail: 'The installed packages are not those of package-lock.json.',
            remedy: 'Run `scripts/install.sh`.',
          },
    repair: async () => {
      await runScript('scripts/install.sh')
      return 'The packages were installed.'
    },
  },
  {
    id: 'temporary-files',
    title: 'temporary files',
    severity: 'error',
    detect: temporaryFilesHealth,
  },
]

const areInstalled = async (): Promise<boolean> => {
  try {
    await run(process.execPath, [fromRoot('scripts/is-installed.mjs')])
    return true
  } catch {
    return false
  }
}
