/**
 * Reads the word lists and patterns of each language from the text files in this folder: `<language>/<name>.txt`. A new
 * language is a new folder; a line that begins with `#` is a comment.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Languages, and `shared` for lists whose lines combine several languages. */
const FOLDERS = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter(entry => entry.isDirectory())
  .map(entry => entry.name)
  .sort()
  .map(name => ({ name, files: new Set(readdirSync(join(import.meta.dirname, name))) }))

const DEFINITION = /^@(\w+) = (.+)$/

/** The lines of one list in one language, without comments; empty if the language has no such list. */
const linesIn = ({ name: folder, files }: (typeof FOLDERS)[number], name: string): readonly string[] => {
  const file = `${name}.txt`
  if (!files.has(file)) return []
  const text = readFileSync(join(import.meta.dirname, folder, file), 'utf8')
  return text.split(/\r?\n/).filter(line => line !== '' && !line.startsWith('#'))
}

/**
 * The lines of a list in all languages together.
 * @throws Error if no language has the list: the installation is incomplete.
 */
export const lexiconLines = (name: string): readonly string[] => {
  const lines = FOLDERS.flatMap(folder => linesIn(folder, name))
  if (lines.length === 0) throw new Error(`the lexicon ${name}.txt is missing`)
  return lines
}

/** The words of a list in all languages together. */
export const lexiconWords = (name: string): readonly string[] => lexiconLines(name).flatMap(line => line.split(/\s+/))

/**
 * The patterns of a list in all languages together: sources of regular expressions. `@name = pattern` defines a part
 * that later lines and definitions of the same file use as `@name`; `'` matches an apostrophe of either form, or none.
 */
export const lexiconPatterns = (name: string): readonly string[] => {
  const patterns = FOLDERS.flatMap(folder => expand(linesIn(folder, name)))
  if (patterns.length === 0) throw new Error(`the lexicon ${name}.txt is missing`)
  return patterns
}

const expand = (lines: readonly string[]): readonly string[] => {
  const definitions = new Map<string, string>()
  const resolve = (line: string): string =>
    line.replace(/@(\w+)/g, (_, name: string) => {
      const pattern = definitions.get(name)
      if (pattern === undefined) throw new Error(`a lexicon uses @${name} before it is defined`)
      return pattern
    })
  return lines.flatMap(line => {
    const [, name, pattern] = DEFINITION.exec(line) ?? []
    if (name === undefined || pattern === undefined) return [resolve(line).replace(/'/g, "['’]?")]
    definitions.set(name, `(?:${resolve(pattern)})`)
    return []
  })
}

/** Word boundaries for letters of every script, as parts of a pattern. */
export const WORD_BEGINS = '(?<![\\p{L}\\p{N}])'
export const WORD_ENDS = '(?![\\p{L}\\p{N}])'

/** Matches any pattern of a list as whole words. */
export const wholeWordsOf = (name: string): RegExp =>
  new RegExp(`${WORD_BEGINS}(?:${lexiconPatterns(name).join('|')})${WORD_ENDS}`, 'iu')

/** Splits lines of the form `label: text` into their two parts. @throws Error if a line has another form. */
export const labelled = (lines: readonly string[]): readonly (readonly [label: string, text: string])[] =>
  lines.map(line => {
    const [, label, text] = /^([^:]+): (.+)$/.exec(line) ?? []
    if (label === undefined || text === undefined) throw new Error(`a lexicon has a line without a label: ${line}`)
    return [label, text]
  })
