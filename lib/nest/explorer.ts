/** Finds the methods of an application that carry a mark of ours. It only looks: nothing is called, made or judged. */
import type { DiscoveryService } from '@nestjs/core';
import { marksOf, methodsOf } from './metadata.js';

/** Nest's record of a provider. */
export type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];

export interface Found<Mark> {
  readonly mark: Mark;
  readonly wrapper: Wrapper;
  readonly prototype: object;
  readonly method: string | symbol;
  /** `MailModule > Mailer.send` */
  readonly where: string;
}

/** A marked class that several modules provide. */
export interface ProvidedTwice {
  readonly className: string;
  readonly modules: readonly string[];
}

export class Explorer {
  constructor(private readonly discovery: DiscoveryService) {}

  /** A class counts once, however many modules provide it; the first one's instance is taken. */
  inProviders<Mark>(key: string): { found: Found<Mark>[]; twice: ProvidedTwice[] } {
    const byClass = new Map<object, Wrapper[]>();
    for (const wrapper of this.discovery.getProviders()) {
      const prototype = wrapper.isAlias ? undefined : prototypeOf(wrapper);
      if (prototype) byClass.set(prototype, [...(byClass.get(prototype) ?? []), wrapper]);
    }
    const found: Found<Mark>[] = [];
    const twice: ProvidedTwice[] = [];
    for (const [prototype, [wrapper, ...others]] of byClass) {
      const methods = wrapper ? marked<Mark>(key, wrapper, prototype) : [];
      found.push(...methods);
      const modules = [...new Set([wrapper, ...others].map(moduleOf))];
      if (methods.length > 0 && modules.length > 1) twice.push({ className: classOf(prototype), modules });
    }
    return { found, twice };
  }

  inControllers<Mark>(key: string): Found<Mark>[] {
    return this.discovery.getControllers().flatMap((wrapper) => {
      const prototype = prototypeOf(wrapper);
      return prototype ? marked<Mark>(key, wrapper, prototype) : [];
    });
  }

  /** Marks on static methods, which no instance has. */
  inStatics<Mark>(key: string): Found<Mark>[] {
    const classes = new Map<object, Wrapper>();
    for (const wrapper of this.discovery.getProviders()) {
      const itsClass = prototypeOf(wrapper)?.constructor;
      if (typeof itsClass === 'function' && itsClass !== Object) classes.set(itsClass, wrapper);
    }
    return [...classes].flatMap(([itsClass, wrapper]) => marked<Mark>(key, wrapper, itsClass));
  }
}

function marked<Mark>(key: string, wrapper: Wrapper, prototype: object): Found<Mark>[] {
  const className = typeof prototype === 'function' ? prototype.name : classOf(prototype);
  return methodsOf(prototype).flatMap((method) =>
    marksOf<Mark>(key, prototype, method).map((mark) => ({
      mark,
      wrapper,
      prototype,
      method,
      where: `${moduleOf(wrapper)} > ${className}.${String(method)}`,
    })),
  );
}

/** A class of its own or, of a value and of what a factory made, the class of that; a proxy may refuse to say. */
function prototypeOf(wrapper: Wrapper): object | undefined {
  const { metatype } = wrapper;
  if (metatype && !wrapper.inject) return metatype.prototype ?? undefined;
  try {
    const { instance } = wrapper;
    return instance !== null && typeof instance === 'object' ? Object.getPrototypeOf(instance) : undefined;
  } catch {
    return undefined;
  }
}

const moduleOf = (wrapper: Wrapper | undefined): string => wrapper?.host?.name ?? 'an unknown module';

const classOf = (prototype: object): string => prototype.constructor?.name || 'a class without a name';
