/**
 * Separates a model's text for the reader from hidden reasoning and from tokens of its chat template, which some
 * servers leave in the text.
 */

/** A mark of hidden reasoning in a text. */
interface Mark {
  readonly kind: 'open' | 'close'
  /** Marks of one family end each other: models open with one tag and close with another. */
  readonly family: 'reasoning' | 'details'
  readonly from: number
  readonly to: number
}

const REASONING_TAGS =
  'think(?:ing)?|thoughts?|reasoning|reflection|analysis|scratchpad|inner_?(?:monologue|thoughts)|internal_monologue|[a-z]+:think(?:ing)?'

/** Openings of hidden reasoning: tags, also with attributes or escaped, and the special tokens of some models. */
const OPENING = [
  `<\\s*(?:${REASONING_TAGS})(?:\\s[^<>]{0,80})?>`,
  '&lt;think(?:ing)?&gt;',
  '\\[THINK\\]', // Mistral
  '<\\|channel>(?:thought\\b)?', // Gemma
  '<unused94>(?:thought\\b)?', // MedGemma
  '<\\|think(?:ing)?\\|>',
  '◁think▷', // Kimi
  '<\\|START_THINKING\\|>', // Cohere
  '<\\|inner_prefix\\|>', // Apertus
  '<\\|begin_of_thought\\|>',
].join('|')

const CLOSING = [
  `<\\s*/\\s*(?:${REASONING_TAGS})\\s*>`,
  '&lt;/think(?:ing)?&gt;',
  '\\[/THINK\\]',
  '<channel\\|>',
  '<unused95>',
  '<\\|/think(?:ing)?\\|>',
  '◁/think▷',
  '<\\|END_THINKING\\|>',
  '<\\|inner_suffix\\|>',
  '<\\|end_of_thought\\|>',
  '(?<=\\S)(?-i:assistantfinal)(?=\\S)', // gpt-oss, its tokens removed by the server
].join('|')

/** How Open WebUI writes reasoning. */
const DETAILS = { open: '<details\\s+type="reasoning"[^<>]{0,200}>', close: '</details>' }
const FENCE = '^[ \\t]{0,3}(?:`{3,}|~{3,})'

/**
 * Its groups are those of `Group`. They are numbered, because named groups cost more time than everything else here.
 */
const SCANNER = new RegExp(`(${FENCE})|(\`+)|(${OPENING})|(${CLOSING})|(${DETAILS.open})|(${DETAILS.close})`, 'gimu')
const Group = { fence: 1, code: 2, open: 3, close: 4, detailsOpen: 5, detailsClose: 6 } as const

/**
 * A notice that some services put before reasoning, which they then quote; and the form that Ollama prints in a
 * terminal.
 */
const NOTICE = /^\*?Thinking(?:\.{3}|…)\*?\s*\n(?:(?:[ \t]*\n|>[^\n]*(?:\n|$))+|[\s\S]*?\.{3}done thinking\.)/i
/**
 * Reasoning whose tokens the server removed: gpt-oss attaches the channel name to the text, Gemma leaves a line with
 * the word.
 */
