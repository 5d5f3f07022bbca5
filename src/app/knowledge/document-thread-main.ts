/** The entry point of the thread that reads the files of the knowledge folder. */
import { parentPort } from 'node:worker_threads'
import { documentService, type DocumentRequests } from '../../knowledge/reading/document-requests.ts'
import { serveRequests } from '../../platform/threads/serve-requests.ts'

if (parentPort !== null) serveRequests<DocumentRequests>(parentPort, documentService())
