/** A style that WhatsApp knows: bold, italic, struck through. */
export type Style = '*' | '_' | '~'

/** A stretch of a line, in order: words, code as it stands (with its backticks), or the border of a style. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'border'; readonly style: Style; readonly opens: boolean }
