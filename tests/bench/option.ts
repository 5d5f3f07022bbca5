/** The word behind an option of the command line, such as `--lines 1000`; `undefined` without it. */
export const option = (name: string): string | undefined => {
  const at = process.argv.indexOf(name)
  return at < 0 ? undefined : process.argv[at + 1]
}