const NAKED_CHANNEL = /^(?:analysis(?=[\p{Lu}\p{Lo}"“'])|thought\n)/u

/**
 * The text that a model means for the reader: without hidden reasoning in any known form, and without tokens of a chat
 * template. Tags in code, in quotation marks or in a quoted line are part of the text and stay.
 * @param cut whether the answer was cut off at its limit: then reasoning may have no end
 */
export const visibleText = (content: string, { cut }: { readonly cut: boolean }): string => {
  const text = content.trim()
  // An answer in JSON has no place for reasoning, and its strings may mention tags.
  if (isJson(text)) return text
  const said = NAKED_CHANNEL.test(text) && !HAS_FINAL.test(text) ? '' : text.replace(NOTICE, '')
  return unwrapped(withoutTokens(withoutReasoning(finalChannel(said), cut))).toWellFormed()
}

const HAS_FINAL = /assistantfinal|<channel\|>/

const isJson = (text: string): boolean => {
  if (!/^[{[]/.test(text)) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** The channels of gpt-oss: `<|channel|>analysis<|message|>…<|end|><|start|>assistant<|channel|>final<|message|>…`. */
const CHANNEL =
  /(?:<\|start\|>\s*assistant\s*)?<\|channel\|>\s*(\w+)[^<]{0,200}(?:<\|constrain\|>[^<]{0,40})?<\|message\|>/g
const CHANNEL_END = /<\|(?:end|return|call|start)\|>/

/** The content of the channel `final`; without one, the text before the first channel. */
const finalChannel = (text: string): string => {
  const headers = [...text.matchAll(CHANNEL)].filter(
    header => !isQuoted(text, header.index, header.index + header[0].length),
  )
  const [first] = headers
  if (first === undefined) return text
  const bodies = headers.map((header, at) => {
    const body = text.slice(header.index + header[0].length, headers[at + 1]?.index)
    return { channel: header[1], body: body.split(CHANNEL_END, 1)[0] ?? '' }
  })
  const final = bodies.filter(({ channel }) => channel === 'final').map(({ body }) => body)
  return final.length > 0 ? final.join('\n') : text.slice(0, first.index)
}

const withoutReasoning = (text: string, cut: boolean): string => new ReasoningFilter(text, cut).visible()

/** Reads a text once, from its beginning, and keeps what is not hidden reasoning. */
class ReasoningFilter {
  readonly #text: string
  readonly #cut: boolean
  readonly #lastFence: number
  readonly #lastClose: number
  #kept = ''
  /** Beginning of the text that is not kept yet. */
  #from = 0
  #inFence = false
  #inCodeUntil = 0
  #hidden: Mark['family'] | undefined
  /** A closing tag in quotation marks within hidden reasoning: it is the end if there is no other. */
  #quotedEnd: Mark | undefined
  #quotedOpening = false
  #closed = false

  constructor(text: string, cut: boolean) {
    this.#text = text
    this.#cut = cut
    this.#lastFence = lastMatch(text, FENCE)
    this.#lastClose = lastMatch(text, CLOSING)
  }

  visible(): string {
    for (const match of this.#text.matchAll(SCANNER)) {
      const mark = markOf(match)
      if (this.#hidden !== undefined) this.#inReasoning(mark, this.#hidden)
      else if (mark !== undefined) this.#inText(mark)
      else this.#inCode(match)
    }
    if (this.#hidden !== undefined && this.#quotedEnd !== undefined && !this.#cut) this.#end(this.#quotedEnd)
    return (this.#hidden === undefined ? this.#kept + this.#text.slice(this.#from) : this.#kept).trim()
  }

  #inReasoning(mark: Mark | undefined, family: Mark['family']): void {
    if (mark?.kind !== 'close' || mark.family !== family) return
    if (!isWrapped(this.#text, mark.from, mark.to)) this.#end(mark)
    else if (this.#text.charAt(mark.to) !== '`') this.#quotedEnd = mark
  }

  #end({ to }: Mark): void {
    this.#hidden = undefined
    this.#quotedEnd = undefined
    this.#closed = true
    this.#from = to
  }

  #inText(mark: Mark): void {
    if (this.#inFence || mark.from < this.#inCodeUntil || isMention(this.#text, mark)) {
      this.#quotedOpening = mark.kind === 'open'
    } else if (mark.kind === 'open') {
      const ends = mark.from < this.#lastClose || this.#cut
      if (!ends && lineBefore(this.#text, mark.from) !== '') return
      this.#kept += this.#text.slice(this.#from, mark.from)
      this.#hidden = mark.family
    } else if (mark.family === 'reasoning' && !(this.#quotedOpening && QUOTATION.test(this.#text.charAt(mark.to)))) {
      // The opening tag was part of the prompt: everything before is reasoning. A second closing tag at the end is a
      // mistake of the model.
      const slip = this.#closed && this.#text.slice(mark.to).trim() === ''
      this.#kept = slip ? this.#kept + this.#text.slice(this.#from, mark.from) : ''
      this.#end(mark)
    }
  }

  #inCode(match: RegExpExecArray): void {
    const { index, 0: token } = match
    // A fence that is never closed is not a code block: reasoning often breaks off in one.
    if (match[Group.fence] !== undefined) this.#inFence = !this.#inFence && index < this.#lastFence
    else if (!this.#inFence && index >= this.#inCodeUntil) this.#inCodeUntil = endOfCode(this.#text, token, index)
  }
}

const markOf = (match: RegExpExecArray): Mark | undefined => {
  const place = { from: match.index, to: match.index + match[0].length }
  if (match[Group.open] !== undefined) return { kind: 'open', family: 'reasoning', ...place }
  if (match[Group.close] !== undefined) return { kind: 'close', family: 'reasoning', ...place }
  if (match[Group.detailsOpen] !== undefined) return { kind: 'open', family: 'details', ...place }
  if (match[Group.detailsClose] !== undefined) return { kind: 'close', family: 'details', ...place }
  return undefined
}

/** Where the last match begins; -1 if there is none. */
const lastMatch = (text: string, pattern: string): number => {
  let last = -1
  for (const { index } of text.matchAll(new RegExp(pattern, 'gimu'))) last = index
  return last
}

/** Where inline code ends; where it begins, if it is never closed. */
const endOfCode = (text: string, ticks: string, index: number): number => {
  const from = index + ticks.length
  const closing = text.indexOf(ticks, from)
  return closing === -1 || text.slice(from, closing).includes('\n') ? from : closing + ticks.length
}

const QUOTATION = /["'“”„«»‘’‹›״]/

/**
 * Whether the text only mentions a mark: it is quoted, in a quoted line, or followed by punctuation like a word in a
 * sentence.
 */
const isMention = (text: string, { kind, from, to }: Mark): boolean =>
  isQuoted(text, from, to) ||
  (kind === 'open' && QUOTATION.test(text.charAt(from - 1))) ||
  /[,;:.?)\]]/.test(text.charAt(to))

const isQuoted = (text: string, from: number, to: number): boolean =>
  isWrapped(text, from, to) || lineBefore(text, from).startsWith('>')

const isWrapped = (text: string, from: number, to: number): boolean => {
  const [before, after] = [text.charAt(from - 1), text.charAt(to)]
  return (before === '`' && after === '`') || (QUOTATION.test(before) && QUOTATION.test(after))
}

/** How many characters of a line are examined: enough to see how it begins, so that one endless line costs no time. */
const LINE_CHARACTERS = 300

/** The text between the start of the line and a position, trimmed. */
const lineBefore = (text: string, at: number): string => {
  const before = text.slice(Math.max(0, at - LINE_CHARACTERS), at)
  const line = before.slice(before.lastIndexOf('\n') + 1).trim()
  return before.length === LINE_CHARACTERS && line.length > LINE_CHARACTERS / 2 ? `… ${line}` : line
}

/** Chat template tokens that end what a model has to say: its turn ends, another begins, or it calls a tool. */
const END_OF_TURN = [
  '<\\|(?:im_end|eot_id|eom_id|end_of_text|endoftext|end|return|call|endofturn|end_of_turn|END_OF_TURN_TOKEN|END_RESPONSE)\\|>',
  '<\\|(?:user|observation)\\|>',
  '<\\|(?:im_start|start_header_id|start)\\|>\\s*(?:user|system)\\b',
  '<(?:start_of_turn|\\|turn)>\\s*user\\b',
  '<end_of_turn>|<turn\\|>|<eos>|\\[INST\\]',
  '<｜(?:end▁of▁sentence|User)｜>',
].join('|')

/** A tool call within the text, up to its end tag if it has one. It is never for the reader. */
const TOOL_CALL = [
  '<(?<name>tool_calls?|function_calls?|tool_code)>[\\s\\S]*?(?:</\\k<name>>|$)',
  '<function=[\\w.-]{1,80}>[\\s\\S]*?(?:</function>|$)',
  '(?:<\\|(?:python_tag|tool_calls?(?:_begin|_start|_section_begin)?)\\|>|\\[TOOL_CALLS\\]|<｜tool▁calls▁begin｜>)[\\s\\S]*$',
].join('|')

/** Other chat template tokens; the name of the role is removed with them. */
const TEMPLATE_TOKEN = [
  '<\\|(?:im_start|start)\\|>\\s*assistant\\b\\s*',
  '<\\|start_header_id\\|>\\s*assistant\\s*<\\|end_header_id\\|>\\s*',
  '<(?:start_of_turn|\\|turn)>\\s*model\\b\\s*',
  '<\\|[A-Za-z][\\w/]{0,40}\\|>|<｜[^｜\\n]{1,40}｜>',
  '<bos>|<pad>|<unk>|<unused\\d{1,3}>|<0x[0-9A-F]{2}>|\\[/INST\\]',
].join('|')

const TOKENS = new RegExp(
  `(?<code>\`\`\`[\\s\\S]*?(?:\`\`\`|$)|\`[^\`\\n]*\`)|(?<tool>(?<!["'“”„«»‘’])(?:${TOOL_CALL}))|(?<end>${END_OF_TURN})|(?<token>${TEMPLATE_TOKEN})`,
  'gu',
)

const withoutTokens = (text: string): string => {
  let said = ''
  let from = 0
  for (const { index, groups = {}, 0: token } of text.matchAll(TOKENS)) {
    if (groups['code'] !== undefined || isQuoted(text, index, index + token.length)) continue
    said += text.slice(from, index)
    from = index + token.length
    if (groups['end'] !== undefined && said.trim() !== '') return withoutSentenceMarks(said)
  }
  return withoutSentenceMarks(said + text.slice(from))
}

/** `<s>` and `</s>` around a text are tokens; within it they are strikethrough. */
const withoutSentenceMarks = (text: string): string => {
  const said = text.trim()
  const end = said.indexOf('</s>')
  const rest = end === -1 ? '' : said.slice(end + '</s>'.length).trim()
  if (said.includes('<s>', 1) || (said.startsWith('<s>') && rest !== '')) return said
  return said
    .slice(0, end > 0 ? end : undefined)
    .replace(/^<s>/, '')
    .trim()
}

/** Some models put their answer into a tag of its own. */
const ANSWER_TAG = /^<(answer|final_answer|final|response|reply)>([^]*?)(?:<\/\1>)?$/i

const unwrapped = (text: string): string => (ANSWER_TAG.exec(text)?.[2] ?? text).trim()
