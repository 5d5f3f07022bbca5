import { createInterface } from 'node:readline/promises'
import type { ClientOptions, OperationsClient } from '../../operations/client.ts'
import { inputError } from '../../operations/input-error.ts'
import type { Operation } from '../../operations/operation.ts'
import { asDenidinError, DenidinError } from '../../platform/errors.ts'
import { Progress } from './progress.ts'
import { connect, type Connection } from './connect.ts'
import { render } from './render.ts'
import { write, type Terminal } from './terminal.ts'

export interface OperationCall {
  /** Name of the operation. */
  readonly name: string
  /** What was typed for it: `session list`. */
  readonly words: string
  /** See `CliCommand`. */
  readonly spare?: readonly string[] | undefined
  readonly operation: Operation
  readonly input: Readonly<Record<string, unknown>>
  readonly json: boolean
  /** `--yes` was given. */
  readonly confirmed: boolean
  readonly signal?: AbortSignal
}

/**
 * Runs one operation and prints its output.
 * @throws DenidinError as the operation does, and `damaged` when its output tells of a failure; `invalid_input` before anything is opened; `confirmation_needed` when
 *   nobody at a terminal says yes.
 */
export const runOperation = async (deps: Terminal & Connection, call: OperationCall): Promise<void> => {
  const { name, words, operation, input, json, signal } = call
  const parsed = operation.input.safeParse(input)
  if (!parsed.success) throw inputError(words, parsed.error, input, operation.input)

  const ask = async (client: OperationsClient, confirmed: boolean): Promise<Record<string, unknown>> => {
    using progress = new Progress(words, deps.clock, deps.stderr)
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

  await using client = await connect(deps, words, { signal })
  const output = await ask(client, call.confirmed).catch(async (thrown: unknown) => {
    const error = asDenidinError(thrown)
    if (error.code !== 'confirmation_needed' || !(await saysYes(deps, error))) throw error
    return await ask(client, true)
  })
  const { isTTY: terminal = false, columns } = deps.stdout
  const rendering = { terminal, columns, spare: call.spare }
  await write(deps.stdout, json ? `${JSON.stringify(output, null, 2)}\n` : render(output, rendering))
  const failure = operation.failure?.(output)
  if (failure !== undefined) throw new DenidinError('damaged', failure)
}

const saysYes = async ({ stdin, stderr }: Terminal, question: DenidinError): Promise<boolean> => {
  if (stdin.isTTY !== true) {
    await write(stderr, 'Add --yes to confirm.\n')
    return false
  }
  using lines = createInterface({ input: stdin, output: stderr })
  const answer = await lines.question(`${question.message}. Go on? [y/N] `)
  return /^y(es)?$/i.test(answer.trim())
}
