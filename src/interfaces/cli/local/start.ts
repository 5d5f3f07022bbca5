import { spawn } from 'node:child_process'
import { DenidinError } from '../../../platform/errors.ts'

/** Number of the stream, as every system counts them. */
const STDERR = 2

/**
 * Starts the bot the one way it is started, by `run_denidin.sh`, on this terminal; resolves with its exit code. `quiet`
 * keeps stdout free: what the script says there goes to stderr.
 * @throws DenidinError `internal` when the script cannot be run.
 */
export const startBot = (script: string, options: readonly string[], quiet = false): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(script, options, { stdio: ['inherit', quiet ? STDERR : 'inherit', 'inherit'] })
    child.once('error', error => {
      reject(new DenidinError('internal', `${script} cannot be run: ${error.message}`, { cause: error }))
    })
    child.once('exit', code => {
      resolve(code ?? 1)
    })
  })
