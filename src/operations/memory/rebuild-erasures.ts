/** `memory.rebuild_erasures`: records deletions again that a missing or older `erasures.db` no longer has. */
import { z } from 'zod'
import { operation } from '../operation.ts'

const count = z.int().min(0)

export const memoryRebuildErasures = operation({
  summary: 'Record deletions again that a missing or older erasures.db no longer has, as far as denidin.db knows them',
  access: 'operator',
  effect: 'write',
  needs: 'data',
  audit: 'none',
  uses: ['privacy.lost'],
  input: z.strictObject({}),
  output: z.object({
    deletions: count.describe('deletions that erasures.db did not have'),
    unfinished: count.describe('interrupted ones among them: what they were to delete is not known any more'),
    messages: count.describe('messages that stay forgotten by their ids, with the answers to them'),
    detail: z.string().describe('what cannot be recorded again'),
  }),
  run: async ({ privacy: { lost } }) => {
    const rebuilt = await lost.rebuild()
    return { ...rebuilt, detail: detailOf(rebuilt) }
  },
})

const detailOf = ({ deletions, unfinished }: { readonly deletions: number; readonly unfinished: number }): string => {
  if (deletions === 0) return 'erasures.db has every deletion; nothing was changed.'
  const others =
    'Forgotten messages are recognised by their ids now, not by their words: if you load an exported chat or restore memories without messages, delete what comes back.'
  return unfinished === 0
    ? others
    : `${others} Some deletions were not complete: ask whoever requested one to repeat it (/forget).`
}
