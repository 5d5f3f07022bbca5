/** Changes single values in the text of a JSON file, so that the rest, including comments, stays as it was written. */
import JSON5 from 'json5'
import { applyEdits, modify, parse, type ParseError } from 'jsonc-parser'

/** A value and where it belongs; `undefined` removes what is there. */
export interface JsonEdit {
  readonly path: readonly string[]
  readonly value: unknown
}

export interface EditedJson {
  readonly text: string
  /**
   * Whether the file had comments that are lost, because it is written in a form of JSON in which single values cannot
   * be changed.
   */
  readonly comments_lost: boolean
}

const INDENT_SPACES = 2

/** The text of one JSON object with these values. An empty text counts as an empty object; invalid text must not come. */
export const editJson = (text: string, edits: readonly JsonEdit[]): EditedJson => {
  const begin = text.trim() === '' ? '{}\n' : text
  return isPlain(begin) ? editedInPlace(begin, edits) : rewritten(begin, edits)
}

/**
 * Whether a text is JSON with comments and trailing commas. The JSON editor cannot read other features of JSON5, such
 * as unquoted names.
 */
const isPlain = (text: string): boolean => {
  const errors: ParseError[] = []
  parse(text, errors, { allowTrailingComma: true })
  return errors.length === 0
}

const editedInPlace = (text: string, edits: readonly JsonEdit[]): EditedJson => {
  const formattingOptions = { insertSpaces: true, tabSize: INDENT_SPACES, eol: text.includes('\r\n') ? '\r\n' : '\n' }
  const edited = edits.reduce((now, { path, value }) => {
    // The editor refuses to remove what is not there.
    const removesNothing = value === undefined && valueIn(JSON5.parse(now), path) === undefined
    return removesNothing ? now : applyEdits(now, modify(now, [...path], value, { formattingOptions }))
  }, text)
  return { text: edited, comments_lost: false }
}

type Tree = Readonly<Record<string, unknown>>

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value)

const valueIn = (tree: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((node, name) => (isTree(node) ? node[name] : undefined), tree)

const rewritten = (text: string, edits: readonly JsonEdit[]): EditedJson => {
  const read = JSON5.parse<unknown>(text)
  const edited = edits.reduce<Tree>((tree, { path, value }) => withValue(tree, path, value), isTree(read) ? read : {})
  return { text: `${JSON.stringify(edited, null, INDENT_SPACES)}\n`, comments_lost: /\/[/*]/.test(text) }
}

const withValue = (tree: Tree, [name = '', ...rest]: readonly string[], value: unknown): Tree => {
  const below = tree[name]
  return { ...tree, [name]: rest.length === 0 ? value : withValue(isTree(below) ? below : {}, rest, value) }
}
