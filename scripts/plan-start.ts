// What run_denidin.sh must know before a start. Prints two lines: the folder of the log, and `browser` or `no-browser`.
// Exit code 1, with the reason on stderr, when the settings are wrong or DeniDin is running already.
// Usage: node scripts/plan-start.ts
import { readFileSync } from 'node:fs'
import { readSettings } from '../src/app/bootstrap.ts'
import { runFolder } from '../src/app/run-paths.ts'
import { isOwned } from '../src/database/sqlite/owner-lock.ts'
import { DenidinError } from '../src/platform/errors.ts'

const refuseDoubleStart = (data_root: string): void => {
  const { lock, pid } = runFolder(data_root)
  if (!isOwned(lock)) return
  let running: string
  try {
    running = readFileSync(pid, 'utf8').trim()
  } catch {
    // A `denidin` command owns the data for the length of its call, and writes no pid.
    throw new DenidinError(
      'already_running',
      'A denidin command is using the data just now; start again when it is done.',
    )
  }
  throw new DenidinError('already_running', `DeniDin is already running (pid ${running}).`)
}

// Looking at the lock makes it where there is none yet: for its owner alone, as all that DeniDin writes.
process.umask(0o077)
try {
  const { settings } = readSettings()
  refuseDoubleStart(settings.data_root)
  const { enabled, browser_path } = settings.whatsapp
  console.log(settings.logs_dir)
  console.log(enabled && browser_path === undefined ? 'browser' : 'no-browser')
} catch (error) {
  if (!(error instanceof DenidinError)) throw error
  console.error(error.message)
  process.exitCode = 1
}
