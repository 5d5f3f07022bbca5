/** Reads the text of a PDF file, page by page. */
import { DenidinError } from '../../platform/errors.ts'

const MOST_PAGES = 2000

/** @throws DenidinError `invalid_input` */
export const readPdf = async (content: Buffer): Promise<string> => {
  const { getDocumentProxy } = await import('unpdf')
  let pdf: Awaited<ReturnType<typeof getDocumentProxy>>
  try {
    pdf = await getDocumentProxy(new Uint8Array(content), { verbosity: 0 })
  } catch (error) {
    const reason =
      (error as Error).name === 'PasswordException'
        ? 'is protected by a password'
        : 'cannot be read as a PDF file; it is damaged, or has another format'
    throw new DenidinError('invalid_input', reason, { cause: error })
  }
  if (pdf.numPages > MOST_PAGES) {
    throw new DenidinError('invalid_input', `has ${String(pdf.numPages)} pages, more than ${String(MOST_PAGES)}`)
  }
  const pages: string[] = []
  let damaged = 0
  for (let number = 1; number <= pdf.numPages; number++) {
    try {
      const page = await pdf.getPage(number)
      pages.push(linesOf((await page.getTextContent()).items))
      page.cleanup()
    } catch {
      damaged++
    }
  }
  if (damaged > 0 && pages.every(page => page.trim() === '')) {
    throw new DenidinError('invalid_input', 'cannot be read as a PDF file; its pages are damaged')
  }
  return pages.join('\n\n')
}

/** A piece of text, or a mark around one. */
type PageItem = { readonly str: string; readonly hasEOL: boolean } | { readonly type: string }

const linesOf = (items: readonly PageItem[]): string =>
  items.map(item => ('str' in item ? `${item.str}${item.hasEOL ? '\n' : ''}` : '')).join('')
