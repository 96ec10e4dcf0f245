import type { ModelKey } from '../../lib/ats/model';
import { path } from '../../lib/http/path';
import type { LeverApi, LeverRow } from './api';
import type { Parts } from './mapping';

export const OPPORTUNITIES = '/opportunities';
/** The posting is in the form, and the name of a stage only in the stage. A parameter is repeated, not a list. */
export const EXPANDED = '?expand=applications&expand=stage';

/** What is read of one opportunity for each part of the model; nothing else lists it. */
const LISTS = { interviews: ['interviews'], offers: ['offers'], attachments: ['files', 'resumes'] } as const;

export type PartName = 'interviews' | 'offers' | 'files' | 'resumes';

export function partsBehind(models: readonly ModelKey[]): PartName[] {
	return models.flatMap((model) => (model === 'interviews' || model === 'offers' || model === 'attachments' ? [...LISTS[model]] : []));
}

export async function partOf(lever: LeverApi, id: string, name: PartName): Promise<LeverRow[]> {
	return await lever.all(path`/opportunities/${id}/` + name);
}

export async function partsOf(lever: LeverApi, id: string, models: readonly ModelKey[]): Promise<Parts> {
	return Object.fromEntries(await Promise.all(partsBehind(models).map(async (name) => [name, await partOf(lever, id, name)])));
}
