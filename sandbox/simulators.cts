import { ashby } from './ashby.cts';
import { chatkitty } from './chatkitty.cts';
import { chatTechnologies } from './chatTechnologies.cts';
import { greenhouse } from './greenhouse.cts';
import type { Simulator } from './simulator.cts';
import { flatchr } from './flatchr.cts';
import { knit } from './knit.cts';
import { kombo } from './kombo.cts';
import { lever } from './lever.cts';

/** Every service the sandbox plays: a new one is one line here. */
export const simulators: Array<() => Simulator> = [chatkitty, knit, kombo, flatchr, chatTechnologies, greenhouse, lever, ashby];
