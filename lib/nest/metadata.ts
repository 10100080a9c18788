/** Marks on methods: kept under (prototype, method), where a decorator that replaces the method cannot lose them. */

/** Decorators run from the bottom up; what is read is in the order they are written in. */
export function append<T>(key: string, prototype: object, method: string | symbol, mark: T): void {
  const there: readonly T[] = Reflect.getOwnMetadata(key, prototype, method) ?? [];
  Reflect.defineMetadata(key, [mark, ...there], prototype, method);
}

/** Marks of this class or, where it says nothing of the method, of the class it extends. */
export function marksOf<T>(key: string, prototype: object, method: string | symbol): readonly T[] {
  return Reflect.getMetadata(key, prototype, method) ?? [];
}

/** Every method of a class and of those it extends. Nothing is called or read: a getter would run, a proxy throw. */
export function methodsOf(prototype: object): (string | symbol)[] {
  const names = new Set<string | symbol>();
  for (let at: object | null = prototype; at && at !== Object.prototype; at = Object.getPrototypeOf(at))
    for (const name of Reflect.ownKeys(at)) if (name !== 'constructor') names.add(name);
  return [...names];
}

/** The method of this name, or undefined when it is a getter or no function. */
export function methodOf(prototype: object, name: string | symbol): ((...given: unknown[]) => unknown) | undefined {
  for (let at: object | null = prototype; at; at = Object.getPrototypeOf(at)) {
    const descriptor = Object.getOwnPropertyDescriptor(at, name);
    if (descriptor) return typeof descriptor.value === 'function' ? descriptor.value : undefined;
  }
  return undefined;
}
