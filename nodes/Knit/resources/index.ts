import type { Resource } from '../../../lib/action/operation';
import type { KnitApi } from '../api';
import { knitApiRequest } from './apiRequest';
import { application } from './application';
import { candidate } from './candidate';
import { integration } from './integration';
import { job } from './job';
import { passthrough } from './passthrough';
import { sync } from './sync';

export const resources: ReadonlyArray<Resource<KnitApi>> = [application, candidate, integration, job, passthrough, sync, knitApiRequest];
