/** The port of the reader of documents: the passages of one file, without secrets. */

/** What a file was read into. */
export interface DocumentContent {
  /** In the order of the file; each begins with the headings above it. */
  readonly passages: readonly string[]
  /** How many secrets were taken out. */
  readonly redacted: number
}

export interface DocumentReader {
  /**
   * Reads a file that was found in a knowledge folder.
   * @param most_bytes a larger file is refused, even if it grew meanwhile
   * @throws DenidinError with the end of a sentence that begins with the file's name: `invalid_input` (not readable as
   *   its format, empty, too long), `timeout`, `unavailable`; `stopping`
   */
  read(path: string, most_bytes: number, signal: AbortSignal): Promise<DocumentContent>
}
