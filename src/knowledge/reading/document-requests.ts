/** The requests to the thread that reads documents, and its handlers. */
import type { RequestService } from '../../platform/threads/serve-requests.ts'
import type { DocumentContent } from '../document-reader.ts'
import { readDocument } from './read-document.ts'

export interface DocumentRequests {
  readonly read: {
    readonly input: { readonly path: string; readonly most_bytes: number }
    readonly output: DocumentContent
  }
}

/** What the thread does. */
export const documentService = (): RequestService<DocumentRequests> => ({
  handlers: { read: ({ path, most_bytes }) => readDocument(path, most_bytes) },
  health: async () => ({ state: 'ok', detail: 'It reads files.' }),
  [Symbol.asyncDispose]: async () => undefined,
})
