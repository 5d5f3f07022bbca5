// A thread that writes reports and does nothing else: that of DeniDin would index the generated messages meanwhile.
import { parentPort, workerData } from 'node:worker_threads'
import type { ArchiveRequests } from '../../../src/app/archive/archive-requests.ts'
import { openArchive } from '../../../src/archive/sqlite/open-archive.ts'
import { Database } from '../../../src/database/sqlite/database.ts'
import { serveRequests } from '../../../src/platform/threads/serve-requests.ts'
import { ReportWriter } from '../../../src/reports/report-writer.ts'
import { SqliteArchiveReports } from '../../../src/reports/sqlite/sqlite-archive-reports.ts'
import { SqliteConversationReports } from '../../../src/reports/sqlite/sqlite-conversation-reports.ts'

/** What the thread is asked, and what it is started with. */
export type ReportRequests = Pick<ArchiveRequests, 'reports.write'>
export interface ReportThreadData {
  readonly archive_path: string
  readonly messages_path: string
}

if (parentPort !== null) {
  const { archive_path, messages_path } = workerData as ReportThreadData
  const archive = openArchive(archive_path)
  const messages = new Database(messages_path, [], { reads_only: true })
  const writer = new ReportWriter(
    () => new SqliteArchiveReports(archive),
    () => new SqliteConversationReports(messages),
  )
  serveRequests<ReportRequests>(parentPort, {
    handlers: {
      'reports.write': (request, { signal }) => writer.write(request, { signal, progress: () => undefined }),
    },
    health: async () => ({ state: 'ok', detail: 'It writes reports.' }),
    [Symbol.asyncDispose]: async () => {
      archive[Symbol.dispose]()
      messages[Symbol.dispose]()
    },
  })
}
