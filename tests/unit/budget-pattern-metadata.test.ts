/** The metadata file of a pattern: what is right counts, and what is wrong is named. */
import { expect, test } from '@jest/globals'
import { NO_METADATA } from '../../src/budget/patterns/pattern.ts'
import { readMetadata } from '../../src/budget/patterns/read-metadata.ts'

const at = (text: string): number => Date.parse(text)

test('everything that a metadata file may say', () => {
  const text = JSON.stringify({
    token_count: 1200,
    use_count: 4,
    confidence: 0.9,
    last_used: '2026-11-19T08:00:00+02:00',
    used_by_agents: ['dbt-expert', 'snowflake-expert'],
    created: 'by another system',
  })
  expect(readMetadata(text)).toEqual({
    metadata: {
      token_count: 1200,
      use_count: 4,
      confidence: 0.9,
      last_used: at('2026-11-19T06:00:00Z'),
      used_by_agents: ['dbt-expert', 'snowflake-expert'],
    },
    problem: undefined,
  })
})

test.each(['{}', '{"last_used": null, "use_count": null}', '\uFEFF{}'])(
  '%j says nothing, which is not a fault',
  text => {
    expect(readMetadata(text)).toEqual({ metadata: NO_METADATA, problem: undefined })
  },
)

test.each([
  ['2026-11-19', '2026-11-19T00:00:00Z'],
  ['2026-11-19T08:00:00', '2026-11-19T08:00:00Z'],
  ['2026-11-19 08:00', '2026-11-19T08:00:00Z'],
  ['2026-11-19T08:00:00.123456', '2026-11-19T08:00:00.123Z'],
  ['2026-11-19T08:00:00.123456+00:00', '2026-11-19T08:00:00.123Z'],
  ['2026-11-19T08:00:00Z', '2026-11-19T08:00:00Z'],
  ['2026-11-19T08:00:00+0200', '2026-11-19T06:00:00Z'],
  ['2026-11-19 08:00:00 -05:00', '2026-11-19T13:00:00Z'],
])('the time %s', (last_used, expected) => {
  expect(readMetadata(JSON.stringify({ last_used }))).toMatchObject({
    metadata: { last_used: at(expected) },
    problem: undefined,
  })
})

test.each([
  ['{ "use_count": 3', 'is not valid JSON'],
  ['', 'is not valid JSON'],
  ['[]', 'must be a JSON object'],
  ['null', 'must be a JSON object'],
  ['{"use_count": -3}', 'use_count must be a whole number from 0, not -3'],
  ['{"use_count": 2.5}', 'use_count must be a whole number from 0, not 2.5'],
  ['{"use_count": "many"}', 'use_count must be a whole number from 0, not "many"'],
  ['{"token_count": 1e999}', 'token_count must be a whole number from 0'],
  ['{"confidence": 1.2}', 'confidence must be a number from 0 to 1, not 1.2'],
  ['{"last_used": "yesterday"}', 'last_used must be a time such as 2026-11-20T09:00:00Z, not "yesterday"'],
  ['{"last_used": "2026-13-40"}', 'last_used must be a time'],
  ['{"last_used": 1763629200}', 'last_used must be a time'],
  ['{"used_by_agents": "dbt-expert"}', 'used_by_agents must be a list of names'],
  [`{"last_used": "${'x'.repeat(5000)}"}`, 'xxx…'],
])('%s: %s', (text, problem) => {
  expect(readMetadata(text).problem).toContain(problem)
  expect(readMetadata(text).problem?.length).toBeLessThan(200)
})

test('a fault costs its field alone, and every fault is named', () => {
  const { metadata, problem } = readMetadata('{"use_count": -1, "confidence": 7, "token_count": 12}')
  expect(metadata).toEqual({ ...NO_METADATA, token_count: 12 })
  expect(problem).toBe(
    'use_count must be a whole number from 0, not -1; confidence must be a number from 0 to 1, not 7',
  )
})
