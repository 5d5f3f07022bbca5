/** `denidin chat`: sends the lines of a terminal or a pipe through the pipeline and prints the replies. */
import { createInterface } from 'node:readline'
import type { OperationsClient } from '../../../operations/client.ts'
import type { OperationInput, OperationOutput } from '../../../operations/list.ts'
import { asDenidinError, type ErrorCode } from '../../../platform/errors.ts'
import { EXIT_DONE, report } from '../errors.ts'
import { printable } from '../render.ts'
import { watchReader, write, type Terminal } from '../terminal.ts'

const GREETING = 'You are talking to DeniDin. /help lists its commands; leave with /exit or Ctrl-D.\n'
const PROMPT = '> '
const NO_REPLY = '(no reply)'
/** Commands that end the chat at a terminal. */
const LEAVE = new Set(['/exit', '/quit'])

export interface ChatDeps extends Terminal {
  readonly client: OperationsClient
  /** Phone number to speak as; by default the operation chooses. */
  readonly as?: string
  /** One JSON object per line: `{ phone, replies }`. */
  readonly json: boolean
  readonly signal?: AbortSignal
}

/**
 * Sends each line and prints its replies before the next; ends with the input, or when the reader of the replies has
 * disconnected. Resolves with the exit code: that of the last line that failed, else 0.
 */
export const runChat = async ({ client, as, json, signal, stdin, stdout, stderr }: ChatDeps): Promise<number> => {
  const interactive = stdin.isTTY === true && stdout.isTTY === true
  const gone = watchReader(stdout)
  const lines = createInterface({ input: stdin, ...(interactive ? { output: stdout } : {}), terminal: interactive })
  const leaving = new AbortController()
  const leave = (): void => {
    leaving.abort()
    lines.close()
  }
  gone.addEventListener('abort', leave, { once: true })
  signal?.addEventListener('abort', leave, { once: true })
  lines.on('SIGINT', leave)
  const state = { ended: false }
  lines.once('close', () => {
    state.ended = true
  })
  const show = (output: OperationOutput<'chat.say'>): readonly string[] => {
    if (json) return [JSON.stringify(output)]
    // A pipe gets only replies; at a terminal, silence would look like a failure.
    if (interactive && output.replies.length === 0) return [NO_REPLY]
    return stdout.isTTY === true ? output.replies.map(printable) : output.replies
  }

  let exit = EXIT_DONE
  let leftByCommand = false
  if (interactive) {
    stdout.write(GREETING)
    lines.setPrompt(PROMPT)
    lines.prompt()
  }
  for await (const line of lines) {
    const message = line.trim()
    if (interactive && LEAVE.has(message.toLowerCase())) {
      leftByCommand = true
      break
    }
    if (message !== '') {
      try {
        const input: OperationInput<'chat.say'> = { message, ...(as === undefined ? {} : { as }) }
        const output = await client.call('chat.say', input, { signal: leaving.signal })
        for (const text of show(output as OperationOutput<'chat.say'>)) await write(stdout, `${text}\n`)
      } catch (thrown) {
        if (leaving.signal.aborted) break
        exit = await report(thrown, stderr, json)
        // A DeniDin that is stopping will not answer the next line either.
        if (ENDS.has(asDenidinError(thrown).code)) break
      }
    }
    if (leaving.signal.aborted) break
    if (interactive && !state.ended) lines.prompt()
  }
  lines.close()
  // The cursor is still after the prompt.
  if (interactive && !leftByCommand) stdout.write('\n')
  signal?.removeEventListener('abort', leave)
  return exit
}

const ENDS: ReadonlySet<ErrorCode> = new Set(['stopping', 'unavailable', 'not_running'])
