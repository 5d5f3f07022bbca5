/** The streams of the command line: writes to them, and notices when their reader goes away. */
import { fileFault } from '../../platform/file-faults.ts'

/** The streams of a command line, as the entry point passes them. */
export type Input = NodeJS.ReadableStream & { readonly isTTY?: boolean }
export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number }

export interface Terminal {
  readonly stdin: Input
  readonly stdout: Output
  readonly stderr: Output
}

/**
 * Resolves when the text is written; a reader that has gone (`denidin … | head`) is not an error here.
 * @throws DenidinError `unavailable` if the output is a file that cannot be written, on a full disk for example
 */
export const write = (output: Output, text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    output.write(text, error => {
      const { code } = (error ?? {}) as NodeJS.ErrnoException
      if (code !== undefined && FILE_FAULTS.has(code)) reject(fileFault(error, 'the output'))
      else resolve()
    })
  })

/** What can be wrong with an output that is a file; anything else means that no one reads it. */
const FILE_FAULTS: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'EFBIG'])

/** Returns a signal that aborts when the reader goes away (`denidin … | head`); the stream's error is not thrown. */
export const watchReader = (output: Output): AbortSignal => {
  const gone = new AbortController()
  output.on('error', () => {
    gone.abort()
  })
  return gone.signal
}
