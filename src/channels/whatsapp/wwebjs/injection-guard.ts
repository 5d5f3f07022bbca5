/**
 * Injects the library's code into each page once, and catches the promises that the library leaves unhandled while
 * doing so.
 */
import { SECOND_MS, type Clock } from '../../../platform/clock.ts'
import { reasonOf } from '../failure-reason.ts'
import type { WwebjsClient } from './client.ts'
import { failureOf } from './errors.ts'

export interface InjectionListener {
  /** Whether the client is being closed, so that no page is needed any more. */
  closing(): boolean
  /** A page begins to load. */
  loading(): void
  /** The library's code is in the page. */
  loaded(): void
  /** The client can no longer be used. */
  lost(reason: string): void
  /** The browser could not be closed cleanly. */
  notClosed(reason: string): void
}

interface MarkedWindow {
  denidinDocument?: string
}

/** How often injection is tried while pages keep being replaced, before the browser is replaced. */
const MOST_ATTEMPTS = 20
const PAUSE_MS = SECOND_MS / 10

/**
 * Handles the promises that the library leaves unhandled, because one rejection would end the whole process: those of
 * every page load, of the pairing code and of closing. The library's code is injected into each document once, even if
 * the library starts over because some frame of the page was loaded, or the page is replaced meanwhile.
 */
export const guardInjection = (library: WwebjsClient, clock: Clock, listener: InjectionListener): void => {
  const inject = library.inject.bind(library)
  let injected: string | undefined
  let turn = Promise.resolve()

  const bring = async (): Promise<void> => {
    for (let attempt = 1; !listener.closing(); attempt++) {
      try {
        const before = await documentOf(library)
        if (before === injected) return
        listener.loading()
        await inject()
        injected = before
        if ((await documentOf(library)) === before) {
          listener.loaded()
          return
        }
      } catch (error) {
        if (failureOf(error) !== 'page gone' || attempt === MOST_ATTEMPTS) {
          listener.lost(`WhatsApp Web did not load: ${reasonOf(error)}`)
          return
        }
        await clock.sleep(PAUSE_MS)
      }
    }
  }
  library.inject = () => {
    turn = turn.then(bring)
    return turn
  }

  const requestPairingCode = library.requestPairingCode.bind(library)
  library.requestPairingCode = async (...values) => {
    try {
      return await requestPairingCode(...values)
    } catch (error) {
      // A replacement page requests its own code.
      if (failureOf(error) !== 'page gone') listener.lost(`WhatsApp gave no pairing code: ${reasonOf(error)}`)
      return ''
    }
  }
  const destroy = library.destroy.bind(library)
  library.destroy = async () => {
    try {
      await destroy()
    } catch (error) {
      listener.notClosed(reasonOf(error))
    }
  }
}

/** The name of the document that is in the page now; a new document is given one. */
const documentOf = async (library: WwebjsClient): Promise<string | undefined> =>
  await library.pupPage?.evaluate(() => {
    const page = globalThis as unknown as MarkedWindow
    page.denidinDocument ??= String(performance.timeOrigin)
    return page.denidinDocument
  })
