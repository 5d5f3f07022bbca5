// Checks a commit out into a temporary folder with its packages installed, and removes it again.
import { execFile } from 'node:child_process'
import { readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { ComparisonError } from './comparison.ts'
import { runToEnd } from './run-bench.ts'

const run = promisify(execFile)
const LOCK = 'package-lock.json'
/** A lock file has some hundred kilobytes. */
const MOST_OUTPUT_BYTES = 64 * 1024 * 1024

/** A commit with its packages, in a folder that disappears with it. */
export interface Checkout extends AsyncDisposable {
  readonly path: string
}

export interface CheckoutDeps {
  /** Folder of the project here. */
  readonly root: string
  readonly signal: AbortSignal
  progress(text: string): void
}

/**
 * Full id of a commit.
 * @throws ComparisonError when the repository does not have it.
 */
export const resolveCommit = async (root: string, ref: string): Promise<string> => {
  try {
    const { stdout } = await run('git', ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`], {
      cwd: root,
    })
    return stdout.trim()
  } catch {
    throw new ComparisonError(`There is no commit "${ref}" in this repository.`)
  }
}

/** Makes a git worktree of a commit. Packages are shared with the project here where both have the same lock file. */
export const checkOut = async (commit: string, { root, signal, progress }: CheckoutDeps): Promise<Checkout> => {
  await using cleanup = new AsyncDisposableStack()
  const folder = cleanup.use(await temporaryFolder())
  const path = join(folder.path, commit.slice(0, 10))
  progress(`checking out ${commit.slice(0, 10)} …`)
  cleanup.defer(async () => {
    await run('git', ['worktree', 'remove', '--force', path], { cwd: root }).catch(() => undefined)
    await run('git', ['worktree', 'prune'], { cwd: root })
  })
  await run('git', ['worktree', 'add', '--detach', path, commit], { cwd: root, signal })
  if (await sameLock(root, commit)) {
    await symlink(join(root, 'node_modules'), join(path, 'node_modules'))
  } else {
    progress('installing its packages …')
    await runToEnd('npm', ['ci', '--no-audit', '--no-fund'], { cwd: path, signal })
  }
  const kept = cleanup.move()
  return { path, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

const sameLock = async (root: string, commit: string): Promise<boolean> => {
  const there = await run('git', ['show', `${commit}:${LOCK}`], { cwd: root, maxBuffer: MOST_OUTPUT_BYTES })
  return there.stdout === (await readFile(join(root, LOCK), 'utf8'))
}
