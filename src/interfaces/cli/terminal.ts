/** The streams of the command line: writes to them, and notices when their reader goes away. */

/** The streams of a command line, as the entry point passes them. */
export type Input = NodeJS.ReadableStream & { readonly isTTY?: boolean }
export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number }

export interface Terminal {
  readonly stdin: Input
  readonly stdout: Output
  readonly stderr: Output
}

/** Resolves when the text is written; a reader that has gone (EPIPE) is not an error here. */
export const write = (output: Output, text: string): Promise<void> =>
  new Promise(resolve => {
    output.write(text, () => {
      resolve()
    })
  })

/** Returns a signal that aborts when the reader goes away (`denidin … | head`); the stream's error is not thrown. */
export const watchReader = (output: Output): AbortSignal => {
  const gone = new AbortController()
  output.on('error', () => {
    gone.abort()
  })
  return gone.signal
}
