/** Changes single values in the text of a profile file, so that the rest, including comments, stays as written. */
import JSON5 from 'json5'
import { applyEdits, modify, parse, type ParseError } from 'jsonc-parser'
import type { BudgetProfile } from './budget-profiles.ts'
import { readBudgetProfiles } from './read-profiles.ts'

/** A value to write: a profile, or the profile of an agent. */
export type ProfileEdit =
  { readonly profile: string; readonly value: BudgetProfile } | { readonly agent: string; readonly assigned: string }

export interface EditedProfiles {
  readonly text: string
  /**
   * Whether the file had comments that are lost, because it is written in a form of JSON in which single values cannot
   * be changed.
   */
  readonly comments_lost: boolean
}

const INDENT_SPACES = 2

/**
 * The text with these values. An empty text counts as an empty object.
 * @param source names the file in errors
 * @throws DenidinError `invalid_config` if the text is invalid, or would be afterwards
 */
export const editProfiles = (text: string, edits: readonly ProfileEdit[], source: string): EditedProfiles => {
  readBudgetProfiles(text, source)
  const begin = text.trim() === '' ? '{}\n' : text
  const edited = isPlain(begin) ? editedInPlace(begin, edits) : rewritten(begin, edits)
  readBudgetProfiles(edited.text, source)
  return edited
}

const pathOf = (edit: ProfileEdit): readonly (readonly [readonly string[], unknown])[] =>
  'agent' in edit
    ? [[['agent_assignments', edit.agent], edit.assigned]]
    : Object.entries(edit.value).map(([key, value]) => [['profiles', edit.profile, key], value] as const)

/**
 * Whether a text is JSON with comments and trailing commas. The JSON editor cannot read other features of JSON5, such
 * as unquoted names.
 */
const isPlain = (text: string): boolean => {
  const errors: ParseError[] = []
  parse(text, errors, { allowTrailingComma: true })
  return errors.length === 0
}

const editedInPlace = (text: string, edits: readonly ProfileEdit[]): EditedProfiles => {
  const formattingOptions = { insertSpaces: true, tabSize: INDENT_SPACES, eol: text.includes('\r\n') ? '\r\n' : '\n' }
  const edited = edits
    .flatMap(pathOf)
    .reduce((now, [path, value]) => applyEdits(now, modify(now, [...path], value, { formattingOptions })), text)
  return { text: edited, comments_lost: false }
}

type Tree = Readonly<Record<string, unknown>>

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value)

const rewritten = (text: string, edits: readonly ProfileEdit[]): EditedProfiles => {
  const read = JSON5.parse<unknown>(text)
  const edited = edits
    .flatMap(pathOf)
    .reduce<Tree>((tree, [path, value]) => withValue(tree, path, value), isTree(read) ? read : {})
  return { text: `${JSON.stringify(edited, null, INDENT_SPACES)}\n`, comments_lost: /\/[/*]/.test(text) }
}

const withValue = (tree: Tree, [name = '', ...rest]: readonly string[], value: unknown): Tree => {
  const below = tree[name]
  return { ...tree, [name]: rest.length === 0 ? value : withValue(isTree(below) ? below : {}, rest, value) }
}
