import { PassThrough, Readable } from 'node:stream'
import type { Examine } from '../../src/interfaces/cli/local/doctor.ts'
import type { SetupDeps } from '../../src/interfaces/cli/local/setup/setup.ts'
import type { Input, Output } from '../../src/interfaces/cli/terminal.ts'

/** The ends of a command line in a test: what goes in is given, what comes out is kept. */
export interface FakeTerminal {
  readonly stdin: Input & NodeJS.WritableStream
  readonly stdout: Output
  readonly stderr: Output
  out(): string
  err(): string
  /** Resolves when stdout holds `text`. */
  shows(text: string): Promise<void>
}

/** `stdin`: all that will ever be read; without it the test types, and ends the input itself. */
export const fakeTerminal = (part: { stdin?: string; isTTY?: boolean; columns?: number } = {}): FakeTerminal => {
  const { isTTY = false, columns } = part
  const kept = { out: '', err: '' }
  let look = (): void => undefined
  const end = (name: 'out' | 'err'): Output => {
    const stream = new PassThrough()
    stream.on('data', (chunk: Buffer) => {
      kept[name] += chunk.toString()
      look()
    })
    return Object.assign(stream, { isTTY, ...(columns === undefined ? {} : { columns }) })
  }
  const stdin = new PassThrough()
  if (part.stdin !== undefined) Readable.from([part.stdin]).pipe(stdin)
  return {
    stdin: Object.assign(stdin, { isTTY }),
    stdout: end('out'),
    stderr: end('err'),
    out: () => kept.out,
    err: () => kept.err,
    shows: text =>
      new Promise(resolve => {
        look = () => {
          if (kept.out.includes(text) || kept.err.includes(text)) resolve()
        }
        look()
      }),
  }
}

/** A doctor that has nothing to examine. */
export const nothingExamined: Examine = () => Promise.resolve({ healthy: true, versions: {}, checks: [] })

/** A setup that must not be run. */
export const noSetup: SetupDeps = {
  setup: async () => {
    throw new Error('no setup here')
  },
  command: '/nowhere/denidin',
  variable: () => undefined,
}
