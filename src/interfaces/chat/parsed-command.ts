/** A chat command as a person wrote it. */
export interface ParsedCommand {
  /** With its slash: `/memory`. */
  readonly name: string
  /** The text after the name. */
  readonly args: string
}
