/** Keeps promises that whatsapp-web.js and its browser driver leave unhandled from ending the whole process. */
import type { Logger } from '../../../platform/logger.ts'
import { failureOf } from './errors.ts'

/**
 * Until it is disposed of, an unhandled rejection of the library (for instance of a page that is being replaced) is
 * logged with its kind instead of ending the process, and `onRejection` may check whether the page is still healthy.
 * Rejections from elsewhere end the process as before, unless someone else listens too.
 */
export const holdUnhandledRejections = (logger: Logger, onRejection: () => void): Disposable => {
  const handle = (reason: unknown): void => {
    if (isOfLibrary(reason)) {
      const name = reason instanceof Error ? reason.name : 'thrown'
      logger.warn('The WhatsApp library left a rejection unhandled', { failure: failureOf(reason), reason: name })
      onRejection()
    } else if (process.listenerCount('unhandledRejection') === 1) throw reason
  }
  process.on('unhandledRejection', handle)
  return {
    [Symbol.dispose]: () => {
      process.off('unhandledRejection', handle)
    },
  }
}

/** The library throws bare strings; its errors and those of the driver have its path in their stack. */
export const isOfLibrary = (reason: unknown): boolean =>
  typeof reason === 'string' ||
  (reason instanceof Error && /[\\/]node_modules[\\/](whatsapp-web\.js|puppeteer)[\\/]/.test(reason.stack ?? ''))
