/** What a start prints for the operator, and keeps in `logs/startup.log`. */
import { fstatSync, ftruncateSync } from 'node:fs'

/** What the bot prints for whoever started it. */
export interface StartOutput {
  /** Prints a line that stays. */
  say(line: string): void
  /**
   * Prints a text that counts only until the next one, such as a code for linking: in a file that one takes its place, so
   * that weeks without a phone fill no disk.
   */
  show(text: string): void
}

/** Prints to a stream of the process. */
export const createStartOutput = (stream: NodeJS.WritableStream & { readonly fd: number }): StartOutput => {
  let shown: { readonly begin: number; readonly end: number } | undefined
  /** Writing to a file is synchronous here: its size is where the next text begins. */
  const sizeOfFile = (): number | undefined => {
    const target = fstatSync(stream.fd)
    return target.isFile() ? target.size : undefined
  }
  const say = (line: string): void => {
    stream.write(`${line}\n`)
  }
  return {
    say,
    show: text => {
      const size = sizeOfFile()
      if (size !== undefined && size === shown?.end) ftruncateSync(stream.fd, shown.begin)
      const begin = sizeOfFile()
      say(text)
      const end = sizeOfFile()
      shown = begin === undefined || end === undefined ? undefined : { begin, end }
    },
  }
}
