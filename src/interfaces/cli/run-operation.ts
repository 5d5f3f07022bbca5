/** Runs one operation for a command: checks its input, asks for confirmation, shows progress, prints the output. */
import type { ClientOptions, OperationsClient } from '../../operations/client.ts'
import { fieldsOf } from '../../operations/fields.ts'
import { inputError } from '../../operations/input-error.ts'
import type { Operation } from '../../operations/operation.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import { withDeadline } from '../../platform/deadline.ts'
import { asDenidinError, DenidinError } from '../../platform/errors.ts'
import { formatOfFile, textOfFile } from '../../platform/file-format.ts'
import { Progress } from './progress.ts'
import { connect, type Connection } from './connect.ts'
import { checkOutputFile, writeOutputFile } from './output-file.ts'
import { isAttended, Questions } from './questions.ts'
import { kebab, render, type Report } from './render.ts'
import { write, type Terminal } from './terminal.ts'

type Row = Readonly<Record<string, unknown>>

/**
 * Asks the person at the terminal for what an operation refused to guess.
 * @returns the input with the answers; `undefined`: there is nothing to ask about, or the person left
 */
export type Clarify = (
  questions: Questions,
  input: Readonly<Record<string, unknown>>,
  client: OperationsClient,
) => Promise<Readonly<Record<string, unknown>> | undefined>

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
  /** Asks for what is missing after a refusal. */
  readonly clarify?: Clarify | undefined
  /** The file to which the text is written, relative to the folder in which the command is typed. */
  readonly output_file?: string | undefined
  readonly operation: Operation
  readonly input: Readonly<Record<string, unknown>>
  readonly json: boolean
  /** `--yes` was given. */
  readonly confirmed: boolean
  readonly signal?: AbortSignal
}

/** Operations that answer at once if the bot is well: a monitor must not wait for a process that is suspended. */
const FOR_MONITORS: ReadonlySet<string> = new Set(['health', 'status'])
const LONGEST_ANSWER_MS = 30 * SECOND_MS

const noAnswer = (): DenidinError => {
  const seconds = String(LONGEST_ANSWER_MS / SECOND_MS)
  const message = `DeniDin runs, but has not answered for ${seconds} s: its process is suspended or overloaded`
  return new DenidinError('timeout', message, { retryable: true })
}

/**
 * Runs one operation and prints its output.
 * @throws DenidinError as the operation does; `invalid_input` before anything is opened; `confirmation_needed` if no
 *   one at a terminal confirms; `damaged` if the output reports a failure.
 */
export const runOperation = async (deps: Terminal & Connection, call: OperationCall): Promise<void> => {
  const { name, command, operation, json, signal } = call
  const input = withFormatOfFile(call)
  const parsed = operation.input.safeParse(input)
  if (!parsed.success) throw inputError(command, parsed.error, input, operation.input, kebab)

  const ask = async (
    client: OperationsClient,
    confirmed: boolean,
    answered: OperationCall['input'] = input,
  ): Promise<Record<string, unknown>> => {
    using progress = new Progress(command, deps.clock, deps.stderr)
    const options: ClientOptions = {
      confirmed,
      progress: step => {
        progress.step(step)
      },
      notice: sentence => {
        deps.stderr.write(json ? `${JSON.stringify({ notice: sentence })}\n` : `${sentence}\n`)
      },
    }
    const answer = (within: AbortSignal | undefined): Promise<Record<string, unknown>> =>
      client.call(name, answered, within === undefined ? options : { ...options, signal: within })
    return FOR_MONITORS.has(name)
      ? await withDeadline(deps.clock, LONGEST_ANSWER_MS, noAnswer(), answer, signal)
      : await answer(signal)
  }

  if (call.output_file !== undefined) checkOutputFile(call.output_file)
  else if (call.document !== undefined && json) checkFormat(input['format'])
  await using client = await connect(deps, command, { signal, without_data: call.without_data })
  const output = await ask(client, call.confirmed).catch(async (thrown: unknown) => {
    const { code } = asDenidinError(thrown)
    if (code === 'confirmation_needed') {
      await confirm(deps, call)
      return await ask(client, true)
    }
    if (code !== 'invalid_input' || call.clarify === undefined || json || !isAttended(deps)) throw thrown
    using questions = new Questions(deps)
    const answered = await call.clarify(questions, input, client)
    if (answered === undefined) throw thrown
    return await ask(client, call.confirmed, answered)
  })
  await print(deps, { ...call, input }, output)
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
  if (output_file === undefined) {
    await write(stdout, out)
    return
  }
  const format = call.document === undefined ? undefined : (input['format'] as string | undefined)
  await write(stdout, await writeOutputFile(output_file, textOfFile(out, format), json))
}

/** The file of the output may say its format by its name. @throws DenidinError `invalid_input` */
const withFormatOfFile = ({ operation, input, output_file }: OperationCall): OperationCall['input'] => {
  const formats = fieldsOf(operation.input).find(({ name }) => name === 'format')?.values ?? []
  if (output_file === undefined || formats.length === 0) return input
  const given = input['format']
  // A format that does not exist is named when the input is checked.
  if (given !== undefined && !formats.some(each => each === given)) return input
  const format = formatOfFile(output_file, given as string | undefined, formats)
  return format === undefined ? input : { ...input, format }
}

/** `--json` is a format too; beside a file, it is that of the line about the file. @throws DenidinError `invalid_input` */
const checkFormat = (format: unknown): void => {
  if (format !== 'csv' && format !== 'html') return
  throw new DenidinError('invalid_input', `--json and --format ${format} exclude each other; leave one of them out`)
}

/** @throws DenidinError `confirmation_needed` unless a person at the terminal says yes. */
const confirm = async (terminal: Terminal, { command, operation }: OperationCall): Promise<void> => {
  if (terminal.stdin.isTTY !== true) {
    const message = `${command} needs confirmation, add --yes: ${operation.summary}`
    throw new DenidinError('confirmation_needed', message)
  }
  using questions = new Questions(terminal)
  const answer = (await questions.ask(`${command}: ${operation.summary}. Go on? [y/N] `)) ?? ''
  if (!/^y(es)?$/i.test(answer)) {
    throw new DenidinError('confirmation_needed', `${command}: not confirmed, nothing was changed`)
  }
}
