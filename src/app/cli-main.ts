/** The entry point of the `denidin` command. */
import { readEnvironment } from '../config/environment.ts'
import { runCli } from '../interfaces/cli/run-cli.ts'
import { connectToOwner } from '../operations/socket/socket-client.ts'
import { systemClock } from '../platform/clock.ts'
import { connectThroughProxy, fromRoot, readSettings, readVersion } from './bootstrap.ts'
import { runFolder } from './run-paths.ts'

/**
 * Runs one `denidin` command line; resolves with its exit code. The app itself is loaded only for commands that need it:
 * without it, a command that the running bot answers starts in half the time.
 */
export const main = async (process: NodeJS.Process): Promise<number> => {
  const calledOff = new AbortController()
  process.once('SIGINT', () => {
    calledOff.abort()
  })
  const version = readVersion()
  let isProxied = false
  return await runCli({
    argv: process.argv.slice(2),
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    version,
    clock: systemClock,
    signal: calledOff.signal,
    connect: async () => await connectToOwner(runFolder(readSettings().settings.data_root).socket),
    open: async options => {
      const loaded = readSettings()
      // Opening is tried again while another command owns the data folder.
      if (!isProxied) connectThroughProxy(loaded)
      isProxied = true
      if (options.without_data === true) {
        const { openBackups } = await import('./backup/open-backups.ts')
        return await openBackups(loaded.settings, version)
      }
      const { openForCall } = await import('./open-standalone.ts')
      return await openForCall(loaded, version, options)
    },
    local: {
      start_script: fromRoot('run_denidin.sh'),
      stop_script: fromRoot('stop_denidin.sh'),
      examine: async (...request) => {
        const { runDoctor } = await import('./doctor/open-doctor.ts')
        return await runDoctor(...request)
      },
      setup: async () => {
        const { createSetup } = await import('./setup/setup.ts')
        return createSetup()
      },
      command: fromRoot('bin/denidin'),
      variable: name => readEnvironment()[name],
    },
  })
}
