import type { Settings } from '../../src/config/settings.ts'
import type { Runtime } from '../../src/app/runtime.ts'
import { openBaseStores, withPeople, type Stores } from '../../src/app/stores.ts'

/** Opens the stores without any other feature. */
export const openStores = (settings: Settings, runtime: Runtime): Stores => {
  const stores = openBaseStores(settings, runtime)
  return withPeople(stores, settings, runtime, stores.personalData)
}
