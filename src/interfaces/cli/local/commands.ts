/** Commands that are not operations: they start, stop or talk to the bot from this terminal. */
import type { Command } from 'commander'
import { DenidinError } from '../../../platform/errors.ts'
import { phoneDigits } from '../../../platform/phone.ts'
import { connect, type Connection } from '../connect.ts'
import { EXIT_DONE } from '../errors.ts'
import { write, type Terminal } from '../terminal.ts'
import { runChat } from './chat.ts'
import { addDoctor, type Examine } from './doctor.ts'
import { runScript } from './run-script.ts'
import { addSetup, type SetupDeps } from './setup/setup.ts'

/** What the local commands run. */
export interface LocalDeps extends SetupDeps {
  /** Path of `run_denidin.sh`. */
  readonly start_script: string
  /** Path of `stop_denidin.sh`. */
  readonly stop_script: string
  /** Examines this installation; see `runDoctor`. */
  readonly examine: Examine
}

type Deps = Terminal &
  Connection & { readonly version: string; readonly local: LocalDeps; readonly signal?: AbortSignal }

/** Adds `mcp`, `start`, `stop`, `chat`, `doctor` and `setup`; `exit` receives the exit code of commands that have their own. */
export const addLocalCommands = (program: Command, deps: Deps, exit: (code: number) => void): void => {
  const { local } = deps
  addDoctor(program, deps, exit)
  addSetup(program, deps, exit)
  program
    .command('start')
    .description('Start the bot, as run_denidin.sh does')
    .option('--foreground', 'stay attached to this terminal')
    .option('--json', 'print JSON; other output goes to stderr')
    .action(async ({ foreground, json }: { foreground?: boolean; json?: boolean }) => {
      const code = await runScript(local.start_script, foreground === true ? ['--foreground'] : [], json === true)
      if (json === true) await write(deps.stdout, `${JSON.stringify({ started: code === EXIT_DONE })}\n`)
      exit(code)
    })
  program
    .command('stop')
    .description('Finish the replies in progress and stop the bot, as stop_denidin.sh does')
    .option('--timeout <seconds>', 'how long to wait for the bot to stop', '60')
    .option('--json', 'print JSON')
    .action(async ({ timeout, json }: { timeout: string; json?: boolean }) => {
      exit(await runScript(local.stop_script, ['--timeout', timeout, ...(json === true ? ['--json'] : [])]))
    })
  program
    .command('mcp')
    .description('Serve tools for programs over stdin and stdout, by the Model Context Protocol')
    .action(async () => {
      // Loaded for this command alone.
      const { serveStdio } = await import('../../mcp/serve-stdio.ts')
      const { version, stdin, stdout, signal } = deps
      await serveStdio({ version, stdin, stdout, signal, connect: called => connect(deps, 'mcp', { signal: called }) })
    })
  program
    .command('chat')
    .description('Chat with DeniDin in this terminal, or send the lines of a pipe')
    .option('--as <phone>', "phone number to speak as (default: the godfather's)")
    .option('--json', 'print each answer as one line of JSON')
    .action(async ({ as, json }: { as?: string; json?: boolean }) => {
      if (as !== undefined && phoneDigits(as) === undefined) {
        throw new DenidinError('invalid_input', `--as must be a phone number with its country code, not "${as}"`)
      }
      await using client = await connect(deps, 'chat', { shared: true, signal: deps.signal })
      exit(await runChat({ ...deps, client, json: json === true, ...(as === undefined ? {} : { as }) }))
    })
}
