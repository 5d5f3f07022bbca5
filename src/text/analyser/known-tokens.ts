/**
 * Reads a text token by token and keeps what the analyser said of each: few tokens make up most of what people write. A
 * token is read alone only where nothing around it can change its words.
 */
/** What a token means, wherever it is. */
export interface Token<Word> {
  readonly words: readonly Word[]
  /** It changes how other words of its text are read. */
  readonly changes_others: boolean
}

/** Tokens of each of two generations, without and with figures: the latter seldom come again. */
const MOST_WORDS_KEPT = 50_000
const MOST_FIGURES_KEPT = 5000
/** Longer ones are addresses and codes, which do not come again. */
const LONGEST_KEPT = 48

/** What a character does. `unknown`: it may change what is around it, so the text is read as a whole. */
const UNKNOWN = 0
const INSIDE = 1
const SPACE = 2
/** Ends a word, whatever is around it, but for figures. */
const BREAK = 3
const FIGURE = 4
/** A sign that means nothing at the edge of a token. */
const EDGE = 5
/** As `INSIDE`; but Unicode's compatibility form has another sign for it. */
const ELLIPSIS = 6
/** As `INSIDE`, beyond English and Hebrew. */
const FOREIGN = 7
const SURROGATE = 8

const CLASSES = new Uint8Array(1 << 16)
const classify = (kind: number, from: string | number, to: string | number = from): void => {
  const code = (of: string | number): number => (typeof of === 'number' ? of : of.charCodeAt(0))
  CLASSES.fill(kind, code(from), code(to) + 1)
}
classify(INSIDE, '!', '~')
classify(INSIDE, 'א', 'ת')
for (const each of "'+#\u05be\u05f3\u05f4\u2013\u2018\u2019") classify(INSIDE, each)
for (const each of ' \t\n\r') classify(SPACE, each)
for (const each of '(),:;!?[]{}<>*/=|~^%$\\\u2014') classify(BREAK, each)
for (const each of '"`-.@_&\u201c\u201d') classify(EDGE, each)
classify(ELLIPSIS, '\u2026')
classify(FIGURE, '0', '9')
// Letters that have one form each: Latin, Cyrillic, Arabic. Those that are spelled in two ways change other words.
classify(FOREIGN, 'À', 'ſ')
for (const each of '×÷äöüøåÄÖÜØÅ') classify(UNKNOWN, each)
classify(FOREIGN, 'Ѐ', 'ҁ')
classify(FOREIGN, 'Ҋ', 'ӿ')
classify(FOREIGN, 'ء', 'غ')
classify(FOREIGN, 'ف', 'ي')
// Signs and pictures.
for (const each of '«»„€₪•·\ufe0f') classify(FOREIGN, each)
classify(FOREIGN, '←', '⇿')
classify(FOREIGN, '─', '╿')
classify(FOREIGN, '☀', '➿')
classify(SURROGATE, 0xd83c, 0xd83e)

/** Pictures of which none is a letter, a figure or a flag. */
const isPicture = (high: number, low: number): boolean =>
  low >= 0xdc00 && low <= 0xdfff && (high === 0xd83d || (high === 0xd83c ? low >= 0xdf00 : low < 0xdff0))

/** An apostrophe ends no word, and begins a possessive. */
const isEdge = (code: number, at_end: boolean): boolean =>
  CLASSES[code] === EDGE
    ? // ".NET"; a sigil before a word says nothing.
      at_end || code !== DOT
    : at_end && (code === APOSTROPHE || code === CURLED_APOSTROPHE)
const DOT = 0x2e
const APOSTROPHE = 0x27
const CURLED_APOSTROPHE = 0x2019
const LAST_ASCII = 0x7f

/** Whether what follows figures may belong to them: more figures; am, pm, or what folds to it. */
const mayFollowFigures = (code: number): boolean =>
  code > LAST_ASCII || code === 0x61 || code === 0x41 || code === 0x70 || code === 0x50

interface Kept<Word> {
  readonly token: string
  readonly meant: Token<Word>
}

/** Tokens by their letters: a table with open addressing, which is asked for a part of a text without cutting it out. */
class TokenTable<Word> {
  readonly #mask: number
  /** The hash of each token; 0 where there is none. */
  readonly #hashes: Int32Array
  readonly #kept: Kept<Word>[] = []
  /** For each place, where in `#kept` its token is. */
  readonly #numbers: Int32Array

  /** @param most tokens: half as many as there are places */
  constructor(most: number) {
    const places = 2 ** Math.ceil(Math.log2(2 * most))
    this.#mask = places - 1
    this.#hashes = new Int32Array(places)
    this.#numbers = new Int32Array(places)
  }

  get size(): number {
    return this.#kept.length
  }

  find(text: string, from: number, to: number, hash: number): Kept<Word> | undefined {
    for (let place = hash & this.#mask; ; place = (place + 1) & this.#mask) {
      const own = this.#hashes[place]
      if (own === 0) return undefined
      if (own !== hash) continue
      const kept = this.#kept[this.#numbers[place] ?? 0]
      if (kept !== undefined && isSame(kept.token, text, from, to)) return kept
    }
  }

