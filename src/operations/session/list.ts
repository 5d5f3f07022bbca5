/** `session.list`: sessions page by page, most recently active first. */
import { z } from 'zod'
import { scopeOfPerson } from '../../messages/scope.ts'
import { operation } from '../operation.ts'
import { pageInput, pageOutput, readPage } from '../paging.ts'
import { SESSION_STATES, sessionRow, sessionRowSchema } from './session-row.ts'

export const sessionList = operation({
  summary: 'List sessions, most recently active first',
  access: 'operator',
  own: true,
  effect: 'read',
  needs: 'data',
  audit: 'none',
  uses: ['people.directory', 'sessions.browser'],
  input: z.strictObject({
    state: z.enum(SESSION_STATES).optional().describe('list only sessions in this state'),
    ...pageInput,
  }),
  output: z.object({ sessions: z.array(sessionRowSchema), ...pageOutput }),
  run: async ({ people, sessions }, input, { caller }) => {
    const own = caller.level === 'operator' ? undefined : scopeOfPerson(caller.person?.person_id ?? '')
    const { rows, next } = await readPage(
      input,
      page =>
        sessions.browser.list({
          ...page,
          ...(input.state === undefined ? {} : { state: input.state }),
          ...(own === undefined ? {} : { scope: own }),
        }),
      row => row.session_id,
    )
    return { sessions: await Promise.all(rows.map(row => sessionRow(people.directory, row))), next }
  },
})
