// The kind of objects that WhatsApp Web is made of: things that tell others when they change, and collections of them.

export class Emitter {
  #listeners = []

  on(names, listener) {
    for (const name of names.split(' ')) this.#listeners.push({ name, listener })
    return this
  }

  once(name, listener) {
    const first = (...values) => {
      this.off(name, first)
      listener(...values)
    }
    return this.on(name, first)
  }

  off(name, listener) {
    this.#listeners = this.#listeners.filter(each => each.name !== name || each.listener !== listener)
  }

  trigger(name, ...values) {
    for (const each of this.#listeners.filter(one => one.name === name)) {
      try {
        each.listener(...values)
      } catch (error) {
        console.error(`a listener of ${name} failed`, error)
      }
    }
  }

  listensTo(name) {
    return this.#listeners.some(each => each.name === name)
  }
}

/** Attributes that can be read and written like fields; every change is told to listeners here and in the collection. */
export class Model extends Emitter {
  #attributes = {}
  #collection

  constructor(attributes = {}) {
    super()
    for (const [name, value] of Object.entries(attributes)) this.#field(name, value)
  }

  #field(name, value) {
    this.#attributes[name] = value
    if (Object.hasOwn(this, name)) return
    Object.defineProperty(this, name, {
      enumerable: true,
      configurable: true,
      get: () => this.#attributes[name],
      set: next => {
        this.set({ [name]: next })
      },
    })
  }

  belongTo(collection) {
    this.#collection = collection
  }

  set(attributes) {
    for (const [name, value] of Object.entries(attributes)) {
      const before = this.#attributes[name]
      if (before === value) continue
      this.#field(name, value)
      this.#tell(`change:${name}`, this, value, before)
    }
    this.#tell('change', this)
  }

  #tell(name, ...values) {
    this.trigger(name, ...values)
    this.#collection?.trigger(name, ...values)
  }

  serialize() {
    return { ...this.#attributes }
  }

  toJSON() {
    return this.serialize()
  }
}

const nameOf = id => {
  if (typeof id === 'string') return id
  return id === undefined || id === null ? undefined : (id.fakeText?.() ?? id.toString())
}

export class Collection extends Emitter {
  #models = new Map()

  get(id) {
    return this.#models.get(nameOf(id))
  }

  add(model) {
    const known = this.get(model.id)
    if (known !== undefined) return known
    this.#models.set(nameOf(model.id), model)
    model.belongTo?.(this)
    this.trigger('add', model)
    return model
  }

  remove(id) {
    const model = this.get(id)
    if (model === undefined) return
    this.#models.delete(nameOf(id))
    this.trigger('remove', model)
  }

  getModelsArray() {
    return [...this.#models.values()]
  }
}
