import type { Logger } from '../../../platform/logger.ts'
import { failureOf } from './errors.ts'

/**
 * The library and the browser's driver leave some promises to nobody, such as those of a page that is being replaced.
 * While this is held, such a rejection is logged with its kind instead of ending the process, and `heard` may look
 * whether the page is still well. What comes from elsewhere ends it as before, unless somebody else listens too.
 */
export const holdUnhandledRejections = (logger: Logger, heard: () => void): Disposable => {
  const hear = (reason: unknown): void => {
    if (isOfLibrary(reason)) {
      const name = reason instanceof Error ? reason.name : 'thrown'
      logger.warn('The WhatsApp library lost an error', { failure: failureOf(reason), reason: name })
      heard()
    } else if (process.listenerCount('unhandledRejection') === 1) throw reason
  }
  process.on('unhandledRejection', hear)
  return {
    [Symbol.dispose]: () => {
      process.off('unhandledRejection', hear)
    },
  }
}

/** The library throws bare strings; errors of its own and of the driver name it in their stack. */
export const isOfLibrary = (reason: unknown): boolean =>
  typeof reason === 'string' ||
  (reason instanceof Error && /[\\/]node_modules[\\/](whatsapp-web\.js|puppeteer)[\\/]/.test(reason.stack ?? ''))
