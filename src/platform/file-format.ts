/** The format of a file by its name, and what a file of a format begins with. */
import { extname } from 'node:path'
import { DenidinError } from './errors.ts'

/**
 * The format that is given, or that the ending of the name means; `undefined` if neither says one.
 * @throws DenidinError `invalid_input` if they say different ones
 */
export const formatOfFile = <F extends string>(
  file: string,
  given: F | undefined,
  formats: readonly F[],
): F | undefined => {
  const ending = extname(file).slice(1).toLowerCase()
  const named = formats.find(each => each === ending)
  if (given !== undefined && named !== undefined && given !== named) {
    throw new DenidinError(
      'invalid_input',
      `"${file}" is named as ${named}, and the format is ${given}: give only one of them`,
    )
  }
  return given ?? named
}

const BYTE_ORDER_MARK = '\ufeff'

/** A text as a file of a format contains it: without a byte order mark, Excel does not read CSV as UTF-8. */
export const textOfFile = (text: string, format: string | undefined): string =>
  format === 'csv' ? BYTE_ORDER_MARK + text : text
