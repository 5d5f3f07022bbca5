/** Reads a `.env` file in all the forms that people write, and names each line that it cannot read. */
import { parseEnv } from 'node:util'
import { bare, withoutInvisible } from './clean-text.ts'

/** The content of a `.env` file. Messages name file and line, never a value, because it may be a secret. */
export interface EnvFile {
  readonly values: Readonly<Record<string, string>>
  /** One line for each entry that is meant for DeniDin but would be ignored. */
  readonly problems: readonly string[]
  readonly warnings: readonly string[]
}

/** `export NAME=value`, and the same in other shells; then `=`, or `:` as in YAML. */
const ASSIGNMENT = /^(?:(?:export|set|setx)\s+|\$env:)?(?<name>[^\s=:]+)\s*(?:=|:(?=\s|$))\s*(?<value>.*)$/su
/** A setting of ours within the value of another variable, which would be lost. */
const OTHER_ASSIGNMENT =
  /(?:^|[\s;&|,"'])(?<name>DENIDIN_\w+|SESSION_BUDDY_\w+|[A-Za-z]+_API_KEY|OPENAI_(?:BASE_URL|API_BASE))["']?\s*[=:](?!=)/u
/** What ends a command in a shell. */
const COMMAND_END = /(?<!\s)\s*;\s*$/
const NAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/
const OPENING_QUOTE = /^(["'`])/
/** Patterns in a line that is meant for DeniDin, even if the line is malformed. */
const MEANT_FOR_US = /denidin|api_?key|base_?url|session_buddy/i

/** @param path for messages */
export const parseEnvFile = (text: string, path: string): EnvFile => {
  const values: Record<string, string> = {}
  const lines = new Map<string, number>()
  const problems: string[] = []
  const warnings: string[] = []
  const rows = text.replace(/\r\n?/g, '\n').split('\n')
  for (let row = 0; row < rows.length;) {
    const line = row + 1
    const cleaned = withoutInvisible(rows[row] ?? '').trim()
    const found = ASSIGNMENT.exec(cleaned.startsWith('#') ? '' : unquotedLine(cleaned))?.groups
    const name = bare(found?.['name'] ?? '')
    if (found === undefined || !NAME.test(name)) {
      row++
      if (cleaned === '' || cleaned.startsWith('#')) continue
      const message = `${path}: line ${String(line)} cannot be read; write it as NAME=value`
      if (MEANT_FOR_US.test(looksLike(cleaned))) problems.push(message)
      else warnings.push(`${message}; it is ignored`)
      continue
    }
    const { value, rows: used } = valueFrom(found['value'] ?? '', rows, row)
    row += used
    const swallowed = OTHER_ASSIGNMENT.exec(value)?.groups?.['name']
    if (swallowed !== undefined) {
      problems.push(
        `${path}: line ${String(line)} contains ${swallowed} too; write each NAME=value in a line of its own, and close all quotes`,
      )
    }
    if (value.includes('\uFFFD'))
      problems.push(`${path}: line ${String(line)} is not encoded in UTF-8; save the file as UTF-8`)
    const before = lines.get(name)
    if (before !== undefined && values[name] !== value) {
      warnings.push(
        `${path}: ${name} is set in line ${String(before)} and again in line ${String(line)}; the last one counts`,
      )
    }
    values[name] = value
    lines.set(name, line)
  }
  return { values, problems, warnings }
}

/** Unquotes a line that is quoted as a whole, as some tools write it. */
const unquotedLine = (line: string): string => {
  const inner = bare(line)
  return inner !== line && /^[A-Za-z_][A-Za-z0-9_]*\s*=/.test(inner) ? inner : line
}

/** The value of an assignment and how many lines it takes: a quoted value may continue in the next lines. */
const valueFrom = (
  first: string,
  rows: readonly string[],
  row: number,
): { readonly value: string; readonly rows: number } => {
  const quote = OPENING_QUOTE.exec(first)?.[1]
  let text = first
  let used = 1
  if (quote !== undefined && !first.slice(1).includes(quote)) {
    const end = rows.findIndex((each, at) => at > row && each.includes(quote))
    if (end > row) {
      text = [first, ...rows.slice(row + 1, end + 1)].join('\n')
      used = end - row + 1
    }
  }
  // Node's own rules for quotes, escapes and comments after a value.
  const value = parseEnv(`NAME=${text}`)['NAME'] ?? ''
  return { value: bare(quote === undefined ? value.replace(COMMAND_END, '') : value), rows: used }
}

/** Cyrillic and Greek letters that look like Latin ones, and those Latin letters in the same order. */
const ALIKE = 'АВЕІКМНОРСТХавеікмнорстхΑΒΕΙΚΜΝΟΡΤΧ'
const LATIN = 'ABEIKMHOPCTXabeikmhopctxABEIKMNOPTX'

/** Replaces letters that look like Latin ones, so that a misspelt name is noticed. */
const looksLike = (line: string): string =>
  line.normalize('NFKC').replace(new RegExp(`[${ALIKE}]`, 'gu'), letter => LATIN[ALIKE.indexOf(letter)] ?? letter)
