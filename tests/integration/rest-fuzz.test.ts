/** A few hundred random requests to the REST API; `npm run test:api-fuzz` sends 10,000. */
import { writeFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { ApiFuzz, outsideFile, requests } from '../support/rest/api-fuzz.ts'
import { RestRig } from '../support/rest/rest-rig.ts'

const REQUESTS = 400

test('no random request is answered with a fault, another person’s words, or a file outside', async () => {
  await using rig = await RestRig.start({ requests_per_minute: 1_000_000 })
  const outside = outsideFile(rig)
  writeFileSync(outside, 'the file outside')
  const fuzz = await ApiFuzz.of(rig, outside)
  const property = fc.asyncProperty(requests(await fuzz.document), async request => {
    expect({ request, faults: await fuzz.faults(request) }).toEqual({ request, faults: [] })
  })
  await fc.assert(property, { numRuns: REQUESTS, seed: 7 })
  // The requests are not all refused at the door.
  expect(fuzz.statuses.get(200)).toBeGreaterThan(20)
}, 120_000)
