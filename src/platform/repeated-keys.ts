/** Finds keys that are given twice in one object of a JSON file, where the first value would be lost without a word. */
import JSON5 from 'json5'

export interface RepeatedKey {
  readonly path: readonly string[]
  /** Lines of the first and of the next appearance, counted from 1. */
  readonly lines: readonly [number, number]
}

/** Comments, texts in both kinds of quotes, punctuation, and everything else without spaces. */
const TOKEN =
  /\/\/[^\n\r\u2028\u2029]*|\/\*[^]*?\*\/|"(?:\\[^]|[^"\\])*"|'(?:\\[^]|[^'\\])*'|[{}[\],:]|[^\s{}[\],:"'/]+/g

/** An object, or a list, whose values have no keys. */
interface Level {
  readonly keys: Map<string, number> | undefined
  /** The key of the value that is being read. */
  key: string
}

/** The first key that is repeated in a valid JSON5 text. */
export const repeatedKey = (text: string): RepeatedKey | undefined => {
  const levels: Level[] = []
  let before = { token: '', at: 0 }
  for (const { 0: token, index: at } of text.matchAll(TOKEN)) {
    if (token.startsWith('//') || token.startsWith('/*')) continue
    const level = levels.at(-1)
    if (token === '{' || token === '[') levels.push({ keys: token === '{' ? new Map() : undefined, key: '' })
    else if (token === '}' || token === ']') levels.pop()
    else if (token === ':' && level?.keys !== undefined) {
      level.key = nameOf(before.token)
      const first = level.keys.get(level.key)
      if (first !== undefined) {
        return {
          path: levels.map(({ key }) => key).filter(key => key !== ''),
          lines: [lineAt(text, first), lineAt(text, before.at)],
        }
      }
      level.keys.set(level.key, before.at)
    }
    before = { token, at }
  }
  return undefined
}

const nameOf = (token: string): string => (/^["']/.test(token) ? String(JSON5.parse(token)) : token)

const lineAt = (text: string, at: number): number => text.slice(0, at).split(/\r\n|[\n\r]/).length

/** The sentence about a repeated key, without the name of the file. */
export const repeatedKeyText = ({ path, lines: [first, second] }: RepeatedKey): string =>
  `${path.join('.')} is given twice, in line ${String(first)}${first === second ? '' : ` and in line ${String(second)}`}; keep one of them`
