/** Runs `run_denidin.sh` and `stop_denidin.sh` for `denidin start` and `denidin stop`, so that there is one way to do each. */
import { spawn } from 'node:child_process'
import { DenidinError } from '../../../platform/errors.ts'

/** File descriptor of stderr. */
const STDERR = 2

/**
 * Runs a script on this terminal and resolves with its exit code. `quiet` keeps stdout free: what the script prints
 * there goes to stderr.
 * @throws DenidinError `internal` if the script cannot be run.
 */
export const runScript = (script: string, options: readonly string[], quiet = false): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(script, options, { stdio: ['inherit', quiet ? STDERR : 'inherit', 'inherit'] })
    child.once('error', error => {
      reject(new DenidinError('internal', `${script} cannot be run: ${error.message}`, { cause: error }))
    })
    child.once('exit', code => {
      resolve(code ?? 1)
    })
  })
