import type { Resource } from '../../../lib/action/operation';
import type { FlatchrApi } from '../api';
import { flatchrApiRequest } from './apiRequest';
import { candidate } from './candidate';
import { column } from './column';
import { comment } from './comment';
import { member } from './member';
import { message } from './message';
import { referenceData } from './referenceData';
import { tag } from './tag';
import { task } from './task';
import { vacancy } from './vacancy';

export const resources: ReadonlyArray<Resource<FlatchrApi>> = [candidate, vacancy, message, comment, task, tag, column, member, referenceData, flatchrApiRequest];
