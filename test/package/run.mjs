/** Checks the package as users get it: what `npm pack` makes, installed elsewhere. Run by `npm run check`. */
import { keep } from '../support/checks.mjs';
import { apps } from './apps.mjs';
import { contents } from './contents.mjs';
import { engine } from './engine.mjs';
import { cleanUp } from './folders.mjs';
import { lints } from './lints.mjs';
import { nest11 } from './nest-11.mjs';

await keep([...contents, ...lints, ...apps, ...engine, ...nest11], cleanUp);
