/** Asks git about DeniDin's own folder: which commit runs, and which release tags there are. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { SECOND_MS } from '../platform/clock.ts'

export interface WorkingCopy {
  /** The commit that is checked out; `null`: this is no working copy, or there is no git. Never rejects. */
  commit(): Promise<string | null>
  /** Whether there is a tag with this name. */
  hasTag(name: string): Promise<boolean>
}

const DEADLINE_MS = 5 * SECOND_MS
const run = promisify(execFile)

/** @param root DeniDin's own folder */
export const createWorkingCopy = (root: string): WorkingCopy => {
  const revision = async (name: string): Promise<string | null> => {
    // The bot may run as another user than the owner of the folder. A repository around the folder is not asked.
    const place = ['-c', 'safe.directory=*', `--git-dir=${join(root, '.git')}`]
    try {
      const { stdout } = await run('git', [...place, 'rev-parse', '--verify', '--quiet', name], {
        timeout: DEADLINE_MS,
      })
      return stdout.trim()
    } catch {
      return null
    }
  }
  return {
    commit: () => revision('HEAD'),
    hasTag: async name => (await revision(`refs/tags/${name}`)) !== null,
  }
}
