import type { Resource } from '../../../lib/action/operation';
import type { KomboApi } from '../api';
import { komboApiRequest } from './apiRequest';
import { application } from './application';

export const resources: ReadonlyArray<Resource<KomboApi>> = [application, komboApiRequest];
