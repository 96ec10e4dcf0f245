/** An account at each service that the sandbox plays: credential type -> what a user would type into it. */
import type { IDataObject } from 'n8n-workflow';

import { credentialsOf, type Account } from '../providers/index.cts';

export type Accounts = Record<string, IDataObject>;

export const accounts = (sandbox: Account): Accounts => credentialsOf(sandbox);
