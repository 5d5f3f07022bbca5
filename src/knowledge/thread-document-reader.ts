/** Reads documents in a worker thread with limits, one at a time. */
import type { Requests } from '../platform/threads/thread-messages.ts'
import type { DocumentReader } from './document-reader.ts'
import type { DocumentRequests } from './reading/document-requests.ts'

export const threadDocumentReader = (thread: Requests<DocumentRequests>): DocumentReader => ({
  read: (path, most_bytes, signal) => thread.request('read', { path, most_bytes }, { signal }),
})
