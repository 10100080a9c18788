/** Makes elements: `element('p', { className: 'x' }, 'text', child)`. Texts are texts, never markup. */
export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties))
    if (key === 'dataset') Object.assign(made.dataset, value);
    else made[key] = value;
  made.append(...children.filter((child) => child !== undefined && child !== null));
  return made;
}
