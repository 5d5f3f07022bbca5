import { spawn } from 'node:child_process'
import { DenidinError } from '../../../platform/errors.ts'

/**
 * Starts the bot the one way it is started, by `run_denidin.sh`, on this terminal; resolves with its exit code.
 * @throws DenidinError `internal` when the script cannot be run.
 */
export const startBot = (script: string, options: readonly string[]): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(script, options, { stdio: 'inherit' })
    child.once('error', error => {
      reject(new DenidinError('internal', `${script} cannot be run: ${error.message}`, { cause: error }))
    })
    child.once('exit', code => {
      resolve(code ?? 1)
    })
  })
