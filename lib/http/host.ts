import type { IExecuteFunctions, ILoadOptionsFunctions, IPollFunctions } from 'n8n-workflow';

/** n8n's functions that a call may come from: an execution, a poll, a list in the editor. */
export type Host = IExecuteFunctions | IPollFunctions | ILoadOptionsFunctions;
