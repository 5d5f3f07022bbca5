/** Runs a program at a pseudo-terminal, as a person does who reads its questions and types the answers. */
import { spawn, spawnSync } from 'node:child_process'

const tool = spawnSync('script', ['--version'], { encoding: 'utf8' })

/** Whether this machine has the tool that makes pseudo-terminals (util-linux). */
export const PSEUDO_TERMINALS = tool.status === 0 && tool.stdout.includes('util-linux')

export interface Session extends Disposable {
  /** Resolves when the terminal shows a text that it did not show before the last answer. */
  shows(text: string): Promise<void>
  /** Types a line. */
  type(line: string): void
  /** Everything that was shown. */
  readonly screen: string
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>
}

const quoted = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`

/** @param command the program and its arguments */
export const atTerminal = (
  command: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Session => {
  const child = spawn('script', ['-qefc', command.map(quoted).join(' '), '/dev/null'], options)
  let screen = ''
  let from = 0
  let look = (): void => undefined
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text
    look()
  })
  child.stdin.on('error', () => undefined)
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve)
  })
  return {
    get screen() {
      return screen
    },
    ended,
    shows: text =>
      new Promise((resolve, reject) => {
        look = () => {
          const at = screen.indexOf(text, from)
          if (at === -1) return
          from = at + text.length
          resolve()
        }
        look()
        void ended.then(() => {
          reject(new Error(`it ended without showing "${text}":\n${screen.slice(-2000)}`))
        })
      }),
    type: line => {
      child.stdin.write(`${line}\r`)
    },
    [Symbol.dispose]: () => {
      child.kill('SIGKILL')
    },
  }
}
