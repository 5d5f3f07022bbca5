import type { LibraryClient } from './library.ts'
import { reasonOf } from './library-errors.ts'

export interface GuardListener {
  /** A page begins to load; `false`: it is not wanted any more. */
  loading(): boolean
  /** The library's code is in the page. */
  loaded(): void
  /** The client is of no more use. */
  lost(reason: string): void
  /** The browser could not be closed in good order. */
  notClosed(reason: string): void
}

/**
 * Takes the promises that the library leaves to nobody: a rejection of one would end the whole process. They are those of
 * every load of the page, of the pairing code and of its own closing.
 */
export const guardLibrary = (library: LibraryClient, listener: GuardListener): void => {
  const inject = library.inject.bind(library)
  library.inject = async () => {
    if (!listener.loading()) return
    try {
      await inject()
      listener.loaded()
    } catch (error) {
      listener.lost(`WhatsApp Web did not load: ${reasonOf(error)}`)
    }
  }
  const requestPairingCode = library.requestPairingCode.bind(library)
  library.requestPairingCode = async (...values) => {
    try {
      return await requestPairingCode(...values)
    } catch (error) {
      listener.lost(`WhatsApp gave no pairing code: ${reasonOf(error)}`)
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
