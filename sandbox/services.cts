import { chatkitty } from './chatkitty.cts';
import { chatTechnologies } from './chatTechnologies.cts';
import type { Dialect } from './dialect.cts';
import { flatchr } from './flatchr.cts';
import { knit } from './knit.cts';
import { kombo } from './kombo.cts';

/** Every service the sandbox plays: a new one is one line here. */
export const dialects: Array<() => Dialect> = [chatkitty, knit, kombo, flatchr, chatTechnologies];
