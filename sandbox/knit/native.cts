/** The connected ATS's own API, as small as passthrough and custom syncs need it. Invented: every ATS has another one. */
import { addNote, reject } from '../actions.cts';
import type { World } from '../world.cts';

export interface NativeAnswer {
	status: number;
	body: unknown;
}

export function nativeCall(world: World, method: string, path: string, body: string | undefined): NativeAnswer {
	const [, list, id, act] = path.split('?')[0]?.split('/') ?? [];
	if (method === 'GET' && list === 'candidates' && id === undefined) return { status: 200, body: { items: world.candidates.alive().map(({ id: candidate, firstName, lastName }) => ({ id: candidate, first_name: firstName, last_name: lastName })) } };
	const application = list === 'applications' ? world.applications.get(id) : undefined;
	if (!application) return { status: 404, body: { error: 'Nothing is there' } };
	if (method === 'GET' && act === undefined) return { status: 200, body: { id: application.id, stage_id: application.stageId, status: application.status } };
	const given: unknown = body === undefined ? {} : JSON.parse(body);
	const text = (key: string) => (typeof given === 'object' && given !== null ? Reflect.get(given, key) : undefined);
	if (method === 'POST' && act === 'notes' && typeof text('value') === 'string') return { status: 200, body: { id: addNote(world, { candidateId: application.candidateId, applicationId: application.id }, { html: String(text('value')) }, 'knit').id } };
	if (method === 'POST' && act === 'reject') {
		reject(world, application, null, null, 'knit');
		return { status: 200, body: 'rejected' };
	}
	return { status: 404, body: { error: 'Nothing is there' } };
}