  add(kept: Kept<Word>, hash: number): void {
    let place = hash & this.#mask
    while (this.#hashes[place] !== 0) place = (place + 1) & this.#mask
    this.#hashes[place] = hash
    this.#numbers[place] = this.#kept.push(kept) - 1
  }
}

const isSame = (token: string, text: string, from: number, to: number): boolean => {
  if (token.length !== to - from) return false
  for (let at = from; at < to; at++) if (token.charCodeAt(at - from) !== text.charCodeAt(at)) return false
  return true
}

/** Prime of the FNV hash. */
const FNV_PRIME = 0x01000193

/** Never 0. */
const hashOf = (text: string, from: number, to: number): number => {
  let hash = to - from
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ text.charCodeAt(at), FNV_PRIME)
  hash ^= hash >>> 15
  return hash === 0 ? 1 : hash
}

/** What was met last: tokens that were met since the last change of generations, and those of the time before. */
class KeptTokens<Word> {
  readonly #most: number
  readonly #read: (token: string) => Token<Word>
  #recent: TokenTable<Word> | undefined
  #former: TokenTable<Word> | undefined

  constructor(most: number, read: (token: string) => Token<Word>) {
    this.#most = most
    this.#read = read
  }

  get(text: string, from: number, to: number): Token<Word> {
    const hash = hashOf(text, from, to)
    return (this.#recent?.find(text, from, to, hash) ?? this.#find(text, from, to, hash)).meant
  }

  #find(text: string, from: number, to: number, hash: number): Kept<Word> {
    let kept = this.#former?.find(text, from, to, hash)
    if (kept === undefined) {
      // A part of a text would keep the whole of it in memory.
      const token = Buffer.from(text.slice(from, to)).toString()
      kept = { token, meant: this.#read(token) }
    }
    if (to - from > LONGEST_KEPT) return kept
    if (this.#recent !== undefined && this.#recent.size >= this.#most) {
      this.#former = this.#recent
      this.#recent = undefined
    }
    this.#recent ??= new TokenTable(this.#most)
    this.#recent.add(kept, hash)
    return kept
  }
}

export class KnownTokens<Word> {
  readonly #words: KeptTokens<Word>
  readonly #figures: KeptTokens<Word>

  /** @param read what the analyser says of a token alone */
  constructor(read: (token: string) => Token<Word>) {
    this.#words = new KeptTokens(MOST_WORDS_KEPT, read)
    this.#figures = new KeptTokens(MOST_FIGURES_KEPT, read)
  }

  /**
   * The words of a text.
   * @param most words; a text with more of them is read as a whole
   * @returns undefined when the text has to be read as a whole
   */
  wordsOf(text: string, most: number): Word[] | undefined {
    const words: Word[] = []
    let is_foreign = false
    let has_ellipsis = false
    /** Where the last token began; −1 between tokens. */
    let from = -1
    /** Where a row of fields with figures began; −1 outside of one; and how many words there were before its field. */
    let figures_from = -1
    let field_from = 0
    let words_before = 0
    let has_figure = false
    for (let at = 0; at <= text.length; at++) {
      const code = at === text.length ? SPACE_CODE : text.charCodeAt(at)
      let kind = CLASSES[code] ?? UNKNOWN
      if (kind === UNKNOWN) return undefined
      if (kind === SURROGATE) {
        if (!isPicture(code, text.charCodeAt(++at))) return undefined
        kind = FOREIGN
        if (from < 0) from = at - 1
      }
      if (kind === FOREIGN) is_foreign = true
      else if (kind === ELLIPSIS) has_ellipsis = true
      else if (kind === FIGURE) has_figure = true
      if (kind !== SPACE && kind !== BREAK) {
        if (from < 0) from = at
        continue
      }
      if (from >= 0 && !has_figure) {
        if (!this.#add(text, from, at, words)) return undefined
      }
      from = -1
      if (kind === BREAK) continue
      // A field ends here.
      if (has_figure) {
        words.length = words_before
        if (figures_from < 0) figures_from = field_from
        if (!goesOn(text, at)) {
          if (!put(this.#figures.get(text, figures_from, at), words)) return undefined
          figures_from = -1
        }
      } else if (figures_from >= 0 && at > field_from) {
        words.length = words_before
        if (!put(this.#figures.get(text, figures_from, at), words)) return undefined
        figures_from = -1
      }
      if (words.length >= most) return undefined
      has_figure = false
      field_from = at + 1
      words_before = words.length
    }
    return is_foreign && has_ellipsis ? undefined : words
  }

  #add(text: string, from: number, to: number, words: Word[]): boolean {
    let first = from
    let end = to
    while (first < end && isEdge(text.charCodeAt(first), false)) first++
    while (end > first && isEdge(text.charCodeAt(end - 1), true)) end--
    return first === end || put(this.#words.get(text, first, end), words)
  }
}

/** @returns false when the token changes how other words are read */
const put = <Word>({ words: own, changes_others }: Token<Word>, words: Word[]): boolean => {
  if (changes_others) return false
  if (own.length === 1) words.push(own[0] as Word)
  else for (const each of own) words.push(each)
  return true
}

const SPACE_CODE = 0x20

/** Whether the field behind one with figures may belong to them. */
const goesOn = (text: string, end: number): boolean => {
  const next = end + 1
  if (next >= text.length) return false
  if (mayFollowFigures(text.charCodeAt(next))) return true
  for (let at = next; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (CLASSES[code] === SPACE) return false
    // "5 l'am": what folding removes may have been between them.
    if (CLASSES[code] === FIGURE || code === APOSTROPHE || code === CURLED_APOSTROPHE) return true
  }
  return false
}
