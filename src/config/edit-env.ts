/** Changes single variables in the text of a `.env` file; comments, order and all other lines stay as they are. */

/** The text with these variables. A variable that is set several times keeps its last line only: the last one counts. */
export const editEnv = (text: string, values: Readonly<Record<string, string>>): string => {
  const end = text.includes('\r\n') ? '\r\n' : '\n'
  return Object.entries(values).reduce((now, [name, value]) => withVariable(now, name, quoted(value), end), text)
}

const withVariable = (text: string, name: string, value: string, end: string): string => {
  const lines = text.split(/\r?\n/)
  const assigns = new RegExp(String.raw`^\s*(?:export\s+)?${name}\s*[=:]`)
  const last = lines.findLastIndex(line => assigns.test(line))
  const line = `${name}=${value}`
  if (last === -1) {
    const filled = text === '' || /\n$/.test(text) ? text : `${text}${end}`
    return `${filled}${line}${end}`
  }
  return lines.flatMap((each, at) => (at === last ? [line] : assigns.test(each) ? [] : [each])).join(end)
}

/** A value with blanks or a `#` needs quotes. */
const quoted = (value: string): string => (/[\s#"'`]/.test(value) ? `'${value}'` : value)
