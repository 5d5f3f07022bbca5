/** `data.optimize`: gives the free pages of the database back to the disk. */
import { z } from 'zod'
import { operation } from '../operation.ts'

const bytes = z.int().min(0)

export const dataOptimize = operation({
  summary: 'Empty the write-ahead log of the database and give its free pages back to the disk',
  access: 'operator',
  effect: 'write',
  needs: 'data',
  audit: 'none',
  uses: ['system.databases'],
  input: z.strictObject({}),
  output: z.object({
    databases: z.array(
      z.object({
        file: z.string(),
        bytes_before: bytes,
        bytes_after: bytes,
        vacuumed: z.boolean().describe('rewritten without its free pages, because they were many'),
      }),
    ),
  }),
  run: ({ system: { databases } }) =>
    Promise.resolve({
      databases: databases.map(({ name: file, optimize }) => {
        const { before: bytes_before, after: bytes_after, vacuumed } = optimize()
        return { file, bytes_before, bytes_after, vacuumed }
      }),
    }),
})
