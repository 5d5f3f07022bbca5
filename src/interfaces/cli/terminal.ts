/** The ends of a command line, as the entry point hands them over. */
export type Input = NodeJS.ReadableStream & { readonly isTTY?: boolean }
export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number }

export interface Terminal {
  readonly stdin: Input
  readonly stdout: Output
  readonly stderr: Output
}

/** Resolves when the text has left; a reader who has gone (EPIPE) is no error here. */
export const write = (output: Output, text: string): Promise<void> =>
  new Promise(resolve => {
    output.write(text, () => {
      resolve()
    })
  })

/**
 * Watches for a reader who goes away (`denidin … | head`): `gone` is aborted, and the stream's error is not thrown.
 */
export const watchReader = (output: Output): AbortSignal => {
  const gone = new AbortController()
  output.on('error', () => {
    gone.abort()
  })
  return gone.signal
}
