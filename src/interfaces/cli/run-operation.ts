/** Runs one operation for a command: checks its input, asks for confirmation, shows progress, prints the output. */
import { createInterface } from 'node:readline/promises'
import type { ClientOptions, OperationsClient } from '../../operations/client.ts'
import { inputError } from '../../operations/input-error.ts'
import type { Operation } from '../../operations/operation.ts'
import { asDenidinError, DenidinError } from '../../platform/errors.ts'
import { Progress } from './progress.ts'
import { connect, type Connection } from './connect.ts'
import { checkOutputFile, writeOutputFile } from './output-file.ts'
import { kebab, render, type Report } from './render.ts'
import { write, type Terminal } from './terminal.ts'

type Row = Readonly<Record<string, unknown>>

export interface OperationCall {
  /** Name of the operation. */
  readonly name: string
  /** The command as it was typed: `session list`. */
  readonly command: string
  /** See `CliCommand`. */
  readonly without_data?: boolean | undefined
  readonly optional?: readonly string[] | undefined
  readonly report?: Report | undefined
  readonly document?: Report | undefined
  /** The file to which the text is written, relative to the folder in which the command is typed. */
  readonly output_file?: string | undefined
  readonly operation: Operation
  readonly input: Readonly<Record<string, unknown>>
  readonly json: boolean
  /** `--yes` was given. */
  readonly confirmed: boolean
  readonly signal?: AbortSignal
}

/**
 * Runs one operation and prints its output.
 * @throws DenidinError as the operation does; `invalid_input` before anything is opened; `confirmation_needed` if no
 *   one at a terminal confirms; `damaged` if the output reports a failure.
 */
export const runOperation = async (deps: Terminal & Connection, call: OperationCall): Promise<void> => {
  const { name, command, operation, input, json, signal } = call
  const parsed = operation.input.safeParse(input)
  if (!parsed.success) throw inputError(command, parsed.error, input, operation.input, kebab)

  const ask = async (client: OperationsClient, confirmed: boolean): Promise<Record<string, unknown>> => {
    using progress = new Progress(command, deps.clock, deps.stderr)
    const options: ClientOptions = {
      confirmed,
      progress: step => {
        progress.step(step)
      },
      notice: sentence => {
        deps.stderr.write(json ? `${JSON.stringify({ notice: sentence })}\n` : `${sentence}\n`)
      },
      ...(signal === undefined ? {} : { signal }),
    }
    return await client.call(name, input, options)
  }

  if (call.output_file !== undefined) checkOutputFile(call.output_file)
  await using client = await connect(deps, command, { signal, without_data: call.without_data })
  const output = await ask(client, call.confirmed).catch(async (thrown: unknown) => {
    if (asDenidinError(thrown).code !== 'confirmation_needed') throw thrown
    await confirm(deps, call)
    return await ask(client, true)
  })
  await print(deps, call, output)
  const failure = operation.failure?.(output)
  if (failure !== undefined) throw new DenidinError('damaged', failure)
}

const print = async ({ stdout, stderr }: Terminal, call: OperationCall, output: Row): Promise<void> => {
  const { input, json, optional, output_file } = call
  const { isTTY = false, columns } = stdout
  const rendering = { terminal: isTTY && output_file === undefined, columns, optional, json }
  const usual = json ? undefined : call.report
  const text = call.document ?? usual
  const { out, err = '' } = text?.(output, input, rendering) ?? {
    out: json ? `${JSON.stringify(output, null, 2)}\n` : render(output, rendering),
  }
  await write(stderr, err)
  await write(stdout, output_file === undefined ? out : await writeOutputFile(output_file, out, json))
}

/** @throws DenidinError `confirmation_needed` unless a person at the terminal says yes. */
const confirm = async ({ stdin, stderr }: Terminal, { command, operation }: OperationCall): Promise<void> => {
  if (stdin.isTTY !== true) {
    const message = `${command} needs confirmation, add --yes: ${operation.summary}`
    throw new DenidinError('confirmation_needed', message)
  }
  using lines = createInterface({ input: stdin, output: stderr })
  const answer = await lines.question(`${command}: ${operation.summary}. Go on? [y/N] `)
  if (!/^y(es)?$/i.test(answer.trim())) {
    throw new DenidinError('confirmation_needed', `${command}: not confirmed, nothing was changed`)
  }
}
