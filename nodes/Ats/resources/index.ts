import type { Resource } from '../../../lib/action/operation';
import type { AtsApi } from '../api';
import { request } from './apiRequest';
import { application } from './application';
import { candidate } from './candidate';
import { lists } from './lists';
import { model } from './model';
import { provider } from './provider';

export const resources: ReadonlyArray<Resource<AtsApi>> = [application, candidate, ...lists, model, provider, request];
